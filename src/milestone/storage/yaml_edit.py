"""Bring a file that a person touched to a new body: only the places that differ change.

Each difference is spliced into the text, at the key the person used. What cannot be changed alone is changed with
what is around it; every step is read back and must bring the file nearer to the body.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from milestone import errors, strict_yaml
from milestone.domain import vocabulary
from milestone.domain.document import Body
from milestone.storage import yaml_splice
from milestone.storage.yaml_locate import ABSENT, Path, locate, word
from milestone.strict_yaml import Node


class Difference(NamedTuple):
    """What a place of the body is now, and what it should be; `ABSENT` on either side."""

    path: Path
    old: Any
    new: Any


def edit(text: str, body: Body, name: str) -> str | None:
    """Return the text of a person's file changed so little that it reads as `body`; None when no way is found."""
    body = vocabulary.understand(body, name).body  # as a file can say it: without absent values
    once = _edit_at_once(text, body, name)
    if once is not None and not _reads_as(once, body, name):
        once = _edit_at_once(once, body, name)  # what a file leaves out may follow from what was changed
    if once is not None and _reads_as(once, body, name):
        return once
    return _edit_stepwise(text, body, name)


def _edit_at_once(text: str, body: Body, name: str) -> str | None:
    """Return the text with every difference spliced in; None when one cannot be, or the result is no YAML."""
    try:
        root = strict_yaml.compose(text, name)
    except errors.UnreadableFile:
        return None
    read = vocabulary.understand(root.value, name).body
    found = list(_compare(_settled(read, body), body, ()))
    splices = [_change(text, root, read, difference) for difference in [*_unnamed(root, read, found), *found]]
    made = [splice for splice in splices if splice]
    return yaml_splice.apply(text, made) if len(made) == len(splices) else None


def _unnamed(root: Node, read: Body, found: list[Difference]) -> list[Difference]:
    """Return the ids to write into members that are changed and have none: they no longer go by their position."""
    members = dict.fromkeys(difference.path[:2] for difference in found if len(difference.path) > 2)
    return [
        Difference((*path, "id"), ABSENT, _at(read, path)["id"])
        for path in members
        if isinstance(path[1], int) and _goes_by_position(root, read, path)
    ]


def _goes_by_position(root: Node, read: Body, path: Path) -> bool:
    place = locate(root, read, path)
    named = _at(read, path)
    if place is None or place.rest or not isinstance(named, dict) or "id" not in named:
        return False
    return bool(place.node.items) and not any(word(raw, place.name) == "id" for raw in place.node.items)


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
                yield Difference((*path, key), old[key], ABSENT)
        for key, value in new.items():
            yield from _compare(old.get(key, ABSENT), value, (*path, key))
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
            yield Difference((*path, position), old[position], ABSENT)
    if not kept:
        yield Difference(path, old, new)
        return
    for name in kept:
        yield from _compare(old[names.index(name)], new[wanted.index(name)], (*path, names.index(name)))
    if len(wanted) > len(kept):
        yield Difference((*path, len(old)), ABSENT, new[len(kept) :])


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
        if new is ABSENT:
            return
        yield _spliced(text, _change(text, root, read, Difference(path, old, new)))


def _spliced(text: str, splice: yaml_splice.Splice | None) -> str | None:
    return None if splice is None else yaml_splice.apply(text, [splice])


def _change(text: str, root: Node, read: Body, difference: Difference) -> yaml_splice.Splice | None:
    path, old, new = difference
    place = locate(root, read, path)
    if place is None:
        return None
    if not place.rest:
        if new is ABSENT:
            return yaml_splice.remove(text, place.owner, place.key)
        return yaml_splice.replace(text, place.owner, place.key, new, place.name, in_flow=place.in_flow)
    if new is ABSENT:
        return None
    value = new
    for segment in reversed(place.rest[1:]):
        if isinstance(segment, int):
            return None
        value = {segment: value}
    first = place.rest[0]
    if isinstance(first, int):
        if old is not ABSENT or not isinstance(place.node.value, list) or first != len(place.node.members):
            return None
        if not place.node.members:
            return yaml_splice.replace(text, place.owner, place.key, new, place.name, in_flow=place.in_flow)
        return yaml_splice.append(text, place.node, new, place.name, in_flow=place.in_flow)
    if not isinstance(place.node.value, dict):
        return None
    if not place.node.items and not place.in_flow:
        return yaml_splice.replace(text, place.owner, place.key, {first: value}, place.name, in_flow=False)
    known = {key: word(key, place.name) for key in place.node.items}
    return yaml_splice.insert(text, place.node, first, value, place.name, known, in_flow=place.in_flow)


def _at(body: Any, path: Path) -> Any:
    for segment in path:
        body = body[segment]
    return body


def _counterpart(read: Any, body: Any, path: Path) -> Any:
    """Return what the wanted body has at a path of the body as it is read now; members are found by their ids."""
    for segment in path:
        if isinstance(segment, int):
            if not isinstance(body, list) or segment >= len(read):
                return ABSENT
            member = read[segment]
            wanted = member.get("id") if isinstance(member, dict) else None
            body = next((m for m in body if isinstance(m, dict) and wanted and m.get("id") == wanted), ABSENT)
            read = member
        else:
            body = body.get(segment, ABSENT) if isinstance(body, dict) else ABSENT
            read = read.get(segment, ABSENT) if isinstance(read, dict) else ABSENT
        if body is ABSENT or read is ABSENT:
            return ABSENT
    return body
