"""Lists as a merge sees them: members by what names them, in an order both sides agree on."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

NAMES = (("id", "#"), ("name", "@"), ("text", "="), ("title", "="))


def by_identity(members: Sequence[Any]) -> dict[str, Any]:
    """Return the members of a list by what names them; by all they hold where two would have one name."""
    names = [_identity(member) for member in members]
    if len(set(names)) != len(names):
        names = [f"={as_text(member)}" for member in members]
    return dict(zip(names, members, strict=True))


def segment(name: str) -> str:
    """Return the segment of a path that stands for a name of `by_identity`."""
    return name[1:]


def in_order(before: Mapping[str, Any], one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Return every name: in the order of the side that moved members, new ones last in their own order.

    Which side is which makes no difference.
    """
    kept = [name for name in before if name in one or name in other]
    moved = [side for side in (one, other) if _moved(kept, side)]
    lead = max((list(side) for side in moved), default=kept)
    known = [*(name for name in lead if name in before), *(name for name in kept if name not in lead)]
    new_one = [name for name in one if name not in before]
    new_other = [name for name in other if name not in before]
    longer, shorter = sorted((new_one, new_other), key=lambda names: (len(names), names), reverse=True)
    if [name for name in longer if name in shorter] == shorter:
        return [*known, *longer]
    return [*known, *sorted({*new_one, *new_other})]


def as_text(value: Any) -> str:
    """Return a value as a text that is equal for equal values only."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def _identity(member: Any) -> str:
    """Return what names a member of a list: an id, a name, a text, else all of it."""
    if isinstance(member, Mapping):
        for key, mark in NAMES:
            if isinstance(member.get(key), str):
                return f"{mark}{member[key]}"
    return f"={member if isinstance(member, str) else as_text(member)}"


def _moved(kept: list[str], side: Mapping[str, Any]) -> bool:
    return [name for name in side if name in kept] != [name for name in kept if name in side]
