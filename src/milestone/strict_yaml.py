"""YAML read strictly against attacks, and without the traps of YAML 1.1.

One pass over libyaml's events builds plain JSON-like values and refuses what a record never needs: aliases, merge
keys, tags, repeated keys, several documents, great depth or size. `no`, `22:30`, `1_000`, `017`, `1.10` and dates
stay the text a person typed; only what YAML 1.2's core schema calls null, true, false, an integer or a float, and
what keeps its text as one, becomes that value.
"""

import re
from collections.abc import Sequence
from typing import Any

import msgspec
import yaml

from milestone import errors

MAX_BYTES = 1 << 20
MAX_DEPTH = 32
MAX_NODES = 50_000

Path = tuple[str | int, ...]

_PARSER: Any = getattr(yaml, "CLoader", yaml.Loader)
_CONSTANTS = dict.fromkeys(("", "~", "null", "Null", "NULL")) | {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})|0o[0-7]{1,18}|0x[0-9a-fA-F]{1,14}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")

_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


class Node(msgspec.Struct, kw_only=True):
    """A value with the place it stands at, for editing text and for naming lines.

    `start` and `end` are offsets into the text. The end of a block collection is the end of its last child, so
    comments that follow belong to nobody.
    """

    value: Any  # dict, list or scalar, as `load` returns it
    start: int
    end: int
    line: int  # from 1
    column: int  # from 1
    flow: bool = False  # a collection in brackets
    style: str | None = None  # a scalar's: None or "" plain, ' " | >
    keys: dict[str, "Node"] = {}  # of a mapping: where each key stands
    items: dict[str, "Node"] = {}  # of a mapping
    members: list["Node"] = []  # of a sequence


def decode(data: bytes, name: str) -> str:
    """Return the text of a file, byte order mark and line ends kept.

    Raises:
        UnreadableFile: it is too large or no UTF-8.
    """
    if len(data) > MAX_BYTES:
        raise refusal(name, "", 1, 1, f"is {len(data):,} bytes long", f"a record has at most {MAX_BYTES:,} bytes")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before) - before.rfind(b"\n")
        raise refusal(name, "", line, column, "is no UTF-8 text", "every record is written in UTF-8") from None


def load(text: str, name: str) -> Any:
    """Return the value of the one document in `text`; None for an empty one.

    Raises:
        UnreadableFile: whatever is wrong, with the file, line, column and the line itself.
    """
    return compose(text, name).value


def compose(text: str, name: str, *, repeated: str | None = None) -> Node:
    """Return the one document with the place of every value; see `load`.

    `repeated` says which value of a repeated key counts, `first` or `last`, instead of refusing the file.
    """
    if len(text) > MAX_BYTES or (not text.isascii() and len(text.encode(errors="replace")) > MAX_BYTES):
        raise refusal(name, "", 1, 1, "is too long", f"a record has at most {MAX_BYTES:,} bytes")
    try:
        return _Builder(text, name, repeated).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise refusal(name, text, line, column, "is no YAML", _plain(error)) from None
    except yaml.reader.ReaderError as error:
        line, column = _place_of_control(text, error.position)
        raise refusal(name, text, line, column, "has a character that YAML forbids", str(error.reason)) from None
    except (ValueError, RecursionError, OverflowError) as error:  # PyYAML lets some of these escape
        raise refusal(name, text, 1, 1, "is no YAML", str(error)) from None


def find(root: Node, path: Sequence[str | int]) -> Node | None:
    """Return the node at a path of keys and indexes, None when nothing stands there."""
    node: Node | None = root
    for segment in path:
        if node is None:
            return None
        if isinstance(segment, int):
            node = node.members[segment] if segment < len(node.members) else None
        else:
            node = node.items.get(segment)
    return node


def nearest(root: Node, path: Sequence[str | int]) -> Node:
    """Return the node at the longest part of a path that exists; a value in a mapping is named by its key."""
    here = place = root
    for segment in path:
        child = find(here, (segment,))
        if child is None:
            break
        place = here.keys[segment] if isinstance(segment, str) else child
        here = child
    return place


def resolve(text: str) -> Any:
    """Return what a plain scalar means: null, true, false, a number whose text it keeps, else the text."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if not (text[0].isdigit() or text[0] in "-+."):
        return text
    if _INTEGER.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text) and repr(number := float(text)) == text:  # 1.10 may be a version: it stays text
        return number if number - number == 0 else text  # an infinity is no JSON
    return text


class _Builder:
    def __init__(self, text: str, name: str, repeated: str | None = None) -> None:
        self._repeated = repeated
        self._bom = text.startswith("\ufeff")
        self._text = text[1:] if self._bom else text
        self._name = name
        self._parser = _PARSER(self._text)
        self._nodes = 0

    def document(self) -> Node:
        try:
            self._next()
            start = self._next()
            if isinstance(start, yaml.StreamEndEvent):
                return Node(value=None, start=0, end=0, line=1, column=1)
            if start.tags:
                raise self._refuse(start, "declares tags", "records are plain data")
            root = self._node(self._next(), 1)
            self._next()
            end = self._next()
            if not isinstance(end, yaml.StreamEndEvent):
                raise self._refuse(end, "holds more than one YAML document", "one file is one record")
            return root
        finally:
            self._parser.dispose()

    def _next(self) -> Any:
        return self._parser.get_event()

    def _node(self, event: Any, depth: int) -> Node:
        self._check(event, depth)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        mark = event.start_mark
        node = Node(
            value=None,
            start=self._offset(mark),
            end=0,
            line=mark.line + 1,
            column=mark.column + 1,
            flow=bool(event.flow_style),
        )
        if isinstance(event, yaml.MappingStartEvent):
            last = self._mapping(node, depth)
        else:
            last = self._sequence(node, depth)
        node.end = self._offset(last.end_mark) if node.flow else node.end
        return node

    def _scalar(self, event: Any) -> Node:
        start, end = event.start_mark, event.end_mark
        plain = not event.style
        return Node(
            value=resolve(event.value) if plain else event.value,
            start=self._offset(start),
            end=self._offset(end),
            line=start.line + 1,
            column=start.column + 1,
            style=event.style,
        )

    def _mapping(self, node: Node, depth: int) -> Any:
        value: dict[str, Any] = {}
        keys: dict[str, Node] = {}
        items: dict[str, Node] = {}
        node.end = node.start
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._key(event, keys, depth)
            named, child = self._scalar(event), self._node(self._next(), depth + 1)
            if key not in keys or self._repeated != "first":
                keys[key], items[key], value[key] = named, child, child.value
            node.end = max(child.end, named.end)
        node.value, node.keys, node.items = value, keys, items
        return event

    def _key(self, event: Any, keys: dict[str, Node], depth: int) -> str:
        self._check(event, depth + 1)
        if not isinstance(event, yaml.ScalarEvent):
            raise self._refuse(event, "has a key that is no text", "a key is one word or sentence")
        key: str = event.value
        if key == "<<" and not event.style:
            raise self._refuse(event, "uses a merge key (<<)", "records repeat what they mean; write the keys out")
        if key in keys and self._repeated is None:
            raise self._refuse(
                event, f"has the key {key!r} twice", f"it stood already on line {keys[key].line}; keep one of them"
            )
        return key

    def _sequence(self, node: Node, depth: int) -> Any:
        members: list[Node] = []
        node.end = node.start
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            members.append(self._node(event, depth + 1))
            node.end = members[-1].end
        node.value, node.members = [member.value for member in members], members
        return event

    def _check(self, event: Any, depth: int) -> None:
        self._nodes += 1
        if isinstance(event, yaml.AliasEvent):
            raise self._refuse(event, f"uses an alias (*{event.anchor})", "records repeat what they mean")
        if event.anchor is not None:
            raise self._refuse(event, f"uses an anchor (&{event.anchor})", "records repeat what they mean")
        if event.tag is not None:
            raise self._refuse(event, f"uses a tag ({event.tag})", "records are plain data; remove it")
        if depth > MAX_DEPTH:
            raise self._refuse(event, "is nested too deeply", f"a record has at most {MAX_DEPTH} levels")
        if self._nodes > MAX_NODES:
            raise self._refuse(event, "has too many values", f"a record has at most {MAX_NODES:,}")

    def _offset(self, mark: Any) -> int:
        return int(mark.index) + self._bom

    def _refuse(self, event: Any, what: str, why: str) -> errors.UnreadableFile:
        mark = event.start_mark
        return refusal(self._name, self._text, mark.line + 1, mark.column + 1, what, why)


def refusal(name: str, text: str, line: int, column: int, what: str, why: str) -> errors.UnreadableFile:
    """Return the one error of a file that cannot be read; what cannot be shown in it is escaped."""
    lines = _LINE_END.split(text)
    excerpt = _visible(lines[line - 1][:200]) if 0 < line <= len(lines) else ""
    return errors.UnreadableFile(
        _visible(f"{name}:{line}:{column} {what}."),
        why=_visible(why),
        hint="Correct the file; until then its last known record stands, and everything else works.",
        path=name,
        line=line,
        column=column,
        said=_visible(f"It {what}: {why}.") + (f" The line: {excerpt.strip()}" if excerpt.strip() else ""),
        text=excerpt,
    )


def _visible(text: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _plain(error: yaml.MarkedYAMLError) -> str:
    return ", ".join(part for part in (error.context, error.problem) if part)


def _place_of_control(text: str, position: int) -> tuple[int, int]:
    before = text[:position]
    return before.count("\n") + 1, len(before) - before.rfind("\n")
