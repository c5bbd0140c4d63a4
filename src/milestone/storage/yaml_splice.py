"""Change single places of a YAML text and leave every other character as it is.

Each function returns what to write over which part of the text, or None where the place cannot be changed alone;
the caller then changes a larger one. Nothing here is trusted: the caller reads the result back.
"""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from milestone.storage import yaml_emit
from milestone.storage.yaml_order import in_order
from milestone.strict_yaml import Node

_FLOW_PLAIN = re.compile(r"[^\W\d_](?:[\w /().+*@^;=<>-])*", re.UNICODE)


class Splice(NamedTuple):
    """What to write over the characters from `start` to `end`."""

    start: int
    end: int
    written: str


def apply(text: str, splices: Iterable[Splice]) -> str | None:
    """Return the text with every splice made, those at one place in their order; None when two overlap."""
    made: list[str] = []
    position = 0
    for start, end, written in sorted(splices, key=lambda splice: splice[:2]):
        if start < position:
            return None
        made += [text[position:start], written.replace("\n", "\r\n") if "\r\n" in text else written]
        position = end
    return "".join(made) + text[position:]


def replace(text: str, owner: Node, key: str | int, value: Any, place: str, *, in_flow: bool) -> Splice | None:
    """Return the text with another value at a key or index of `owner`; `place` is that of the value."""
    node = owner.items[key] if isinstance(key, str) else owner.members[key]
    start, end = node.start, _end(text, node)
    if in_flow or (node.flow and node.value and yaml_emit.is_record(value) and "#" not in text[start:end]):
        return Splice(start, end, flow(value))
    if yaml_emit.is_record(value):
        return _replace_with_block(text, owner, node, key, value, place)
    if isinstance(node.value, (dict, list)) and not node.flow:
        if isinstance(key, str):
            start = _after_colon(text, owner.keys[key].end)
        return Splice(start, end, (" " if isinstance(key, str) else "") + yaml_emit.scalar(value, inline=True))
    written = _like(node, value, owner.column - 1 + 2)
    gap = " " if start == end and text[start - 1 : start] not in (" ", "\n", "") else ""
    return Splice(start, end, gap + written)


def insert(
    text: str, owner: Node, key: str, value: Any, place: str, known: dict[str, str], *, in_flow: bool
) -> Splice:
    """Return the text with a new key in `owner`, after the keys that stand before it in a file of ours.

    `known` says for each raw key of `owner` its word in the records; `place` is that of `owner`.
    """
    if in_flow or owner.flow:
        entry = f"{yaml_emit.quoted(key) if not _FLOW_PLAIN.fullmatch(key) else key}: {flow(value)}"
        close = _before_bracket(text, owner)
        return Splice(close, close, entry if not owner.items else f", {entry}")
    order = in_order([*known.values(), key], place)
    earlier = set(order[: order.index(key)])
    after = [name for name in owner.items if known.get(name) in earlier] or list(owner.items)[:1]
    pad = owner.keys[next(iter(owner.items))].column - 1
    return _insert_lines(text, _line_end(text, owner.items[after[-1]]), yaml_emit.block({key: value}, place, pad))


def append(text: str, owner: Node, members: list[Any], place: str, *, in_flow: bool) -> Splice | None:
    """Return the text with more members at the end of the list `owner`, each of `place`."""
    if in_flow or owner.flow:
        close = _before_bracket(text, owner)
        more = ", ".join(flow(member) for member in members)
        return Splice(close, close, f", {more}" if owner.members else more)
    last = owner.members[-1]
    pad = _dash(text, last)
    if pad is None:
        return None
    return _insert_lines(text, _line_end(text, last), yaml_emit.block(members, place, pad))


def remove(text: str, owner: Node, key: str | int) -> Splice | None:
    """Return the text without a key or member of a block collection that keeps others."""
    if owner.flow or (len(owner.items) or len(owner.members)) < 2:
        return None
    if isinstance(key, int):
        node = owner.members[key]
        return (
            None if _dash(text, node) is None else Splice(_line_start(text, node.start), _line_end(text, node), "")
        )
    start, end = owner.keys[key].start, _line_end(text, owner.items[key])
    if text[_line_start(text, start) : start].strip() == "":
        return Splice(_line_start(text, start), end, "")
    names = list(owner.items)
    following = names[names.index(key) + 1 :]
    return Splice(start, owner.keys[following[0]].start, "") if following else None


def flow(value: Any) -> str:
    """Return a value on one line, in brackets where it has members."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{flow(str(key))}: {flow(member)}" for key, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(member) for member in value) + "]"
    if isinstance(value, str) and not (_FLOW_PLAIN.fullmatch(value) and yaml_emit.text(value) == value):
        return yaml_emit.quoted(value)
    return yaml_emit.scalar(value, inline=True)


def _replace_with_block(
    text: str, owner: Node, node: Node, key: str | int, value: Any, place: str
) -> Splice | None:
    end = _end(text, node)
    if isinstance(node.value, (dict, list)) and node.value and not node.flow:
        pad = node.column - 1
        if isinstance(value, list) != isinstance(node.value, list):
            return None if isinstance(key, int) else _under_key(text, owner, key, value, place, end)
        written = yaml_emit.block(value, place, pad).removesuffix("\n").removeprefix(" " * pad)
        return Splice(node.start, end, written)
    if isinstance(key, int):
        if isinstance(value, list):
            return None
        pad = node.column - 1
        written = yaml_emit.block(value, place, pad).removesuffix("\n").removeprefix(" " * pad)
        return Splice(node.start, end, written)
    return _under_key(text, owner, key, value, place, end)


def _under_key(text: str, owner: Node, key: str, value: Any, place: str, end: int) -> Splice:
    pad = owner.keys[key].column - 1 + 2
    written = "\n" + yaml_emit.block(value, place, pad).removesuffix("\n")
    return Splice(_after_colon(text, owner.keys[key].end), end, written)


def _like(node: Node, value: Any, indent: int) -> str:
    """Return a scalar written the way the old one was, where that says the same."""
    if isinstance(value, str) and node.style == "'" and value.isprintable() and value:
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, str) and node.style == '"':
        return yaml_emit.quoted(value)
    return yaml_emit.scalar(value, indent, inline=node.style not in ("|", ">"))


def _end(text: str, node: Node) -> int:
    """Return where a value ends; a block scalar's last line end is not part of it."""
    if node.style in ("|", ">"):
        return node.start + len(text[node.start : node.end].rstrip())
    return node.end


def _after_colon(text: str, position: int) -> int:
    return text.index(":", position) + 1


def _line_start(text: str, position: int) -> int:
    return text.rfind("\n", 0, position) + 1


def _line_end(text: str, node: Node) -> int:
    """Return where the line after a value's last line starts."""
    last = node
    while last.items or last.members:
        last = list(last.items.values())[-1] if last.items else last.members[-1]
    found = text.find("\n", max(_end(text, node), _end(text, last)))
    return len(text) if found < 0 else found + 1


def _dash(text: str, node: Node) -> int | None:
    """Return the column of the dash before a member; None when something else stands before it on its line."""
    before = text[_line_start(text, node.start) : node.start].removeprefix("\ufeff")
    match = re.fullmatch(r"( *)-[ ]+", before)
    return len(match[1]) if match else None


def _insert_lines(text: str, position: int, lines: str) -> Splice:
    if position and text[position - 1] != "\n":
        return Splice(position, position, "\n" + lines.removesuffix("\n"))
    return Splice(position, position, lines)


def _before_bracket(text: str, owner: Node) -> int:
    return len(text[: owner.end - 1].rstrip())
