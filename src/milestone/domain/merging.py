"""Two versions of a value and the one both came from, joined three-way; nothing anybody said vanishes.

Maps are merged by key, lists of records by id (else by name or text), other lists as sets. A side that did not
change since the base gives way. Where both changed one value, the further state stands, else the greater text, and
the other is told, whichever side it came from: merging is the same from both sides.
"""

from collections.abc import Mapping
from typing import Any

from milestone import ids
from milestone.domain import merging_lists, paths
from milestone.domain.document import Body
from milestone.domain.merging_lists import as_text

At = tuple[str, ...]
ABSENT: Any = object()
FURTHER = (
    *("planned", "pending", "changes_requested", "in_progress", "paused", "blocked", "failed", "rejected"),
    *("in_review", "cancelled", "approved", "completed", "archived"),
)


class Merger:
    """Merges one record; `conflicts` are the values that had to give way, `gave_way` the id that did."""

    def __init__(self, *, forgetful: bool = False, yielding: bool = False) -> None:
        self.conflicts: list[Body] = []
        self.gave_way: list[str] = []
        self._forgetful = forgetful  # without a base what the first side says stands, and nothing is told
        self._yielding = yielding  # where both changed a value the other side stands, and nothing is told

    def maps(self, base: Mapping[str, Any], one: Mapping[str, Any], other: Mapping[str, Any], at: At = ()) -> Body:
        """Return both maps joined by key."""
        found = {
            key: self.value(_of(base, key), _of(one, key), _of(other, key), (*at, key))
            for key in merging_lists.in_order(base, one, other)
        }
        return {key: value for key, value in found.items() if value is not ABSENT}

    def value(self, base: Any, one: Any, other: Any, at: At) -> Any:
        """Return what stands; `ABSENT` where nothing does, as on a side that has nothing there."""
        if same(one, other):
            return one_of(one, other)
        if same(one, base):
            return other
        if same(other, base):
            return one
        one, other = _emptied(base, one, other, at), _emptied(base, other, one, at)
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            return self.maps(base if isinstance(base, Mapping) else {}, one, other, at)
        if isinstance(one, list) and isinstance(other, list):
            return self._lists(base if isinstance(base, list) else [], one, other, at)
        if self._yielding:
            return other
        if self._forgetful:
            return other if one is ABSENT else one
        return self._decide(one, other, at)

    def _lists(self, base: list[Any], one: list[Any], other: list[Any], at: At) -> list[Any]:
        before, first, second = (merging_lists.by_identity(side) for side in (base, one, other))
        merged = {
            name: self.value(
                _of(before, name), _of(first, name), _of(second, name), (*at, merging_lists.segment(name))
            )
            for name in merging_lists.in_order(before, first, second)
        }
        return [value for value in merged.values() if value is not ABSENT]

    def _decide(self, one: Any, other: Any, at: At) -> Any:
        stands, gives_way = sorted((one, other), key=lambda value: weight(value, at), reverse=True)
        if at == ("id",):
            self.gave_way.append(str(gives_way))
        elif at[0] != "refs":  # a reference follows its record, whatever number it was known by
            lost = None if gives_way is ABSENT else gives_way
            self.conflicts.append({"field": paths.join(*at), "value": stands, "other": lost})
        return stands


def same(one: Any, other: Any) -> bool:
    """Tell whether two sides say the same."""
    return one is other or (one is not ABSENT and other is not ABSENT and as_text(one) == as_text(other))


def one_of(one: Any, other: Any) -> Any:
    """Return one of two values that say the same, with its order of keys: the same one from both sides."""
    return one if one is ABSENT or str(one) >= str(other) else other


def weight(value: Any, at: At) -> tuple[Any, ...]:
    """Order what two sides say: a kept value before a removed one, the further state, the greater text."""
    if value is ABSENT:
        return (0, 0, "", "")
    further = FURTHER.index(value) if at[-1] == "status" and value in FURTHER else 0
    if at[-1] == "id":
        further = ids.number_of(str(value)) or 0
    return (1, further, value if isinstance(value, str) else as_text(value), as_text(value))


def _of(values: Mapping[str, Any], key: str) -> Any:
    return values.get(key, ABSENT)


def _emptied(base: Any, side: Any, beside: Any, at: At) -> Any:
    """Return a side that took a whole list, or a map of the record's own, away as one that took each member away.

    A member of a list, such as a task, is taken away whole or stays whole.
    """
    kind = list if len(at) > 1 else (list, Mapping)
    if side is ABSENT and isinstance(base, kind) and isinstance(beside, type(base)):
        return type(base)()
    return side
