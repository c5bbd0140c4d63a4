"""Who is asked at a gate, who may answer, and whose answer is missing still."""

from collections.abc import Sequence

from milestone.domain import people
from milestone.domain.context import Context, Person
from milestone.domain.deliverables import plain
from milestone.domain.document import Body, Document
from milestone.domain.phase import Phase


def still_asked(phase: Phase, given: Sequence[str], team: Sequence[Person]) -> tuple[str, ...] | None:
    """Return whose approval is missing; None when these are enough, empty when any person may add one."""
    people_given = {identity(name, team) for name in given}
    left = tuple(a for a in phase.approvers if not any(answers(a, name, team) for name in given))
    if phase.quorum or not phase.approvers:
        return None if len(people_given) >= (phase.quorum or 1) else left
    return left or None


def may_approve(phase: Phase, name: str, team: Sequence[Person]) -> bool:
    """Return whether that person may decide: somebody listed, or anybody where nobody is."""
    return not phase.approvers or any(answers(approver, name, team) for approver in phase.approvers)


def did_the_work(document: Document, task_id: str | None, phase: Phase, name: str, ctx: Context) -> bool:
    """Return whether somebody may not approve because the work is theirs, where duties are kept apart."""
    if not ctx.settings.get("approvals.separation_of_duties"):
        return False
    task: Body = next((t for t in document.body.get("tasks") or [] if t.get("id") == task_id), {})
    doers = [phase.owner, phase.submitted_by, *phase.assignees, task.get("assigned_to")]
    return identity(name, ctx.people) in {identity(str(each), ctx.people) for each in doers if each}


def answers(approver: str, name: str, team: Sequence[Person]) -> bool:
    """Return whether a person answers to an approver's text: handle, name, e-mail or role, else the plain name."""
    holders = people.holders(approver, team)
    if holders:
        person = people.match(name, team)
        return person is not None and person in holders
    return identity(approver, team) == identity(name, team)


def identity(name: str, team: Sequence[Person]) -> str:
    """Return one word for one person, however they were written."""
    person = people.match(name, team)
    return person.handle if person else plain(name.lstrip("@"))
