"""What a milestone needs of others, read from every form `dependencies` may have."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from milestone import ids
from milestone.domain.document import Body

_LOOKS_LIKE_ID = re.compile(r"(?:milestone-|m-?)\d{1,9}", re.IGNORECASE)
_FACTS = frozenset({"enables", "external", "conditions", "shared_resources", "critical_path"})


def requires(body: Body) -> list[str]:
    """Return the ids this milestone requires, full where they are numbered, once each.

    Understands `{requires: [...]}`, groups (`technical: [...]`), a plain list, and pairs `milestone-045: "text"`.
    A group's text that is no id stays a text.
    """
    return list(dict.fromkeys(_ids(body.get("dependencies"))))


def enables(body: Body) -> list[str]:
    """Return the ids this milestone says it enables."""
    found = body.get("dependencies")
    return list(map(full, _words(found.get("enables")))) if isinstance(found, Mapping) else []


def shared_resources(body: Body) -> list[str]:
    """Return what this milestone shares with others by its own word."""
    found = body.get("dependencies")
    return _words(found.get("shared_resources")) if isinstance(found, Mapping) else []


def full(text: str) -> str:
    """Return `milestone-001` for `M-001`; any other word as it is."""
    return (ids.parse_milestone_id(text) if _LOOKS_LIKE_ID.fullmatch(text.strip()) else None) or text.strip()


def _ids(found: Any) -> Iterator[str]:
    if isinstance(found, str):
        yield full(found)
    elif isinstance(found, list):
        for item in found:
            yield from _member(item)
    elif isinstance(found, Mapping):
        for key, value in found.items():
            if key in ("requires", "depends_on"):
                yield from map(full, _words(value))
            elif _LOOKS_LIKE_ID.fullmatch(str(key)):
                yield full(str(key))
            elif key not in _FACTS:
                yield from (full(word) for word in _words(value) if _LOOKS_LIKE_ID.fullmatch(word))


def _member(item: Any) -> Iterator[str]:
    if isinstance(item, Mapping):
        named = item.get("id") or item.get("milestone")
        yield from (
            [full(str(named))] if named else (full(str(k)) for k in item if _LOOKS_LIKE_ID.fullmatch(str(k)))
        )
    elif isinstance(item, str | int) and not isinstance(item, bool):
        yield full(str(item))


def _words(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value] if value.strip() else []
    if isinstance(value, Mapping):
        return [str(key) for key in value]
    if isinstance(value, list):
        return [
            str(v.get("id") or v.get("name") or v.get("milestone") or "") if isinstance(v, Mapping) else str(v)
            for v in value
            if v
        ]
    return []
