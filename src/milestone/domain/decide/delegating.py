"""An approver lets somebody else judge a phase, until a day or until it is decided."""

from typing import Any

from milestone import errors
from milestone.domain import approvers, people, signing
from milestone.domain.context import Context
from milestone.domain.decide import judging
from milestone.domain.decide.judging import Judge
from milestone.domain.decide.phase import event, review_words, subject
from milestone.domain.document import Document, Event
from milestone.domain.phases import DONE, Phase


def delegate(document: Document, request: Judge, ctx: Context) -> list[Event]:
    """Return that somebody judges in the reviewer's place; to oneself takes it back.

    A delegate answers for one approver, and lets nobody else judge in turn.

    Raises:
        NeedsAPerson, NotPermitted: an agent acts, or who delegates is not an approver, or known too weakly.
        InvalidRequest: the delegate is an agent, nobody in the team, or an approver already; the day is past.
        Refused: nobody is listed, or the phase is over.
    """
    phase, _, by, proof = judging.judged(document, request, ctx)
    to = (request.to or "").strip().removeprefix("@")
    _check_gate(document, request, phase, by, ctx)
    if approvers.identity(to, ctx.people) != approvers.identity(by, ctx.people):
        _check_delegate(phase, to, ctx)
    if request.until and request.until < ctx.today.isoformat():
        again = f"milestone review {review_words(document, request.task, phase.name)} --delegate {to} --until DATE"
        raise errors.InvalidRequest(f"{request.until} is past.", next=[again])
    item: dict[str, Any] = {"by": by, "to": to, "until": request.until, "proof": proof}
    item |= {"at": request.at or ctx.now, "comment": request.comment}
    item = {key: value for key, value in item.items() if value is not None}
    item = judging.signed(request, item, signing.delegation(document, request.task, phase, item), ctx)
    facts = {"by": by, "to": to, "until": request.until, "delegation": item}
    return [event(document, "approval.delegated", request.task, phase.name, **facts)]


def _check_gate(document: Document, request: Judge, phase: Phase, by: str, ctx: Context) -> None:
    if not phase.approvers or not approvers.may_approve(phase, by, ctx.people):
        raise errors.Refused(
            f"{by} cannot let somebody else judge the {phase.name} phase of {subject(document, request.task)}.",
            why=f"{by} judges for somebody already" if phase.approvers else "any person may judge it",
            next=[f"milestone review {review_words(document, request.task, phase.name)}"],
        )
    if phase.status in DONE:
        raise errors.Refused(
            f"The {phase.name} phase of {subject(document, request.task)} is decided.",
            why=f"it is {phase.status}",
            next=[f"milestone review {review_words(document, request.task, phase.name)} --history"],
        )


def _check_delegate(phase: Phase, to: str, ctx: Context) -> None:
    known = [person.handle for person in ctx.people]
    if not to or to.casefold().startswith(signing.NOT_PEOPLE):
        raise errors.InvalidRequest(
            f'"{to}" cannot judge for a person.', why="agents and services approve nothing", candidates=known
        )
    if ctx.people and people.match(to, ctx.people) is None:
        raise errors.InvalidRequest(f"{to} is nobody in config/team.yaml.", candidates=known)
    if approvers.may_approve(phase, to, ctx.people):
        raise errors.InvalidRequest(
            f"{to} is asked already.", why="nobody answers for two of the approvers", candidates=known
        )
