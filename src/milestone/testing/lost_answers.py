"""Writers on a wire that breaks or a server that dies: each thing wanted is stored once, however often tried.

A client that is told "not stored" tries again, as people and programs do; one that is told "stored" goes on. What
is counted in the end is what no store can talk its way out of.
"""

from collections import Counter
from collections.abc import Callable, Iterable

import msgspec

from milestone import errors
from milestone.storage.base import Store
from milestone.testing import plain
from milestone.testing.transactions import stamp

TRIES = 60  # of one client for one thing; a dying server is back long before


class Told(msgspec.Struct):
    """What clients were told of each thing they wanted stored."""

    stored: list[str] = []
    unknown: list[str] = []
    refused: int = 0  # "not stored", then tried again


def want(store: Store, name: str, told: Told) -> None:
    """Store one thing: an event that says its name, tried until somebody says that it is stored.

    Raises:
        NotReachable: nobody said so in many tries.
    """
    for _ in range(TRIES):
        try:
            with store.transaction(stamp(), timeout=20.0) as txn:
                txn.append([plain.created(f"{name}-{txn.seq}", txn.last_number + 1, title=name)])
        except errors.Busy as problem:
            if problem.code == "outcome_unknown":
                told.unknown.append(name)
                return
            told.refused += 1
        else:
            told.stored.append(name)
            return
    raise errors.NotReachable(f"{name} could not be stored.")


def wrong(store: Store, told: Told) -> list[str]:
    """Return what is wrong with what the store holds in the end, a sentence each; empty when nothing is."""
    try:
        with store.reading() as reading:
            recorded = list(reading.events())
    except errors.Damaged as problem:
        return [problem.why]
    count = Counter(str(each.event.data["body"]["title"]) for each in recorded)
    return [
        *(f"{name} was acknowledged and is there {count[name]} times" for name in told.stored if count[name] != 1),
        *(f"{name} is there {count[name]} times" for name in told.unknown if count[name] > 1),
        *_gaps([each.seq for each in recorded]),
        *(str(finding) for finding in store.verify()["findings"]),
    ]


def _gaps(seqs: Iterable[int]) -> list[str]:
    return [f"event {wanted} is missing" for wanted, seq in enumerate(seqs, 1) if wanted != seq][:1]


def follow(store: Store, seen: list[int], is_over: Callable[[], bool]) -> None:
    """Read what came after the last event seen, again and again, until it is over and all is seen."""
    while True:
        last = is_over()
        with store.reading() as reading:
            seen += [each.seq for each in reading.events(after=seen[-1] if seen else 0)]
        if last:
            return
