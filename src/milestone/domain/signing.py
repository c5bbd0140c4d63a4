"""What a signature binds: the exact bytes of an approval, a vote or a receipt, the same in every clone."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from milestone.domain import people
from milestone.domain.context import Context
from milestone.domain.deliverables import plain
from milestone.domain.document import Document
from milestone.domain.phase import Phase

VERSION = 1
NOT_PEOPLE = ("agent:", "service:")  # whoever acts under such a name never approves


def approval(document: Document, task_id: str | None, phase: Phase, given: Mapping[str, Any]) -> bytes:
    """Return what the giver of an approval (or of a vote) signs: who, what exactly, when, and what the gate asks.

    Because the gate's own demands are in it, whoever lowers them afterwards makes the approvals worth nothing.
    """
    return _bytes(
        kind="vote" if given.get("vote") else "approval",
        milestone=document.uid,
        task=task_id,
        phase=phase.name,
        digest=given.get("digest"),
        by=given.get("by"),
        at=given.get("at"),
        comment=given.get("comment"),
        vote=given.get("vote"),
        instead_of=given.get("instead_of"),
        asks={"approvers": sorted(plain(each) for each in phase.approvers), "quorum": phase.quorum},
    )


def delegation(document: Document, task_id: str | None, phase: Phase, item: Mapping[str, Any]) -> bytes:
    """Return what an approver signs who lets somebody else judge."""
    said = {name: item.get(name) for name in ("by", "to", "until", "at", "comment")}
    return _bytes(kind="delegation", milestone=document.uid, task=task_id, phase=phase.name, **said)


def receipt(document: Document, task_id: str, item: Mapping[str, Any]) -> bytes:
    """Return what is signed of a piece of evidence: all of it, and whose it is."""
    said = {key: value for key, value in item.items() if key != "signature" and value is not None}
    return _bytes(kind="receipt", milestone=document.uid, task=task_id, said=said)


def is_signed(item: Mapping[str, Any], said: bytes, ctx: Context) -> bool:
    """Tell whether an item carries a signature of these bytes by a key that is listed for whoever gave it."""
    signature = item.get("signature")
    by = str(item.get("by") or "")
    return isinstance(signature, str) and bool(by) and ctx.verify(said, signature, by)


def is_by_person(item: Mapping[str, Any], said: bytes, ctx: Context) -> bool:
    """Tell whether a person's own key signed these bytes; keys of agents and services approve nothing."""
    by = str(item.get("by") or "")
    if by.casefold().startswith(NOT_PEOPLE) or people.match(by, ctx.people) is None:
        return False
    return is_signed(item, said, ctx)


def parts(signature: str) -> tuple[str, str, str] | None:
    """Return scheme, name of the key and the rest of `ed25519:NAME:BASE64`; None when it is no such text."""
    found: Sequence[str] = signature.split(":")
    return (found[0], found[1], found[2]) if len(found) == 3 and all(found) else None


def _bytes(**said: Any) -> bytes:
    whole = {"milestone signature": VERSION, **said}
    return json.dumps(whole, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str).encode()
