"""Whether an event has the fields that its kind says: tests ask it of every event that `decide` makes."""

from collections.abc import Mapping
from typing import Any

from milestone.domain.events import KINDS

_CHECKS: Mapping[str, tuple[type, ...]] = {
    "text": (str,),
    "text or null": (str, type(None)),
    "date": (str,),
    "number": (int, float),
    "flag": (bool,),
    "map": (dict,),
    "list": (list, tuple),
    "any": (object,),
}


def problems(kind: str, data: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with an event's own fields: unknown kind or field, a missing one, a wrong type.

    Other rooms may carry fields of their own beyond the table only where a kind says so.
    """
    known = KINDS.get(kind)
    if known is None:
        return [f"unknown event kind {kind}"]
    names = {name.rstrip("?"): name for name in known.fields}
    found = [f"{kind}: unknown field {field}" for field in data if field not in names]
    for name, (type_name, _) in known.fields.items():
        bare = name.rstrip("?")
        if bare not in data:
            found += [] if name.endswith("?") else [f"{kind}: {bare} is missing"]
        elif not isinstance(data[bare], _CHECKS[type_name]) and not (name.endswith("?") and data[bare] is None):
            found.append(f"{kind}: {bare} is no {type_name}")
    return found
