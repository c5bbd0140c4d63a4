"""Places in a record: `tasks/task-002/title`. List members that have an `id` are addressed by it.

A segment's `/` is written `~1` and its `~` is written `~0`. Everything here copies what it changes and shares
the rest.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Change = tuple[dict[str, Any], list[str]]  # what to set, what to unset


def join(*segments: str) -> str:
    """Return the path of these segments, escaped."""
    return "/".join(s.replace("~", "~0").replace("/", "~1") for s in segments)


def split(path: str) -> list[str]:
    """Return the segments of a path; none for the record itself."""
    return [s.replace("~1", "/").replace("~0", "~") for s in path.split("/")] if path else []


def get(body: Any, path: str, default: Any = None) -> Any:
    """Return the value at a path, or `default` where there is nothing."""
    for segment in split(path):
        if isinstance(body, Mapping):
            if segment not in body:
                return default
            body = body[segment]
        else:
            place = _position(body, segment) if isinstance(body, list) else None
            if place is None:
                return default
            body = body[place]
    return body


def put(body: Any, path: str, value: Any) -> Any:
    """Return the record with a value at a path; what is missing on the way is made, an unknown member appended."""
    return _put(body, split(path), value)


def drop(body: Any, path: str) -> Any:
    """Return the record without the path; unchanged when it was not there."""
    return _drop(body, split(path))


def apply(body: Any, to_set: Mapping[str, Any] | None, to_unset: Iterable[str] | None = ()) -> Any:
    """Return the record with every path of `to_unset` dropped, then every one of `to_set` put."""
    for path in to_unset or ():
        body = drop(body, path)
    for path, value in (to_set or {}).items():
        body = put(body, path, value)
    return body


def diff(old: Any, new: Any) -> Change:
    """Return the smallest `(set, unset)` that `apply` turns `old` into `new` with."""
    to_set: dict[str, Any] = {}
    to_unset: list[str] = []
    _diff(old, new, (), to_set, to_unset)
    return to_set, to_unset


def _position(items: Sequence[Any], segment: str) -> int | None:
    for place, item in enumerate(items):
        if isinstance(item, Mapping) and str(item.get("id")) == segment:
            return place
    return int(segment) if segment.isdecimal() and int(segment) < len(items) and not _has_ids(items) else None


def _has_ids(items: Sequence[Any]) -> bool:
    ids = [item.get("id") for item in items if isinstance(item, Mapping)]
    return bool(items) and len(ids) == len(items) and all(ids) and len({str(i) for i in ids}) == len(ids)


def _put(here: Any, segments: list[str], value: Any) -> Any:
    if not segments:
        return value
    first, rest = segments[0], segments[1:]
    if isinstance(here, list):
        place = _position(here, first)
        if place is None:
            return [*here, _put({} if rest else None, rest, value)]
        return [*here[:place], _put(here[place], rest, value), *here[place + 1 :]]
    found = here if isinstance(here, Mapping) else {}
    return {**found, first: _put(found.get(first), rest, value)}


def _drop(here: Any, segments: list[str]) -> Any:
    if not segments:
        return {}
    first, rest = segments[0], segments[1:]
    if isinstance(here, list):
        place = _position(here, first)
        if place is None:
            return here
        kept = [_drop(here[place], rest)] if rest else []
        return [*here[:place], *kept, *here[place + 1 :]]
    if not isinstance(here, Mapping) or first not in here:
        return here
    if rest:
        return {**here, first: _drop(here[first], rest)}
    return {key: value for key, value in here.items() if key != first}


def _same(old: Any, new: Any) -> bool:
    return type(old) is type(new) and old == new


def _diff(old: Any, new: Any, at: tuple[str, ...], to_set: dict[str, Any], to_unset: list[str]) -> None:
    if isinstance(old, Mapping) and isinstance(new, Mapping) and (old or not at):
        to_unset += [join(*at, key) for key in old if key not in new]
        for key, value in new.items():
            if key in old:
                _diff(old[key], value, (*at, key), to_set, to_unset)
            else:
                to_set[join(*at, key)] = value
    elif isinstance(old, list) and isinstance(new, list) and _is_by_id(old, new):
        kept = {str(item["id"]): item for item in new}
        before = {str(item["id"]): item for item in old}
        to_unset += [join(*at, name) for name in before if name not in kept]
        for name, item in kept.items():
            if name in before:
                _diff(before[name], item, (*at, name), to_set, to_unset)
            else:
                to_set[join(*at, name)] = item
    elif not _same(old, new):
        to_set[join(*at)] = new


def _is_by_id(old: list[Any], new: list[Any]) -> bool:
    """Tell whether member paths can say the change: same order of those that stay, new ones at the end."""
    if not (_has_ids(old) and _has_ids(new)):
        return False
    before, after = [str(i["id"]) for i in old], [str(i["id"]) for i in new]
    return [name for name in before if name in after] + [name for name in after if name not in before] == after
