"""Receipts that carry a signature count in every clone, also where they came as text."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from milestone.domain import proof, signing
from milestone.domain.document import Document

Verify = Callable[[bytes, str, str], bool]
RECEIPTS = ("command", "ci")


def recognised(document: Document, verify: Verify) -> Document:
    """Return a record in which signed receipts, and the completions they show, count as a command's own.

    A receipt that names another task, was changed, or whose key is not listed (any more) stays what it is: text.
    """
    more = {seal for task in _tasks(document) for seal in _seals(document, task, verify)}
    if not more:
        return document
    return msgspec.structs.replace(document, proven=tuple(sorted({*document.proven, *more})))


def _seals(document: Document, task: Mapping[str, Any], verify: Verify) -> set[str]:
    where = str(task.get("id"))
    items = [
        item
        for item in _dicts(task.get("evidence"))
        if isinstance(item.get("signature"), str)
        and not proof.is_proven(document, where, "evidence", item)
        and verify(signing.receipt(document, where, item), item["signature"], str(item.get("by") or ""))
    ]
    found = {proof.seal(where, "evidence", item) for item in items}
    done = proof.completion(task)
    if found and done is not None and done not in document.proven and _shows(document, task, found):
        found.add(done)
    return found


def _shows(document: Document, task: Mapping[str, Any], found: set[str]) -> bool:
    """Tell whether receipts show the whole task: one about all of it, or one for each acceptance item."""
    known = msgspec.structs.replace(document, proven=tuple({*document.proven, *found}))
    shown = [
        i for i in proof.counted(known, task) if i.get("signature") and proof.normal(i.get("grade")) in RECEIPTS
    ]
    every = range(1, len(proof.accepted(task)) + 1)
    numbers = {proof.number_of(task, item) for item in shown}
    whole = any("item" not in item for item in shown)
    return whole or (bool(every) and numbers.issuperset(every))


def _tasks(document: Document) -> list[Mapping[str, Any]]:
    return _dicts(document.body.get("tasks")) if document.kind == "milestone" else []


def _dicts(items: Any) -> list[Mapping[str, Any]]:
    return [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []
