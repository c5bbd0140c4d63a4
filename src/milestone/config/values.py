"""What a text, number or flag in a configuration means to its key."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from milestone.config.keys import Key
from milestone.domain import words
from milestone.registry import load

_VARIABLE = re.compile(r"\$\{(\w+)\}")


class Unfit(Exception):
    """The value is not what its key takes; the message says what it takes."""


def fit(key: Key, value: Any) -> Any:
    """Return the value as its key takes it.

    Raises:
        Unfit: it cannot be that.
    """
    if value is None:
        return None
    return _KINDS[key.kind](key, value)


def reveal(value: Any, *, environ: Mapping[str, str], root: Path) -> Any:
    """Return a secret that is written `${ENV}` or `file:PATH`, relative to the project's folder.

    Raises:
        Unfit: the variable or file is not there.
    """
    if isinstance(value, list):
        return [reveal(each, environ=environ, root=root) for each in value]
    if not isinstance(value, str):
        return value
    if value.startswith("file:"):
        try:
            return (root.parent / Path(value[5:]).expanduser()).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise Unfit("names a file that cannot be read") from None
    missing = [name for name in _VARIABLE.findall(value) if name not in environ]
    if missing:
        raise Unfit(f"names {missing[0]}, which is not in the environment")
    return _VARIABLE.sub(lambda match: environ[match[1]], value)


def is_literal(value: Any) -> bool:
    """Return whether a secret stands in the file itself."""
    if isinstance(value, list):
        return any(is_literal(each) for each in value)
    return isinstance(value, str) and bool(value) and not value.startswith("file:") and not _VARIABLE.search(value)


def _flag(_key: Key, value: Any) -> bool:
    read = words.boolean(value)
    if read is None:
        raise Unfit("takes true or false")
    return read


def _count(_key: Key, value: Any) -> int:
    read = words.number(value)
    if read is None or read < 0 or read != int(read):
        raise Unfit("takes a whole number")
    return int(read)


def _number(_key: Key, value: Any) -> int | float:
    read = words.number(value)
    if read is None or read < 0:
        raise Unfit("takes a number")
    return read


def _hours(_key: Key, value: Any) -> Any:
    if words.number(value) is None:
        raise Unfit("takes a time such as `30m`, `4h`, `2 days`")
    return value


def _text(_key: Key, value: Any) -> str:
    if isinstance(value, (dict, list)):
        raise Unfit("takes a text")
    return "true" if value is True else "false" if value is False else str(value)


def _choice(key: Key, value: Any) -> str:
    word = words.fold(_text(key, value))
    if word not in key.choices:
        raise Unfit(f"takes one of {', '.join(key.choices)}")
    return word


def _texts(key: Key, value: Any) -> list[str]:
    if isinstance(value, list):
        return [_text(key, member) for member in value]
    return [part.strip() for part in _text(key, value).split(",") if part.strip()]


def _lines(key: Key, value: Any) -> list[str]:
    if isinstance(value, list):
        return [_text(key, member) for member in value]
    return [line.strip() for line in _text(key, value).splitlines() if line.strip()]


def _map(_key: Key, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unfit("takes keys with values")
    return value


def _secret(key: Key, value: Any) -> Any:
    return value if isinstance(value, list) else _text(key, value)


def _zone(key: Key, value: Any) -> str:
    name = _text(key, value)
    try:
        load("zoneinfo:ZoneInfo")(name)
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        raise Unfit("takes a time zone such as Europe/Berlin") from None
    return name


def _any(_key: Key, value: Any) -> Any:
    return value


_KINDS = {
    "flag": _flag,
    "count": _count,
    "number": _number,
    "hours": _hours,
    "text": _text,
    "choice": _choice,
    "texts": _texts,
    "lines": _lines,
    "map": _map,
    "secret": _secret,
    "zone": _zone,
    "any": _any,
}
