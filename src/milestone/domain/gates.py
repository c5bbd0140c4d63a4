"""Whether a gate is open: computed from approvals bound to the deliverables as they are, never from a word.

An approval counts when a command recorded it (its seal) or its giver signed it (a key in `team.yaml`), for exactly
these contents (its digest), from somebody who is listed, known well enough (`approvals.proof`, or more where the
gate asks for more). Hand-typed ones are shown and open nothing.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from milestone.domain import approvers, delegates, facts, opinions, votes
from milestone.domain.context import Context
from milestone.domain.deliverables import Found, plain
from milestone.domain.document import Body, Document
from milestone.domain.phases import DONE, Phase, current, named, of


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """How the gate after a phase stands at one moment."""

    phase: str
    open: bool
    required: bool = False
    digest: str | None = None  # of the deliverables as they are
    approved_by: tuple[str, ...] = ()  # whose approval counts
    seats: tuple[str, ...] = ()  # in whose place they did
    waiting_for: tuple[str, ...] = ()  # approvers still asked; empty with approvals missing: any person
    uncounted: tuple[tuple[str, str], ...] = ()  # (who, why their approval does not count)
    unmet: tuple[str, ...] = ()  # criteria

    @property
    def changed(self) -> bool:
        """Whether it was approved and something changed since."""
        return not self.open and any(why == opinions.CHANGED for _, why in self.uncounted)


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What a task, or a milestone's own course, needs next."""

    kind: str  # run (work on the phase), review (people decide), blocked (rejected), done
    phase: str | None = None
    gate: Gate | None = None  # what it waits at


def gate(document: Document, task_id: str | None, phase: Phase, digest: str | None, ctx: Context) -> Gate:
    """Return how the gate after a phase stands while its deliverables have this digest.

    Without an approval asked for it is open when a command, or under `evidence: advised` anybody, completed the
    phase.
    """
    if not phase.required:
        return Gate(phase=phase.name, open=phase.status in DONE, digest=digest)
    if votes.is_vote(phase, ctx.settings):
        return _voted(document, task_id, phase, digest, ctx)
    judged = [(item, opinions.why_not(document, task_id, phase, item, digest, ctx)) for item in phase.given]
    good = [item for item, why in judged if why is None]
    counted = [(str(item.get("by")), _seat(document, task_id, phase, item, ctx)) for item in good]
    allowed = [name for name, seat in counted if seat]
    uncounted = [(str(item.get("by")), why) for item, why in judged if why]
    uncounted += [(name, opinions.NOT_ASKED) for name, seat in counted if not seat]
    if phase.claimed:
        uncounted.append((phase.claimed, opinions.TYPED))
    missing = approvers.still_asked(phase, [seat for _, seat in counted if seat], ctx.people)
    unmet = unmet_criteria(document, task_id, phase)
    return Gate(
        phase=phase.name,
        open=missing is None and not unmet and phase.status in DONE,
        required=True,
        digest=digest,
        approved_by=tuple(dict.fromkeys(allowed)),
        seats=tuple(seat for _, seat in counted if seat),
        waiting_for=missing or (),
        uncounted=tuple(uncounted),
        unmet=tuple(unmet),
    )


def _voted(document: Document, task_id: str | None, phase: Phase, digest: str | None, ctx: Context) -> Gate:
    """Return how a gate stands at which people vote: open when the vote carried these contents."""
    found = votes.tally(document, task_id, phase, digest, ctx)
    unmet = unmet_criteria(document, task_id, phase)
    return Gate(
        phase=phase.name,
        open=found.passed and not unmet and phase.status in DONE,
        required=True,
        digest=digest,
        approved_by=found.yes,
        seats=found.yes,
        waiting_for=() if found.closed else found.missing,
        uncounted=found.uncounted,
        unmet=tuple(unmet),
    )


def _seat(document: Document, task_id: str | None, phase: Phase, item: Body, ctx: Context) -> str | None:
    """Return in whose place an approval was given; a delegate's has to say so itself."""
    by = str(item.get("by"))
    found = delegates.seat(document, task_id, phase, by, ctx, at=str(item.get("at") or ""))
    said = str(item.get("instead_of") or by)
    same = found is not None and approvers.identity(said, ctx.people) == approvers.identity(found, ctx.people)
    return found if same else None


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
