"""Write a body as YAML that every reader understands alike: block style, stable key order, quoted where in doubt.

Pure string building: no YAML library is imported, so a plain change of a file nobody touched stays fast.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from milestone.storage.yaml_order import RECORD, in_order, place_of, said

SCHEMA_LINE = "# yaml-language-server: $schema=../config/milestone.schema.json\n"

# Plain scalars are letters, digits and harmless punctuation, and no YAML 1.1 or 1.2 reader takes them for anything
# but text.
_PLAIN = re.compile(r"[^\W\d_](?:[\w /().,+*%@$^;=?!<>'’–—-]|(?<! )#|:(?=[^\W_]))*", re.UNICODE)
_MISREAD = re.compile(r"(?i:y|n|yes|no|on|off|true|false|null|nan|inf)")
# What reads as a number or a date to somebody starts with a digit, a sign or a dot, so `_PLAIN` never matches it;
# ids and ISO days are the exception worth having plain or quoted on purpose.
_ESCAPES = re.compile(
    "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]"
)


def emit(body: Mapping[str, Any], *, header: str = SCHEMA_LINE) -> str:
    """Return the file of a record nobody touched; `strict_yaml.load` gives the same body back."""
    return header + (block(body, RECORD, 0) if said(body, RECORD) else "{}\n")


def block(value: Any, place: str, indent: int) -> str:
    """Return a non-empty collection in block style, each line indented, the last one ended."""
    lines: list[str] = []
    _collection(value, place, " " * indent, lines.append)
    return "".join(lines)


def scalar(value: Any, indent: int = 0, *, inline: bool = False) -> str:
    """Return a scalar or an empty collection on one line, or, unless `inline`, a text of many lines as a block."""
    if isinstance(value, str):
        if not inline and "\n" in value and _is_literal(value):
            return _literal(value, indent)
        return text(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    return "[]" if isinstance(value, (list, tuple)) else "{}"


def text(value: str) -> str:
    """Return a text on one line: plain where every reader takes it for text, else in double quotes."""
    if _PLAIN.fullmatch(value) and value[-1] not in " :" and not _MISREAD.fullmatch(value):
        return value if value.isascii() or value.isprintable() else quoted(value)
    return quoted(value)


def quoted(value: str) -> str:
    """Return a text in double quotes; what a terminal could obey or an eye overlook is escaped."""
    return _ESCAPES.sub(_escape, json.dumps(value, ensure_ascii=False))


def is_record(value: Any) -> bool:
    """Return whether a value has members of its own, so that it takes lines of its own."""
    return isinstance(value, (Mapping, list, tuple)) and bool(value)


def _collection(value: Any, place: str, pad: str, write: Callable[[str], Any]) -> None:
    if isinstance(value, Mapping):
        for key in in_order(said(value, place), place):
            write(f"{pad}{_key(key, pad)}:")
            _value(value[key], place_of(key, place), pad, write)
        return
    for member in value:
        if isinstance(member, Mapping) and said(member, place):
            _member(member, place, pad, write)
        elif is_record(member):
            write(f"{pad}-\n")
            _collection(member, place, pad + "  ", write)
        else:
            write(f"{pad}- {scalar(member, len(pad) + 2)}\n")


def _member(member: Mapping[str, Any], place: str, pad: str, write: Callable[[str], Any]) -> None:
    first = pad + "- "
    for key in in_order(said(member, place), place):
        write(f"{first}{_key(key, pad + '  ')}:")
        first = pad + "  "
        _value(member[key], place_of(key, place), first, write)


def _key(key: str, pad: str) -> str:
    # A reader looks for the colon of a simple key within 1,024 characters only.
    return text(key) if len(key) < 150 else f"? {quoted(key)}\n{pad}"


def _value(value: Any, place: str, pad: str, write: Callable[[str], Any]) -> None:
    if is_record(value) and said(value, place):
        write("\n")
        _collection(value, place, pad + "  ", write)
    else:
        write(f" {scalar(value, len(pad) + 2)}\n")


def _is_literal(value: str) -> bool:
    lines = value.split("\n")
    return (
        bool(lines[0])
        and not lines[0][0].isspace()
        and (bool(lines[-1]) or bool(lines[-2]))
        and all(line == line.rstrip() and line.isprintable() for line in lines)
    )


def _literal(value: str, indent: int) -> str:
    kept = value.removesuffix("\n")
    pad = " " * max(indent, 2)
    lines = (pad + line if line else "" for line in kept.split("\n"))
    return ("|\n" if kept != value else "|-\n") + "\n".join(lines)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xD800 <= code < 0xE000:  # half a character, which no UTF-8 file can hold
        return "\\uFFFD"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
