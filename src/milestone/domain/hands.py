"""What is in hand at a moment: by claims of workers outside and by runs. Read by `next`, so it imports little."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from milestone.domain import overlap, tasks
from milestone.domain.document import Document

Row = Mapping[str, Any]
Key = tuple[str, str]  # milestone uid, task id
CLAIMED = "claimed"  # as `domain/leases.py` has it
LEFT = "left"
TOLD = (CLAIMED, LEFT)  # states of a lease that say who may work


class Hand(NamedTuple):
    """A task somebody works on."""

    ref: str
    holder: str
    until: str | None  # a claim's end (RFC 3339 UTC); None: a run has it
    area: overlap.Area


class Hands:
    """The tasks in hand, and those that were begun and let go."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.settings = settings
        self.held: dict[Key, Hand] = {}
        self.left: set[Key] = set()  # begun under a claim that is over; who comes next goes on

    def of(self, milestone: str, task: str) -> Hand | None:
        """Return who has a task in hand; None when nobody has."""
        return self.held.get((milestone, task))

    def in_the_way(self, milestone: str, task: str, area: overlap.Area) -> tuple[Hand, str] | None:
        """Return a task in hand that an area clashes with, and over what; None when there is none."""
        for key, hand in self.held.items():
            what = overlap.clashes(area, hand.area) if key != (milestone, task) else None
            if what is not None:
                return hand, what
        return None


def of(leases: Iterable[Row], now: str, settings: Mapping[str, Any]) -> Hands:
    """Return what claims hold at a moment; `leases` are bodies of lease documents."""
    found = Hands(settings)
    for lease in leases:
        key = (str(lease.get("milestone")), str(lease.get("task")))
        if lease.get("state") == CLAIMED and str(lease.get("expires")) > now:
            area = overlap.Area(files=tuple(lease.get("files") or ()), locks=tuple(lease.get("locks") or ()))
            found.held[key] = Hand(str(lease.get("id")), str(lease.get("holder")), str(lease.get("expires")), area)
        elif lease.get("state") in TOLD:
            found.left.add(key)
    return found


class Records(Protocol):
    """What has to be asked of a store."""

    def find(self, kind: str, states: Sequence[str] = ()) -> Iterable[Document]: ...

    def load(self, kind: str, uid: str) -> Document | None: ...


def at(
    store: Records, now: str, settings: Mapping[str, Any], held_by: Mapping[str, str], *, but: str = ""
) -> Hands:
    """Return what claims and live runs have in hand; `held_by` is milestone uid -> session.

    What the run of the milestone `but` has in hand is left out: who asks knows it better.
    """
    found = of((document.body for document in store.find("lease", TOLD)), now, settings)
    live = {uid: session for uid, session in held_by.items() if uid != but}
    for session in store.find("session", ("running",)) if live else ():
        uid = next((uid for uid, name in live.items() if name == session.body.get("id")), None)
        milestone = store.load("milestone", uid) if uid else None
        if milestone is not None:
            add_run(found, milestone, session.body)
    return found


def add_run(found: Hands, milestone: Document, session: Row) -> None:
    """Add the tasks of a milestone that a session works on."""
    for ref, known in (session.get("tasks") or {}).items():
        name = str(ref).rpartition("/")[2]
        task = tasks.get(milestone.body, name)
        if task is not None and known.get("status") == "running" and tasks.status(task) == "in_progress":
            area = overlap.of(task, found.settings)
            found.held.setdefault((milestone.uid, name), Hand(str(ref), str(session.get("id")), None, area))


def learned(store: Records, ref: str) -> tuple[str, ...]:
    """Return the files that earlier attempts at a task changed, as the sessions know them."""
    found: dict[str, None] = {}
    for session in store.find("session"):
        known = (session.body.get("tasks") or {}).get(ref) or {}
        found |= dict.fromkeys(str(path) for path in known.get("files") or ())
    return tuple(found)
