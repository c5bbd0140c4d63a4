"""Take a change back by new events: the actor's last one that stands, or the one with a number."""

from collections.abc import Sequence

import msgspec

from milestone import errors
from milestone.domain.context import Context
from milestone.domain.decide import undo as rule
from milestone.domain.decide import ways_back
from milestone.domain.decide.undo import Change, Touched
from milestone.domain.document import Actor, Event, Recorded
from milestone.domain.evolve import evolve
from milestone.storage import past
from milestone.storage.base import Reading, Txn
from milestone.storage.log_line import Line
from milestone.workspace.base import Workspace, Written

WINDOW = 64  # events looked through first; each further look takes eight times as many


class Undone(msgspec.Struct, frozen=True, kw_only=True):
    """What was taken back."""

    of: int  # seq of its first event
    kinds: tuple[str, ...]  # of its events
    events: tuple[Recorded, ...]
    written: Written


def undo(workspace: Workspace, seq: int | None = None) -> Undone:
    """Record what takes a change back.

    Raises:
        NotFound: there is no such event, or nothing of this actor's that stands.
        Refused: others built on it (each listed), or it has a way back of its own (named).
    """
    found: list[Line] = []

    def decide(txn: Txn, ctx: Context) -> list[Event]:
        line, later = _one(txn, seq) if seq is not None else _last(txn, workspace.actor)
        found[:] = [line]
        return rule.undo(_change(txn, line, later), ctx)

    written = workspace.write(decide)
    events = tuple(found[0].recorded()) if found else ()
    kinds = tuple(dict.fromkeys(recorded.event.kind for recorded in events))
    return Undone(of=events[0].seq if events else 0, kinds=kinds, events=events, written=written)


def _one(reading: Reading, seq: int) -> tuple[Line, list[Line]]:
    """Return the transaction that holds an event, and those after it that stand."""
    if not 0 < seq <= reading.seq:
        raise errors.NotFound(
            f"There is no event {seq}.",
            why=f"the last one is {reading.seq}",
            next=["milestone log"],
            code="event_not_found",
        )
    line, *later = past.transactions(reading, seq - 1)
    gone = _taken_back([line, *later])
    if line.seq in gone:
        raise errors.Refused(
            f"Change {line.seq} was taken back already, by change {gone[line.seq]}.",
            next=[f"milestone undo {gone[line.seq]}"],
            code="undone_already",
        )
    return line, [each for each in later if each.seq not in gone and not _is_undoing(each)]


def _last(reading: Reading, actor: Actor) -> tuple[Line, list[Line]]:
    """Return the last change of an actor that stands and is none of undo's own, and what came after it."""
    size = WINDOW
    while True:
        lines = list(past.transactions(reading, max(reading.seq - size, 0)))
        gone = _taken_back(lines)
        standing = [line for line in lines if line.seq not in gone and not _is_undoing(line)]
        for place in range(len(standing) - 1, -1, -1):
            if _is_of(standing[place], actor):
                return standing[place], standing[place + 1 :]
        if size >= reading.seq:
            raise errors.NotFound(
                f"{actor.name} changed nothing here that could be taken back.",
                why="undo takes back your own last change; any other by its number",
                next=["milestone log", "milestone undo SEQ"],
                code="nothing_to_undo",
            )
        size *= 8


def _is_of(line: Line, actor: Actor) -> bool:
    """Tell whether an actor made a change that somebody may want to take back."""
    return any(r.actor.name == actor.name and not ways_back.is_quiet(r) for r in line.recorded())


def _taken_back(lines: Sequence[Line]) -> dict[int, int]:
    """Return seq -> seq of what took it back, of changes that do not stand; an undo may be taken back itself."""
    gone: dict[int, int] = {}
    for line in reversed(lines):
        if line.seq not in gone:
            gone |= {int(str(e.data["of"])): line.seq for e in line.events if e.kind == "change.undone"}
    return gone


def _is_undoing(line: Line) -> bool:
    return any(event.kind == "change.undone" for event in line.events)


def _change(reading: Reading, line: Line, later: Sequence[Line]) -> Change:
    keys = list(dict.fromkeys((event.document, event.uid) for event in line.events))
    before, after = past.versions(reading, keys, line, evolve)
    touched = []
    for key in keys:
        now = reading.load(*key)
        if now is not None:
            touched.append(Touched(before=before.get(key), after=after[key], now=now))
    return Change(
        events=tuple(line.recorded()),
        touched=tuple(touched),
        later=tuple(recorded for each in later for recorded in each.recorded()),
    )
