"""Who judges, how that is known, and whether they may; what they say is bound to what was judged."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from milestone import errors
from milestone.domain import approvers, delegates, opinions, phases, signing
from milestone.domain.context import Context
from milestone.domain.decide.phase import review_words, subject
from milestone.domain.deliverables import Found
from milestone.domain.document import Document
from milestone.domain.phases import Phase


class Judge(msgspec.Struct, frozen=True, kw_only=True):
    """A person's word on one phase: approve, reject, request_changes or withdraw."""

    task: str | None  # None: the milestone's own
    phase: str
    found: Mapping[str, Found]  # every phase of the subject, as it is now
    reviewer: str | None = None  # given by name; without it the actor
    comment: str | None = None
    version: str | None = None  # the digest that was judged; another one is refused
    sign: Callable[[bytes], str] | None = None  # the giver's own key; None: by name or presence
    at: str | None = None  # when it was signed; None: now
    to: str | None = None  # to delegate: who judges instead
    until: str | None = None  # the last day on which they do


HOW_TO_BE_KNOWN = {
    "present": "type it yourself at a terminal, without --reviewer and --as",
    "signed": "sign it at a terminal with a key of your own: milestone config new-key --mine",
}


def how_known(ctx: Context, reviewer: str | None) -> tuple[str, str]:
    """Return who judges and how that is known: `present` at a terminal, else `named`.

    Raises:
        NeedsAPerson: an agent, a service or a process started by a run acts, whoever it names.
    """
    if ctx.actor.kind != "person" or ctx.in_run:
        who = ctx.actor.name if ctx.actor.kind != "person" else "a process started by a run"
        raise errors.NeedsAPerson(
            f"An approval needs a person (you act as {who}).",
            why="approvals by agents are never accepted, whoever they name",
            hint=f"{ctx.actor.on_behalf_of or 'a person'} types it at a terminal",
        )
    by = (reviewer or ctx.actor.name).lstrip("@")
    himself = approvers.identity(by, ctx.people) == approvers.identity(ctx.actor.name, ctx.people)
    known = ctx.present and himself and ctx.actor.source not in ("flag", "environment")
    return by, "present" if known else "named"


def judged(
    document: Document, request: Judge, ctx: Context, most: str = "signed"
) -> tuple[Phase, Found, str, str]:
    """Return phase, what is judged, who judges and how that is known, after every check on the person.

    `most`: a word that closes a gate needs no more proof than this.
    """
    by, proof = how_known(ctx, request.reviewer)
    proof = "signed" if request.sign is not None else proof
    phase = phases.named(phases.of(document.body, request.task), request.phase)
    if phase is None:
        known = [p.name for p in phases.of(document.body, request.task)]
        raise errors.NotFound(
            f'{subject(document, request.task)} has no phase "{request.phase}".',
            why=f"it has {', '.join(known)}" if known else "it is done in one go, without phases",
            candidates=known,
            code="phase_not_found",
        )
    least = min(opinions.least_proof(ctx.settings, phase), most, key=opinions.PROOFS.index)
    _check_person(document, request, phase, by, proof, least, ctx)
    found = request.found.get(phase.name) or Found(folder="")
    if request.version and not found.digest.startswith(request.version.lower().removeprefix("sha256:")):
        raise errors.Stale(
            f"The {phase.name} deliverables of {subject(document, request.task)} are not the ones you judged.",
            why=f"they are at {found.digest[:12]} now, not at {request.version}",
            next=[f"milestone review {review_words(document, request.task, phase.name)}"],
            current={"revision": document.revision, "digest": found.digest},
        )
    return phase, found, by, proof


def _check_person(
    document: Document, request: Judge, phase: Phase, by: str, proof: str, least: str, ctx: Context
) -> None:
    if delegates.seat(document, request.task, phase, by, ctx) is None:
        raise errors.NotPermitted(
            f"{by} may not decide about the {phase.name} phase of {subject(document, request.task)}.",
            why=f"its approvers are {', '.join(phase.approvers)}",
            hint=f"milestone review {review_words(document, request.task, phase.name)} --approve --reviewer NAME",
        )
    if not opinions.is_enough(proof, least):
        raise errors.NotPermitted(
            f"This approval would only be {proof}; this {'gate' if phase.proof else 'project'} asks for {least}.",
            why="approvals.proof says how well the giver must be known",
            hint=HOW_TO_BE_KNOWN.get(least, ""),
            code="proof_too_weak",
        )
    if approvers.did_the_work(document, request.task, phase, by, ctx):
        raise errors.NotPermitted(
            f"{by} did this work and may not approve it.",
            why="approvals.separation_of_duties asks for somebody else",
            code="separation_of_duties",
        )


def opinion(
    document: Document, request: Judge, phase: Phase, found: Found, by: str, proof: str, ctx: Context
) -> dict[str, Any]:
    """Return an approval as the record keeps it, before it is signed."""
    given = {"by": by, "proof": proof, "digest": found.digest, "at": request.at or ctx.now}
    seat = delegates.seat(document, request.task, phase, by, ctx, given["at"])
    if seat is not None and approvers.identity(seat, ctx.people) != approvers.identity(by, ctx.people):
        given["instead_of"] = seat
    return {**given, "comment": request.comment} if request.comment else given


def signed(request: Judge, given: dict[str, Any], said: bytes, ctx: Context) -> dict[str, Any]:
    """Return what somebody says with their signature of these bytes, where one is made.

    Raises:
        NotPermitted: the key is not listed for that person.
    """
    if request.sign is None:
        return given
    whole = {**given, "signature": request.sign(said)}
    if not signing.is_by_person(whole, said, ctx):
        raise errors.NotPermitted(
            f"This key is not one of {given['by']}'s.",
            why=f"config/team.yaml lists other keys, or none, for {given['by']}",
            hint="add the line that `milestone config new-key --mine` showed to config/team.yaml",
            code="key_not_listed",
        )
    return whole
