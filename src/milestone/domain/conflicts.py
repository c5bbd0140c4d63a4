"""The values a merge could not keep in place: `conflicts: [{field, value, other, by, at}]` of a record.

An entry is named by its field and the value that gave way, so that the same conflict met twice is one entry, and
settled on one side it is settled.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from milestone.domain.document import Body
from milestone.domain.merging_lists import as_text

Name = tuple[str, str]


def of(body: Body) -> list[Any]:
    """Return the entries of a record, as found."""
    found = body.get("conflicts")
    return list(found) if isinstance(found, list) else []


def merged(base: Body, one: Body, other: Body, found: Sequence[Body]) -> list[Any]:
    """Return the entries of a merged record: those neither side settled, and those found now."""
    entries = [of(side) for side in (base, one, other)]
    before, first, second = (_named(side) for side in entries)
    if not found and entries[0] in entries[1:]:
        return entries[2] if entries[1] == entries[0] else entries[1]
    kept = {
        name: _whole(first.get(name), second.get(name))
        for name in sorted({*first, *second})
        if (name in first and name in second) or name not in before
    }
    for conflict in found:
        kept.setdefault(_name(conflict), conflict)
    standing = {str(conflict["field"]): conflict["value"] for conflict in found}
    # Ordered by name, so that two who found them one after the other hold the same list.
    ordered = [kept[name] for name in sorted(kept)]
    return [_said(_standing(entry, standing)) for entry in ordered if not _stands(entry, standing)]


def _named(entries: list[Any]) -> dict[Name, Any]:
    return {_name(entry): entry for entry in entries}


def _name(entry: Any) -> Name:
    if not isinstance(entry, Mapping):
        return ("", as_text(entry))
    return (str(entry.get("field")), as_text(entry.get("other")))


def _whole(one: Any, other: Any) -> Any:
    """Return the entry that says more; the greater text where both say as much."""
    there = [entry for entry in (one, other) if entry is not None]
    return max(there, key=lambda entry: (len(entry) if isinstance(entry, Mapping) else 0, as_text(entry)))


def _standing(entry: Any, standing: Mapping[str, Any]) -> Any:
    """Return the entry with the value that stands now."""
    field = _field(entry)
    return {**entry, "value": standing[field]} if field in standing else entry


def _stands(entry: Any, standing: Mapping[str, Any]) -> bool:
    """Tell whether what once gave way is what stands now."""
    field = _field(entry)
    return field in standing and as_text(entry.get("other")) == as_text(standing[field])


def _said(entry: Any) -> Any:
    """Return an entry as a file says it: a value that was taken away is left out."""
    return {key: value for key, value in entry.items() if value is not None} if isinstance(entry, dict) else entry


def _field(entry: Any) -> str:
    return str(entry.get("field")) if isinstance(entry, Mapping) else ""
