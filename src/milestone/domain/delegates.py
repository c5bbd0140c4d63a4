"""Who judges for whom: an approver may let somebody else judge a phase for a while."""

from milestone.domain import approvers, opinions, signing
from milestone.domain.context import Context
from milestone.domain.document import Body, Document
from milestone.domain.phase import Phase


def live(document: Document, task_id: str | None, phase: Phase, ctx: Context) -> list[Body]:
    """Return the delegations that count: by an approver, known as well as the gate asks, to somebody else."""
    return [item for item in phase.delegated if _counts(document, task_id, phase, item, ctx)]


def seat(
    document: Document, task_id: str | None, phase: Phase, name: str, ctx: Context, at: str | None = None
) -> str | None:
    """Return in whose place somebody judges at a moment: their own, or who let them; None for neither."""
    if approvers.may_approve(phase, name, ctx.people):
        return name
    when, wanted = at or ctx.now, approvers.identity(name, ctx.people)
    return next(
        (
            str(item["by"])
            for item in live(document, task_id, phase, ctx)
            if approvers.identity(str(item.get("to")), ctx.people) == wanted and _covers(item, when)
        ),
        None,
    )


def _covers(item: Body, when: str) -> bool:
    """Tell whether a delegation holds at a moment; the last day counts."""
    return str(item.get("at") or "") <= when and when[:10] <= str(item.get("until") or "9999")


def _counts(document: Document, task_id: str | None, phase: Phase, item: Body, ctx: Context) -> bool:
    by, to = str(item.get("by") or ""), str(item.get("to") or "")
    if not by or not to or approvers.identity(by, ctx.people) == approvers.identity(to, ctx.people):
        return False
    if not approvers.may_approve(phase, by, ctx.people):
        return False
    said = signing.delegation(document, task_id, phase, item)
    known = opinions.known(document, opinions.place(task_id, phase), "delegated", item, said, ctx, phase)
    return known is not None and opinions.is_enough(known, opinions.least_proof(ctx.settings, phase))
