"""Take the whole plan back to a moment by new events; `seq` goes on, and a restore takes this one back too."""

from collections.abc import Iterable

import msgspec

from milestone.domain import summary
from milestone.domain.context import Context
from milestone.domain.decide import restore as rule
from milestone.domain.document import Document, Event, Recorded
from milestone.domain.evolve import evolve
from milestone.operations import moments
from milestone.operations.moments import Point
from milestone.storage import past
from milestone.storage.base import Reading, Txn
from milestone.workspace.base import Workspace, Written

Key = tuple[str, str]  # kind, uid


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """What a restore did."""

    to: int  # seq of the moment's last event
    before: int  # seq at which everything was as before the restore
    written: Written


def restore(workspace: Workspace, point: Point) -> Restored:
    """Record what makes every record what it was at a point.

    Raises:
        NotFound: the point is still to come; Refused: a run holds a milestone.
    """
    found: list[tuple[int, int]] = []

    def decide(txn: Txn, ctx: Context) -> list[Event]:
        seq = moments.seq_of(txn, point, workspace.clock.now())
        found[:] = [(seq, txn.seq)]
        then = past.at(txn, seq, evolve=evolve, summarise=summary.row)
        keys = _keys(txn.events())
        return rule.restore(rule.Restore(seq=seq, then=_all(then, keys), now=_all(txn, keys)), ctx)

    written = workspace.write(decide)
    to, before = found[0] if found else (_said(written.events), written.seq)
    return Restored(to=to, before=before, written=written)


def preview(workspace: Workspace, point: Point) -> tuple[int, int]:
    """Return the seq a point means, and how many events would be gone back over. Raises as `restore`."""
    with workspace.reading() as reading:
        seq = moments.seq_of(reading, point, workspace.clock.now())
        return seq, reading.seq - seq


def _keys(events: Iterable[Recorded]) -> list[Key]:
    """Return the names of all documents there ever were, milestones in the order they were made."""
    return list(dict.fromkeys((r.event.document, r.event.uid) for r in events))


def _all(reading: Reading, keys: Iterable[Key]) -> dict[Key, Document]:
    found = ((key, reading.load(*key)) for key in keys)
    return {key: document for key, document in found if document is not None}


def _said(events: Iterable[Recorded]) -> int:
    return next((int(r.event.data["to"]) for r in events if r.event.kind == "store.restored"), 0)
