"""What time brings to approvals: reminders, escalation to the owner, approvals that lost what they judged.

Each is said once, however many processes look: what was said stands in the record.
"""

from collections.abc import Mapping, Sequence

from milestone.domain import deadlines, gates, phases, proof, votes
from milestone.domain.context import Context
from milestone.domain.decide import voting
from milestone.domain.decide.judging import Judge
from milestone.domain.decide.phase import event
from milestone.domain.deliverables import Found
from milestone.domain.document import Document, Event
from milestone.domain.phases import Phase

REMINDERS = (90, 50)  # percent of the time to judge, the later first
OVER = ("cancelled", "archived", "completed")


def look(document: Document, found: Mapping[tuple[str | None, str], Found], ctx: Context) -> list[Event]:
    """Return what is to be said at this moment about everything that waits for people in a milestone."""
    if document.archived or document.body.get("status") in OVER:
        return []
    events = []
    for task_id in subjects(document):
        surveyed = {name: each for (task, name), each in found.items() if task == task_id}
        step = gates.next_step(document, task_id, surveyed, ctx)
        phase = phases.named(phases.of(document.body, task_id), step.phase) if step.phase else None
        if step.kind == "review" and step.gate is not None and phase is not None:
            closed = _closed(document, task_id, phase, surveyed, ctx)
            events += closed or _about(document, task_id, phase, step.gate, ctx)
    return events


def subjects(document: Document) -> Sequence[str | None]:
    """Return whose phases may wait: None for the milestone's own, and each task that is not over."""
    tasks = phases.tasks(document.body)
    left = [t for t in tasks if t.get("status") != "cancelled" and proof.grade(document, t) in (None, "typed")]
    return [None, *(str(task.get("id")) for task in left)]


def next_look(document: Document, ctx: Context) -> str | None:
    """Return the next moment at which there is something to say; None for never."""
    moments = []
    for task_id in subjects(document):
        for phase in phases.of(document.body, task_id):
            if phase.status == "in_review":
                moments += [when for share in (0.5, 0.9, 1.0) if (when := deadlines.at_share(phase, share, ctx))]
    return min((when for when in moments if when > ctx.now), default=None)


def _closed(
    document: Document, task_id: str | None, phase: Phase, found: Mapping[str, Found], ctx: Context
) -> list[Event]:
    """Return the end of a vote whose time is over."""
    if not votes.is_vote(phase, ctx.settings):
        return []
    return voting.close(document, Judge(task=task_id, phase=phase.name, found=found), ctx)


def _about(document: Document, task_id: str | None, phase: Phase, gate: gates.Gate, ctx: Context) -> list[Event]:
    asked = list(gate.waiting_for or phase.approvers)
    if gate.changed:
        if phase.expired == gate.digest:
            return []
        return [event(document, "approval.expired", task_id, phase.name, digest=gate.digest, approvers=asked)]
    if phase.status != "in_review" or phase.escalated:
        return []
    due = deadlines.due(phase, ctx)
    if deadlines.is_past(phase, 1.0, ctx):
        to = document.body.get("owner") or phase.owner
        return [event(document, "approval.escalated", task_id, phase.name, to=to, approvers=asked, due=due)]
    mark = next((mark for mark in REMINDERS if deadlines.is_past(phase, mark / 100, ctx)), 0)
    if mark <= phase.reminded:
        return []
    return [event(document, "approval.reminded", task_id, phase.name, approvers=asked, mark=mark, due=due)]
