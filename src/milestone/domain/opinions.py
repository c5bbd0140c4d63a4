"""Which of the approvals that stand in a record count, and why the others do not."""

from collections.abc import Mapping
from typing import Any

from milestone.domain import approvers, proof, signing
from milestone.domain.context import Context
from milestone.domain.document import Body, Document
from milestone.domain.phases import Phase, withdrawn

PROOFS = ("named", "present", "signed")  # how the giver of an approval is known, least first
CHANGED = "the deliverables changed since"
TYPED = "typed by hand, not recorded by a command"
FORGED = "its signature is not one of this by a key that is listed for them"
NOT_ASKED = "not one of the approvers"
DID_IT = "they did this work"
WITHDRAWN = "they took it back"


def place(task_id: str | None, phase: Phase) -> str:
    """Return where the seals of a phase lie: `TASK/PHASE`, for the milestone's own `/PHASE`."""
    return f"{task_id or ''}/{phase.key}"


def least_proof(settings: Mapping[str, Any], phase: Phase | None = None) -> str:
    """Return the least proof that counts: by `approvals.proof`, or by the gate where it asks for more."""
    words = [settings.get("approvals.proof") or "named", (phase.proof if phase else None) or "named"]
    return max((word if word in PROOFS else "signed" for word in words), key=PROOFS.index)


def proof_of(document: Document, task_id: str | None, phase: Phase, item: Body, ctx: Context) -> str | None:
    """Return how the giver of an approval is known; None for one that came as text without a good signature."""
    if signing.is_by_person(item, signing.approval(document, task_id, phase, item), ctx):
        return "signed"
    return _recorded_as(document, place(task_id, phase), "given", item)


def known(
    document: Document, where: str, what: str, item: Body, said: bytes, ctx: Context, phase: Phase
) -> str | None:
    """Return how whoever said something is known; a signature is checked only where that matters."""
    recorded = _recorded_as(document, where, what, item)
    if recorded is not None and is_enough(recorded, least_proof(ctx.settings, phase)):
        return recorded
    return "signed" if signing.is_by_person(item, said, ctx) else recorded


def is_enough(proof_level: str, least: str) -> bool:
    """Return whether a giver is known well enough; a word nobody knows never is."""
    return proof_level in PROOFS and PROOFS.index(proof_level) >= PROOFS.index(least)


def why_not(
    document: Document,
    task_id: str | None,
    phase: Phase,
    item: Body,
    digest: str | None,
    ctx: Context,
    what: str = "given",
) -> str | None:
    """Return why an approval (or with `what` a vote) does not count for these contents; None for one that does."""
    least, where = least_proof(ctx.settings, phase), place(task_id, phase)
    found = known(document, where, what, item, signing.approval(document, task_id, phase, item), ctx, phase)
    if item.get("signature") and (found is None or (least == "signed" and found != "signed")):
        return FORGED
    if found is None:
        return TYPED
    if not is_enough(found, least):
        return f"given as {found}, {'this gate' if phase.proof else 'this project'} asks for {least}"
    if not proof.is_proven(document, where, what, item) and is_withdrawn(document, task_id, phase, item):
        return WITHDRAWN
    if approvers.did_the_work(document, task_id, phase, str(item.get("by")), ctx):
        return DID_IT
    return None if digest is not None and item.get("digest") == digest else CHANGED


def _recorded_as(document: Document, where: str, what: str, item: Body) -> str | None:
    """Return how a command knew the giver when it recorded this; that it was signed shows the signature alone."""
    if not proof.is_proven(document, where, what, item):
        return None
    return "named" if item.get("proof") == "signed" else str(item.get("proof"))


def is_withdrawn(document: Document, task_id: str | None, phase: Phase, item: Body) -> bool:
    """Tell whether this very approval was taken back, by the record or by what this clone saw of it."""
    taken = proof.withdrawn_seal(place(task_id, phase), item)
    return taken in document.proven or taken in {
        proof.withdrawn_seal(place(task_id, phase), each) for each in withdrawn(document.body, task_id, phase)
    }
