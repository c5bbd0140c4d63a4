"""Approvals: who may judge which phase, bound to exactly what was judged."""

from milestone import errors
from milestone.domain import approvers, delegates, gates, phases, signing, votes
from milestone.domain.context import Context
from milestone.domain.decide import judging, passing, voting
from milestone.domain.decide import phase as phase_rules
from milestone.domain.decide.following import as_it_will_be
from milestone.domain.decide.judging import Judge
from milestone.domain.decide.phase import event, review_words, subject
from milestone.domain.document import Document, Event
from milestone.domain.phases import Phase


def approve(document: Document, request: Judge, ctx: Context) -> list[Event]:
    """Return the approval, with the last one what follows: facts met, the next phase.

    A milestone's own phase that was not handed in yet is handed in by its approval, and over where it needs none.
    Nothing when the same person approved the same contents before.

    Raises:
        NeedsAPerson, NotPermitted: an agent or a run acts; the reviewer is not listed, or known too weakly.
        Stale: `version` names other contents.
        Refused: not handed in, a deliverable is missing, or criteria of the gate are unmet.
    """
    phase, found, by, proof = judging.judged(document, request, ctx)
    handed_in = _handed_in(document, request, phase, ctx)
    if not phase.required:
        return handed_in
    phase_rules.check_deliverables(document, request.task, phase, found)
    if votes.is_vote(phase, ctx.settings):
        return [*handed_in, *voting.cast(as_it_will_be(document, handed_in, ctx), request, ctx, "yes")]
    standing = gates.gate(document, request.task, phase, found.digest, ctx)
    if approvers.identity(by, ctx.people) in {approvers.identity(n, ctx.people) for n in standing.approved_by}:
        return []
    seat = delegates.seat(document, request.task, phase, by, ctx) or by
    left = approvers.still_asked(phase, [*standing.seats, seat], ctx.people)
    complete = left is None
    if complete and standing.unmet:
        raise _unmet(document, request, standing.unmet)
    given = judging.opinion(document, request, phase, found, by, proof, ctx)
    given = judging.signed(request, given, signing.approval(document, request.task, phase, given), ctx)
    approved = event(
        document, "phase.approved", request.task, phase.name, given=given, digest=found.digest, by=by,
        complete=complete, waiting_for=list(left or ()),
    )  # fmt: skip
    events = [*handed_in, approved]
    if not complete:
        return events
    events += passing.met(document, phase, found, by)
    return [*events, *passing.next_phase(as_it_will_be(document, events, ctx), request, phase, ctx)]


def request_changes(document: Document, request: Judge, ctx: Context) -> list[Event]:
    """Return the work going back to who did it, with the reason.

    Raises: as `approve`; InvalidRequest without a comment.
    """
    if _is_voted(document, request, ctx):
        voting.check_open(document, request, ctx)
    return [_sent_back(document, request, ctx, "phase.changes_requested")]


def reject(document: Document, request: Judge, ctx: Context) -> list[Event]:
    """Return the refusal of a phase; its task is blocked until it is retried. Where people vote it is one vote.

    Raises: as `approve`; InvalidRequest without a comment.
    """
    if _is_voted(document, request, ctx):
        return voting.cast(document, request, ctx, "no")
    return [_sent_back(document, request, ctx, "phase.rejected")]


def withdraw(document: Document, request: Judge, ctx: Context) -> list[Event]:
    """Return the reviewer's approval taken back.

    Raises:
        NeedsAPerson: an agent or a run acts.
        Refused: they gave none, or the next phase is over.
    """
    phase, _, by, _ = judging.judged(document, request, ctx, most="present")
    wanted = approvers.identity(by, ctx.people)
    said = [str(each.get("by")) for each in (*phase.given, *phase.votes)]
    givers = [name for name in dict.fromkeys(said) if approvers.identity(name, ctx.people) == wanted]
    if not givers:
        raise errors.Refused(
            f"{by} has not approved the {phase.name} phase of {subject(document, request.task)}.",
            why="there is nothing to withdraw",
            next=[f"milestone review {review_words(document, request.task, phase.name)} --history"],
        )
    after = phases.after(phases.of(document.body, request.task), phase.name)
    voted = votes.is_vote(phase, ctx.settings) and phase.status in phases.DONE
    if voted or (after is not None and after.status in phases.DONE):
        raise errors.Refused(
            f"The approval of {phase.name} cannot be withdrawn any more.",
            why=f"the {after.name} phase after it is over" if after and not voted else "the vote is closed",
            hint=f"milestone task block {subject(document, request.task)} REASON",
        )
    facts = {"by": by, "givers": givers, "comment": request.comment}
    return [event(document, "approval.withdrawn", request.task, phase.name, **facts)]


def _is_voted(document: Document, request: Judge, ctx: Context) -> bool:
    phase = phases.named(phases.of(document.body, request.task), request.phase)
    return phase is not None and votes.is_vote(phase, ctx.settings)


def _handed_in(document: Document, request: Judge, phase: Phase, ctx: Context) -> list[Event]:
    """Return what hands a milestone's own phase in; a task's is handed in by who did it."""
    if phase.status == "in_review" or phase.status == "approved":
        return []
    if request.task is None and phase.status not in phases.DONE:
        finish = phase_rules.FinishPhase(task=None, phase=phase.name, found=request.found)
        handed_in = phase_rules.finish(document, finish, ctx)
        return [each for each in handed_in if each.kind != "approval.requested"]  # who approves needs no request
    raise errors.Refused(
        f"The {phase.name} phase of {subject(document, request.task)} is {phase.status}, not in review.",
        why="only what was handed in can be judged" if phase.required else "it needs no approval",
        next=[f"milestone task done {subject(document, request.task)}"] if request.task and phase.required else [],
        code="not_in_review",
    )


def _sent_back(document: Document, request: Judge, ctx: Context, kind: str) -> Event:
    phase, found, by, proof = judging.judged(document, request, ctx, most="present")
    if not request.comment:
        raise errors.InvalidRequest(
            "A reason is needed.", why="who did the work has to know what to change", hint='add --comment "TEXT"'
        )
    if phase.status not in ("in_review", "approved"):
        _handed_in(document, request, phase, ctx)
    data = {"by": by, "proof": proof, "comment": request.comment, "digest": found.digest}
    return event(document, kind, request.task, phase.name, **data)


def _unmet(document: Document, request: Judge, unmet: tuple[str, ...]) -> errors.Refused:
    ref = document.body.get("id")
    return errors.Refused(
        f"{subject(document, request.task)} cannot pass its {request.phase} gate:"
        f" {len(unmet)} of its criteria unmet.",
        why="; ".join(unmet),
        next=[f'milestone update {ref} --met "{name}" --evidence TEXT' for name in unmet[:3]],
        code="gate_criteria_unmet",
        findings=[
            {
                "severity": "error",
                "code": "criterion_unmet",
                "path": None,
                "line": None,
                "message": name,
                "hint": None,
            }
            for name in unmet
        ],
    )
