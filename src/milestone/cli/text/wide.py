"""How many columns a text takes in a terminal, and how it is cut and filled to fit."""

import unicodedata
from collections.abc import Sequence

JOINER, EMOJI = "\u200d", "\ufe0f"


def width(text: str) -> int:
    """Return the columns a text takes: wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    columns = 0
    for index, character in enumerate(text):
        if index and text[index - 1] == JOINER:
            continue
        columns += _width(character)
        if character == EMOJI and index and _width(text[index - 1]) == 1:
            columns += 1
    return columns


def _width(character: str) -> int:
    if character < "\x7f":
        return 1
    if "\ue0b0" <= character <= "\ue0bf":  # our own style marks
        return 0
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def cut(text: str, columns: int) -> str:
    """Return a text of at most so many columns, `…` for what is left out at the end."""
    if width(text) <= columns:
        return text
    if columns <= 1:
        return "…"[:columns]
    kept, used = [], 0
    for character in text:
        used += _width(character)
        if used > columns - 1:
            break
        kept.append(character)
    return "".join(kept).rstrip() + "…"


def fill(text: str, columns: int, *, right: bool = False) -> str:
    """Return the text with spaces up to so many columns."""
    space = " " * max(0, columns - width(text))
    return space + text if right else text + space


def wrap(text: str, columns: int, indent: str = "") -> str:
    """Return the words in lines of at most so many columns, all but the first indented; a longer word is cut."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        room = columns - (width(indent) if lines else 0)
        candidate = f"{line} {word}" if line else word
        if width(candidate) <= room:
            line = candidate
            continue
        if line:
            lines.append(line)
        line = cut(word, columns - width(indent))
    if line:
        lines.append(line)
    return f"\n{indent}".join(lines)


def join(parts: Sequence[str], gap: str, columns: int) -> str:
    """Return the first parts that fit on one line; the very first always stands there."""
    line = ""
    for number, part in enumerate(parts):
        longer = f"{line}{gap}{part}" if number else part
        if number and width(longer) > columns:
            break
        line = longer
    return line
