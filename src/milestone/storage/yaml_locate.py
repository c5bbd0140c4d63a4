"""Where a canonical path stands in the text of a file, following the keys that the person used."""

from typing import Any

import msgspec

from milestone.domain import free_forms, vocabulary, words
from milestone.domain.deeper import DEEPER
from milestone.domain.document import Body
from milestone.storage.yaml_order import RECORD, place_of
from milestone.strict_yaml import Node

Path = tuple[str | int, ...]  # canonical keys, and indexes into the lists of the body as it is read now

ABSENT: Any = object()


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a canonical path leads in the text: the last value found, its owner, and what of the path is left."""

    owner: Node
    key: str | int
    node: Node
    name: str  # of the place in `shape.SHAPE`
    rest: Path
    in_flow: bool
    depth: int  # segments of the canonical path that were walked


def locate(root: Node, read: Body, path: Path) -> Place | None:
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
    return Place(
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
            deeper = DEEPER.get(words.fold(raw)) == path[:2] and word(raw, name) == raw
            if deeper and not _says(node, first, str(path[1])):
                return raw, 2, place_of(str(path[1]), place_of(first, name))
    known = first if first in node.items else next((raw for raw in node.items if word(raw, name) == first), None)
    return None if known is None else (known, 1, place_of(first, name))


def _says(record: Node, first: str, inner: str) -> bool:
    """Return whether a record has the key `inner` under the key that means `first`."""
    for raw, node in record.items.items():
        if word(raw, RECORD) == first:
            return any(word(key, place_of(first, RECORD)) == inner for key in node.items)
    return False


def _inside(value: Any, segment: str | int) -> Any:
    if isinstance(value, list) and isinstance(segment, int):
        return value[segment]
    return value.get(segment, ABSENT) if isinstance(value, dict) else ABSENT


def word(raw: str, name: str) -> str:
    """Return the word of the records for a raw key at a place; the key itself where there is none."""
    if name.startswith("*"):
        return words.fold(raw)
    return free_forms.canonical_key(raw, name) or raw
