"""What there is to tell about a record that somebody wrote."""

from collections.abc import Sequence
from typing import Any

import msgspec

Path = tuple[str | int, ...]
_NAMED = 10  # keys named in one remark


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """Something to tell about a record, at a path of its raw keys and indexes."""

    code: str
    message: str
    path: Path = ()
    hint: str | None = None


def unknown_keys(paths: Sequence[Path]) -> list[Remark]:
    """Return one remark that names all keys nobody knows; none when there are none."""
    if not paths:
        return []
    keys = list(dict.fromkeys(cut(str(path[-1])) for path in paths))
    more = f" and {len(keys) - _NAMED} more" if len(keys) > _NAMED else ""
    return [
        Remark(
            code="unknown_key",
            message=f"Not understood and left as it is: {', '.join(keys[:_NAMED])}{more}.",
            path=paths[0],
            hint="`milestone schema milestone` shows every key.",
        )
    ]


def short(value: Any) -> str:
    """Return a value as a person recognises it."""
    return repr(cut(str(value)))


def cut(text: str) -> str:
    """Return a text of at most forty characters."""
    return text if len(text) <= 40 else text[:37] + "..."
