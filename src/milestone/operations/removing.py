"""Hide milestones that nobody depends on, and take closed ones up again."""

from collections.abc import Sequence
from pathlib import Path

from milestone.domain.context import Context
from milestone.domain.decide import milestone
from milestone.domain.document import Event
from milestone.operations.draft import Draft, Effect
from milestone.operations.task import Outcome
from milestone.storage.base import Txn
from milestone.workspace.base import Workspace


def delete(workspace: Workspace, start: Path, refs: Sequence[str], reason: str | None) -> Outcome:
    """Record milestones as deleted, those that depend on others first; all of them or none.

    Raises:
        Refused: another milestone depends on one of them, or a run holds it.
    """

    def decide(txn: Txn, ctx: Context) -> list[Event]:
        draft = Draft(txn, ctx, workspace.root, start)
        left = draft.milestones(refs)
        names = {document.uid for document in left}
        while left:
            free = [d for d in left if not any(r["uid"] in names for r in milestone.dependants(d, draft.ctx))]
            document = free[0] if free else left[0]
            draft.add(document, milestone.delete(document, draft.ctx, reason))
            left.remove(document)
            names.discard(document.uid)
        return draft.events

    return Outcome(written=workspace.write(decide))


def reopen(workspace: Workspace, start: Path, refs: Sequence[str], reason: str | None) -> Outcome:
    """Record milestones as taken up again, and mark what was built on them; all of them or none.

    Raises:
        InvalidRequest: no reason; Refused: one of them is open.
    """
    effects: list[Effect] = []

    def decide(txn: Txn, ctx: Context) -> list[Event]:
        draft = Draft(txn, ctx, workspace.root, start)
        for document in draft.milestones(refs):
            draft.add(document, milestone.reopen(document, reason, draft.ctx))
        effects[:] = [draft.effect()]
        return draft.events

    written = workspace.write(decide)
    return Outcome(written=written, effect=effects[0] if effects else Effect())
