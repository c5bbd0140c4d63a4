"""Whether a gate is open: computed from approvals bound to the deliverables as they are, never from a word.

An approval counts when a command recorded it (its seal) or its giver signed it (a key in `team.yaml`), for exactly
these contents (its digest), from somebody who is listed, known well enough (`approvals.proof`, or more where the
gate asks for more). Hand-typed ones are shown and open nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from milestone.domain import facts, people, proof, signing
from milestone.domain.context import Context, Person
from milestone.domain.deliverables import Found, plain
from milestone.domain.document import Body, Document
from milestone.domain.phases import DONE, Phase, current, named, of, withdrawn

PROOFS = ("named", "present", "signed")  # how the giver of an approval is known, least first


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """How the gate after a phase stands at one moment."""

    phase: str
    open: bool
    required: bool = False
    digest: str | None = None  # of the deliverables as they are
    approved_by: tuple[str, ...] = ()  # whose approval counts
    waiting_for: tuple[str, ...] = ()  # approvers still asked; empty with approvals missing: any person
    uncounted: tuple[tuple[str, str], ...] = ()  # (who, why their approval does not count)
    unmet: tuple[str, ...] = ()  # criteria

    @property
    def changed(self) -> bool:
        """Whether it was approved and something changed since."""
        return not self.open and any(why == CHANGED for _, why in self.uncounted)


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What a task, or a milestone's own course, needs next."""

    kind: str  # run (work on the phase), review (people decide), blocked (rejected), done
    phase: str | None = None
    gate: Gate | None = None  # what it waits at


CHANGED = "the deliverables changed since"
TYPED = "typed by hand, not recorded by a command"
FORGED = "its signature is not one of this by a key that is listed for them"
DID_IT = "they did this work"
WITHDRAWN = "they took it back"


def gate(document: Document, task_id: str | None, phase: Phase, digest: str | None, ctx: Context) -> Gate:
    """Return how the gate after a phase stands while its deliverables have this digest.

    Without an approval asked for it is open when a command, or under `evidence: advised` anybody, completed the
    phase.
    """
    if not phase.required:
        return Gate(phase=phase.name, open=phase.status in DONE, digest=digest)
    reasons = [(item, _why_not(document, task_id, phase, item, digest, ctx)) for item in phase.given]
    counted = [str(item.get("by")) for item, why in reasons if why is None]
    allowed = [name for name in counted if may_approve(phase, name, ctx.people)]
    uncounted = [(str(item.get("by")), why) for item, why in reasons if why]
    uncounted += [(name, "not one of the approvers") for name in counted if name not in allowed]
    if phase.claimed:
        uncounted.append((phase.claimed, TYPED))
    missing = still_asked(phase, allowed, ctx.people)
    unmet = unmet_criteria(document, task_id, phase)
    return Gate(
        phase=phase.name,
        open=missing is None and not unmet and phase.status in DONE,
        required=True,
        digest=digest,
        approved_by=tuple(dict.fromkeys(allowed)),
        waiting_for=missing or (),
        uncounted=tuple(uncounted),
        unmet=tuple(unmet),
    )


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


def least_proof(settings: Mapping[str, Any], phase: Phase | None = None) -> str:
    """Return the least proof that counts: by `approvals.proof`, or by the gate where it asks for more."""
    words = [settings.get("approvals.proof") or "named", (phase.proof if phase else None) or "named"]
    return max((word if word in PROOFS else "signed" for word in words), key=PROOFS.index)


def proof_of(document: Document, task_id: str | None, phase: Phase, item: Body, ctx: Context) -> str | None:
    """Return how the giver of an approval is known; None for one that came as text without a good signature."""
    if signing.is_approved(document, task_id, phase, item, ctx):
        return "signed"
    return _recorded_as(document, task_id, phase, item)


def is_enough(proof_level: str, least: str) -> bool:
    """Return whether a giver is known well enough; a word nobody knows never is."""
    return proof_level in PROOFS and PROOFS.index(proof_level) >= PROOFS.index(least)


def unmet_criteria(document: Document, task_id: str | None, phase: Phase) -> list[str]:
    """Return the gate's criteria that nobody and nothing has met.

    One that names a deliverable of the phase (`architecture approved`) is met by approving it.
    """
    where = criteria_place(document.body, task_id, phase)
    own = {plain(item.name).rpartition(".")[0] or plain(item.name) for item in phase.expected}
    return [
        fact.name
        for fact in facts.read(list(phase.criteria), where, document.proven)
        if not fact.met and names_deliverable(fact.name, own) is None
    ]


def names_deliverable(fact: str, stems: set[str]) -> str | None:
    """Return which deliverable a fact speaks of: `api_design` in `api_design_approved`; None for none."""
    words = plain(fact)
    endings = ("", "-approved", "-validated", "-complete", "-completed", "-accepted")
    return next((stem for stem in sorted(stems) if stem and words in {stem + end for end in endings}), None)


def next_step(document: Document, task_id: str | None, found: Mapping[str, Found], ctx: Context) -> Step:
    """Return what comes next: the first gate that is closed, else the first phase that is not over."""
    course = of(document.body, task_id)
    for phase in course:
        if phase.status == "rejected":
            return Step(kind="blocked", phase=phase.name)
        if phase.status not in DONE and phase.status != "in_review":
            return Step(kind="run", phase=phase.name)
        judged = found.get(phase.name)
        standing = gate(document, task_id, phase, judged.digest if judged else None, ctx)
        if not standing.open:
            return Step(kind="review", phase=phase.name, gate=standing)
    return Step(kind="done")


def closed_before(
    document: Document, task_id: str | None, name: str, found: Mapping[str, Found], ctx: Context
) -> Gate | None:
    """Return the first closed gate on the way to a phase; None when the way is free."""
    for phase in of(document.body, task_id):
        if phase.name == name:
            return None
        judged = found.get(phase.name)
        standing = gate(document, task_id, phase, judged.digest if judged else None, ctx)
        if not standing.open:
            return standing
    return None


def before_work(
    document: Document, task: Mapping[str, Any], ctx: Context, found: Mapping[str, Found] | None = None
) -> Step | None:
    """Return what a task waits for in its milestone's own course; None when the way is free.

    A task belongs to the own phase that its `phase` names, else to the last. Without `found` the deliverables are
    taken to be as they were approved.
    """
    course = of(document.body, None)
    if not course:
        return None
    mine = named(course, str(task.get("phase") or "")) or course[-1]
    for phase in course[: [p.name for p in course].index(mine.name)]:
        last = phase.given[-1].get("digest") if phase.given else None
        judged = found.get(phase.name) if found is not None else None
        standing = gate(document, None, phase, judged.digest if judged else last, ctx)
        if not standing.open:
            return Step(kind="review", phase=phase.name, gate=standing)
    return None


def now_at(body: Body, task_id: str | None) -> str | None:
    """Return the name of the phase a subject is in; None when all are over or there are none."""
    phase = current(of(body, task_id))
    return phase.name if phase else None


def place(task_id: str | None, phase: Phase) -> str:
    """Return where the seals of a phase lie: `TASK/PHASE`, for the milestone's own `/PHASE`."""
    return f"{task_id or ''}/{phase.key}"


def _why_not(
    document: Document, task_id: str | None, phase: Phase, item: Body, digest: str | None, ctx: Context
) -> str | None:
    least = least_proof(ctx.settings, phase)
    known = recorded = _recorded_as(document, task_id, phase, item)
    if known is None or not is_enough(known, least):  # only now is a signature worth its check
        known = proof_of(document, task_id, phase, item, ctx)
    if known is None or (least == "signed" and known != "signed"):
        if item.get("signature"):
            return FORGED
        if known is None:
            return TYPED
    if not is_enough(known, least):
        return f"given as {known}, {'this gate' if phase.proof else 'this project'} asks for {least}"
    if recorded is None and is_withdrawn(document, task_id, phase, item):
        return WITHDRAWN
    if did_the_work(document, task_id, phase, str(item.get("by")), ctx):
        return DID_IT
    return None if digest is not None and item.get("digest") == digest else CHANGED


def _recorded_as(document: Document, task_id: str | None, phase: Phase, item: Body) -> str | None:
    """Return how a command knew the giver when it recorded this; that it was signed shows the signature alone."""
    if not proof.is_proven(document, place(task_id, phase), "given", item):
        return None
    return "named" if item.get("proof") == "signed" else str(item.get("proof"))


def is_withdrawn(document: Document, task_id: str | None, phase: Phase, item: Body) -> bool:
    """Tell whether this very approval was taken back, by the record or by what this clone saw of it."""
    taken = proof.withdrawn_seal(place(task_id, phase), item)
    return taken in document.proven or taken in {
        proof.withdrawn_seal(place(task_id, phase), each) for each in withdrawn(document.body, task_id, phase)
    }


def criteria_place(body: Body, task_id: str | None, phase: Phase) -> str:
    """Return the path of the list that a phase's criteria come from."""
    path = f"phases/{phase.key}" if task_id is None else f"tasks/{task_id}/kiro_workflow/phases/{phase.key}"
    if phase.own_criteria:
        return f"{path}/approval/criteria"
    configured = body.get("kiro_configuration")
    gates = configured.get("approval_gates") if isinstance(configured, dict) else None
    prefix = phase.name + "-to-"
    key = next((str(k) for k in gates or {} if plain(str(k)).startswith(prefix)), "")
    return f"kiro_configuration/approval_gates/{key}/criteria"
