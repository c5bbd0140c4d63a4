"""Bring a file that a person touched to a new body: only the places that differ change.

Each difference is spliced into the text, at the key the person used. What cannot be changed alone is changed with
what is around it; every step is read back and must bring the file nearer to the body.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from milestone import errors, strict_yaml
from milestone.domain import free_forms, vocabulary, words
from milestone.domain.deeper import DEEPER
from milestone.domain.document import Body
from milestone.storage import yaml_splice
from milestone.storage.yaml_order import RECORD, place_of
from milestone.strict_yaml import Node

Path = tuple[str | int, ...]  # canonical keys, and indexes into the lists of the body as it is read now

_ABSENT: Any = object()


class Difference(NamedTuple):
    """What a place of the body is now, and what it should be; `_ABSENT` on either side."""

    path: Path
    old: Any
    new: Any


class _Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a canonical path leads in the text: the last value found, its owner, and what of the path is left."""

    owner: Node
    key: str | int
    node: Node
    name: str  # of the place in `shape.SHAPE`
    rest: Path
    in_flow: bool
    depth: int  # segments of the canonical path that were walked


def edit(text: str, body: Body, name: str) -> str | None:
    """Return the text of a person's file changed so little that it reads as `body`; None when no way is found."""
    body = vocabulary.understand(body, name).body  # as a file can say it: without absent values
    root = strict_yaml.compose(text, name)
    read = vocabulary.understand(root.value, name).body
    splices = [_change(text, root, read, difference) for difference in _compare(_settled(read, body), body, ())]
    at_once = yaml_splice.apply(text, [splice for splice in splices if splice])
    if at_once is not None and all(splices) and _reads_as(at_once, body, name):
        return at_once
    return _edit_stepwise(text, body, name)


def _edit_stepwise(text: str, body: Body, name: str) -> str | None:
    for _ in range(200):
        found = _differences(text, body, name)
        if not found:
            return text
        better = (new for new in _candidates(text, found[0], body, name) if _is_nearer(new, found, body, name))
        following = next(better, None)
        if following is None:
            return None
        text = following
    return None


def _reads_as(text: str, body: Body, name: str) -> bool:
    try:
        return reads_as(text, body, name)
    except errors.UnreadableFile:
        return False


def reads_as(text: str, body: Body, name: str) -> bool:
    """Return whether a text says just what a body says."""
    return not _differences(text, body, name)


def _differences(text: str, body: Body, name: str) -> list[Difference]:
    read = vocabulary.understand(strict_yaml.load(text, name), name).body
    return list(_compare(_settled(read, body), body, ()))


def _settled(read: Body, body: Body) -> Body:
    # What a file does not say is derived from its name; the body knows better.
    return {**read, **{key: body[key] for key in ("uid",) if key in body}}


def _compare(old: Any, new: Any, path: Path) -> Iterator[Difference]:
    if isinstance(old, dict) and isinstance(new, dict) and (old or not path) and (new or not path):
        for key in old:
            if key not in new:
                yield Difference((*path, key), old[key], _ABSENT)
        for key, value in new.items():
            yield from _compare(old.get(key, _ABSENT), value, (*path, key))
    elif isinstance(old, list) and isinstance(new, list) and old and new:
        yield from _compare_lists(old, new, path)
    elif type(old) is not type(new) or old != new:
        yield Difference(path, old, new)


def _compare_lists(old: list[Any], new: list[Any], path: Path) -> Iterator[Difference]:
    if old == new:
        return
    names, wanted = _names(old), _names(new)
    kept = [name for name in names if name in wanted]
    if len(set(names)) != len(names) or len(set(wanted)) != len(wanted) or wanted[: len(kept)] != kept:
        yield Difference(path, old, new)
        return
    for position in reversed([i for i, name in enumerate(names) if name not in wanted]):
        if kept:
            yield Difference((*path, position), old[position], _ABSENT)
    if not kept:
        yield Difference(path, old, new)
        return
    for name in kept:
        yield from _compare(old[names.index(name)], new[wanted.index(name)], (*path, names.index(name)))
    if len(wanted) > len(kept):
        yield Difference((*path, len(old)), _ABSENT, new[len(kept) :])


def _names(members: list[Any]) -> list[str]:
    ids = [str(member["id"]) for member in members if isinstance(member, dict) and "id" in member]
    if len(ids) == len(members):
        return ids
    return [f"{type(member).__name__} {member!r}" for member in members]


def _is_nearer(new: str | None, before: list[Difference], body: Body, name: str) -> bool:
    if new is None:
        return False
    try:
        after = _differences(new, body, name)
    except errors.UnreadableFile:
        return False
    return not after or (len(after), _size(after)) < (len(before), _size(before)) or _moved_on(before, after)


def _moved_on(before: list[Difference], after: list[Difference]) -> bool:
    """Return whether the first difference is settled and nothing else got worse."""
    known = [difference.path for difference in before]
    return before[0].path not in [d.path for d in after] and all(d.path in known for d in after)


def _size(differences: list[Difference]) -> int:
    return sum(len(repr(difference)) for difference in differences)


def _candidates(text: str, difference: Difference, body: Body, name: str) -> Iterator[str | None]:
    """Yield texts with the difference settled, the smallest change first."""
    root = strict_yaml.compose(text, name)
    read = vocabulary.understand(root.value, name).body
    yield _spliced(text, _change(text, root, read, difference))
    path, old, new = difference
    while len(path) > 1:
        path = path[:-1]
        old, new = _at(read, path), _counterpart(read, body, path)
        if new is _ABSENT:
            return
        yield _spliced(text, _change(text, root, read, Difference(path, old, new)))


def _spliced(text: str, splice: yaml_splice.Splice | None) -> str | None:
    return None if splice is None else yaml_splice.apply(text, [splice])


def _change(text: str, root: Node, read: Body, difference: Difference) -> yaml_splice.Splice | None:
    path, old, new = difference
    place = _locate(root, read, path)
    if place is None:
        return None
    if not place.rest:
        if new is _ABSENT:
            return yaml_splice.remove(text, place.owner, place.key)
        return yaml_splice.replace(text, place.owner, place.key, new, place.name, in_flow=place.in_flow)
    if new is _ABSENT:
        return None
    value = new
    for segment in reversed(place.rest[1:]):
        if isinstance(segment, int):
            return None
        value = {segment: value}
    first = place.rest[0]
    if isinstance(first, int):
        if old is not _ABSENT or not isinstance(place.node.value, list) or first != len(place.node.members):
            return None
        if not place.node.members:
            return yaml_splice.replace(text, place.owner, place.key, new, place.name, in_flow=place.in_flow)
        return yaml_splice.append(text, place.node, new, place.name, in_flow=place.in_flow)
    if not isinstance(place.node.value, dict):
        return None
    if not place.node.items and not place.in_flow:
        return yaml_splice.replace(text, place.owner, place.key, {first: value}, place.name, in_flow=False)
    known = {key: _word(key, place.name) for key in place.node.items}
    return yaml_splice.insert(text, place.node, first, value, place.name, known, in_flow=place.in_flow)


def _locate(root: Node, read: Body, path: Path) -> _Place | None:
    """Return where a canonical path stands in the text, following the keys the person used."""
    owner, node = root, root
    key: str | int = ""
    for segment in vocabulary.wrapper(root.value):
        owner, key, node = node, segment, node.items[segment]
    name, in_flow, depth = RECORD, False, 0
    here: Any = read
    while depth < len(path):
        in_flow = in_flow or (depth > 0 and owner.flow)
        step = _step(node, name, here, path[depth:])
        if step is None:
            break
        key, taken, name = step
        owner = node
        node = node.items[key] if isinstance(key, str) else node.members[key]
        for walked in path[depth : depth + taken]:
            here = _inside(here, walked)
        depth += taken
    return _Place(
        owner=owner, key=key, node=node, name=name, rest=path[depth:], in_flow=in_flow or owner.flow, depth=depth
    )


def _step(node: Node, name: str, here: Any, path: Path) -> tuple[str | int, int, str] | None:
    """Return the raw key or index that the path's next segments mean, how many, and the place they lead to."""
    first = path[0]
    if isinstance(first, int):
        aligned = isinstance(here, list) and len(here) == len(node.members) and first < len(node.members)
        return (first, 1, name) if aligned else None
    if name == RECORD and len(path) > 1:
        for raw in node.items:
            deeper = DEEPER.get(words.fold(raw)) == path[:2] and _word(raw, name) == raw
            if deeper and not _says(node, first, str(path[1])):
                return raw, 2, place_of(str(path[1]), place_of(first, name))
    known = first if first in node.items else next((raw for raw in node.items if _word(raw, name) == first), None)
    return None if known is None else (known, 1, place_of(first, name))


def _says(record: Node, first: str, inner: str) -> bool:
    """Return whether a record has the key `inner` under the key that means `first`."""
    for raw, node in record.items.items():
        if _word(raw, RECORD) == first:
            return any(_word(key, place_of(first, RECORD)) == inner for key in node.items)
    return False


def _inside(value: Any, segment: str | int) -> Any:
    if isinstance(value, list) and isinstance(segment, int):
        return value[segment]
    return value.get(segment, _ABSENT) if isinstance(value, dict) else _ABSENT


def _word(raw: str, name: str) -> str:
    if name.startswith("*"):
        return words.fold(raw)
    return free_forms.canonical_key(raw, name) or raw


def _at(body: Any, path: Path) -> Any:
    for segment in path:
        body = body[segment]
    return body


def _counterpart(read: Any, body: Any, path: Path) -> Any:
    """Return what the wanted body has at a path of the body as it is read now; members are found by their ids."""
    for segment in path:
        if isinstance(segment, int):
            if not isinstance(body, list) or segment >= len(read):
                return _ABSENT
            member = read[segment]
            wanted = member.get("id") if isinstance(member, dict) else None
            body = next((m for m in body if isinstance(m, dict) and wanted and m.get("id") == wanted), _ABSENT)
            read = member
        else:
            body = body.get(segment, _ABSENT) if isinstance(body, dict) else _ABSENT
            read = read.get(segment, _ABSENT) if isinstance(read, dict) else _ABSENT
        if body is _ABSENT or read is _ABSENT:
            return _ABSENT
    return body
