"""A vote is cast, and closes when its time is over or everybody has voted."""

from milestone import errors
from milestone.domain import gates, phases, signing, votes
from milestone.domain.context import Context
from milestone.domain.decide import judging, passing
from milestone.domain.decide.following import as_it_will_be
from milestone.domain.decide.judging import Judge
from milestone.domain.decide.phase import event, review_words, subject
from milestone.domain.deliverables import Found
from milestone.domain.document import Document, Event
from milestone.domain.phases import Phase


def cast(document: Document, request: Judge, ctx: Context, vote: str) -> list[Event]:
    """Return a person's vote, and with the last one the result and what follows.

    A second vote takes the first one's place; the same one again is nothing.

    Raises:
        as `approval.approve`; Refused: the vote is closed.
    """
    phase, found, by, proof = judging.judged(document, request, ctx)
    check_open(document, request, ctx)
    item = {**judging.opinion(document, request, phase, found, by, proof, ctx), "vote": vote}
    kept = next((each for each in phase.votes if each.get("by") == by), {})
    if (kept.get("vote"), kept.get("digest")) == (vote, found.digest):
        return []
    item = judging.signed(request, item, signing.approval(document, request.task, phase, item), ctx)
    said = [event(document, "vote.cast", request.task, phase.name, vote=vote, by=by, cast=item)]
    return [*said, *close(as_it_will_be(document, said, ctx), request, ctx)]


def check_open(document: Document, request: Judge, ctx: Context) -> None:
    """Refuse whoever comes after the end of a vote.

    Raises:
        Refused: the vote is closed, or was not begun.
    """
    phase = phases.named(phases.of(document.body, request.task), request.phase)
    found = request.found.get(phase.name) if phase else None
    if phase is None:
        return
    before = votes.tally(document, request.task, phase, found.digest if found else None, ctx)
    if phase.status != "in_review" or before.closed:
        raise errors.Refused(
            f"The vote on the {phase.name} phase of {subject(document, request.task)} is closed.",
            why=f"it is {phase.status}" if phase.status != "in_review" else f"its time is over: {before.why}",
            next=[f"milestone review {review_words(document, request.task, phase.name)}"],
            code="vote_closed",
        )


def close(document: Document, request: Judge, ctx: Context) -> list[Event]:
    """Return the result of a vote that is over and what follows from it; nothing while people can vote."""
    phase = phases.named(phases.of(document.body, request.task), request.phase)
    found = request.found.get(phase.name) if phase else None
    if phase is None or found is None or phase.status != "in_review":
        return []
    standing = votes.tally(document, request.task, phase, found.digest, ctx)
    unmet = gates.unmet_criteria(document, request.task, phase)
    if not standing.closed or (standing.passed and unmet):  # it waits for its criteria
        return []
    closed = event(
        document, "vote.closed", request.task, phase.name,
        result=standing.result, passed=standing.passed, digest=found.digest,
    )  # fmt: skip
    return [closed, *_follows(document, request, phase, found, closed, ctx)] if standing.passed else [closed]


def _follows(
    document: Document, request: Judge, phase: Phase, found: Found, closed: Event, ctx: Context
) -> list[Event]:
    events = [closed, *passing.met(document, phase, found, "the vote")]
    after = as_it_will_be(document, events, ctx)
    return [*events[1:], *passing.next_phase(after, request, phase, ctx)]
