"""The order of the keys in a file of ours, from the table of its shape."""

from collections.abc import Collection, Iterable
from typing import Any

from milestone.domain import shape

RECORD = "milestone"
_RANKS = {place: {key: rank for rank, key in enumerate(fields)} for place, fields in shape.SHAPE.items()}
_MAPS = frozenset({"phases", "gates"})  # of records by name


def in_order(keys: Iterable[str], place: str) -> list[str]:
    """Return keys in the order of the table; those it does not know last, as they come."""
    rank = _RANKS.get(place)
    return sorted(keys, key=lambda key: rank.get(key, len(rank))) if rank else list(keys)


def place_of(key: str, place: str) -> str:
    """Return the place in `shape.SHAPE` of the value of a key; `*phase` is a map of phases by name."""
    if place.startswith("*"):
        return place[1:]
    field = shape.SHAPE.get(place, {}).get(key)
    if field is None:
        return ""
    return f"*{field.of}" if field.kind in _MAPS else field.of


def said(value: Any, place: str) -> Collection[Any]:
    """Return the keys of a map that a file says: a known key without a value is left out."""
    known = shape.SHAPE.get(place)
    if not known or not isinstance(value, dict):
        return list(value)
    return [key for key, more in value.items() if more is not None or key not in known]
