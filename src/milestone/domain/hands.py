"""What is in hand at a moment: by claims of workers outside and by runs. Read by `next`, so it imports little."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from milestone.domain import overlap, tasks

Row = Mapping[str, Any]
Key = tuple[str, str]  # milestone uid, task id
CLAIMED = "claimed"  # as `domain/leases.py` has it
GIVEN_AWAY = ("left", "lost")


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
        elif lease.get("state") in (CLAIMED, *GIVEN_AWAY):
            found.left.add(key)
    return found


def add_run(found: Hands, uid: str, body: Row, session: str) -> None:
    """Add the tasks of one milestone that a run has in hand."""
    above = tasks.parents(dict(body))
    for task in tasks.of(dict(body)):
        key = (uid, str(task.get("id")))
        if tasks.status(task) == "in_progress" and key not in found.held and key[1] not in above:
            area = overlap.of(task, found.settings)
            found.held[key] = Hand(f"{body.get('id')}/{key[1]}", session, None, area)
