"""Plans in JSON, read as strictly as YAML and fifty times as fast: programs hand in thousands of milestones."""

import json
import math
from typing import Any, NoReturn

import msgspec

from milestone import strict_yaml

MAX_BYTES = 64 << 20  # of a whole plan; each of its records keeps to what a record may be


class NotJson(Exception):
    """It is something else, or JSON that is refused: YAML's reader says at which place."""


def load(text: str) -> Any:
    """Return the value of a JSON text.

    Raises:
        NotJson: it is none, repeats a key, or holds something that no record can keep.
    """
    if text.lstrip()[:1] not in ("{", "[") or len(text) > MAX_BYTES:
        raise NotJson
    try:
        return DECODER.decode(text)
    except (ValueError, RecursionError) as problem:
        raise NotJson from problem


def fits(record: Any) -> bool:
    """Tell whether a record is as flat and as small, and as much text, as one that is read back has to be."""
    try:
        small = _nodes(record, 1) <= strict_yaml.MAX_NODES
        return small and len(msgspec.json.encode(record)) <= strict_yaml.MAX_BYTES
    except (_TooDeep, UnicodeEncodeError):
        return False


class _TooDeep(Exception):
    """More levels than a record has."""


def _nodes(value: Any, depth: int) -> int:
    """Return how many values there are in one."""
    if depth > strict_yaml.MAX_DEPTH:
        raise _TooDeep
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + len(inner) + sum(_nodes(each, depth + 1) for each in inner if isinstance(each, dict | list))


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there twice")
    return found


def _integer(text: str) -> int | str:
    return int(text) if len(text) <= 18 else text


def _number(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text


def _constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON")


DECODER = json.JSONDecoder(
    object_pairs_hook=_mapping, parse_int=_integer, parse_float=_number, parse_constant=_constant
)
