"""The one way out: what is printed is escaped, coloured and cut to fit here."""

import json
import os
import sys
from collections.abc import Mapping
from typing import Any, TextIO

# What could steer a terminal: C0 but newline, DEL, C1, separators, bidirectional controls. Plain tables, because
# compiling an expression costs every start more than all the rest of this room.
STEERING = (
    *range(9),
    *range(11, 32),
    *range(127, 160),
    0x61C,
    0x200E,
    0x200F,
    *range(0x2028, 0x202F),
    *range(0x2066, 0x206A),
)
VISIBLE = {code: f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" for code in STEERING} | {9: "    "}
IN_JSON = {code: f"\\u{code:04x}" for code in STEERING if code > 126}  # JSON itself escapes the others
STYLES = {"\ue0b1": "1", "\ue0b2": "2", "\ue0b3": "31", "\ue0b4": "32", "\ue0b5": "33", "\ue0b6": "36"}
END = "\ue0b0"
BOLD, DIM, RED, GREEN, YELLOW, CYAN = STYLES
NO_STYLE = dict.fromkeys(map(ord, (END, *STYLES)), "")
STYLED = {ord(mark): f"\x1b[{code}m" for mark, code in STYLES.items()} | {ord(END): "\x1b[0m"}
PLAIN = dict(zip("✓✗✖○◐◇■⊘●▲★→←–—·│─└├“”’‑×≈\xa0", '+xxo~?!-*!*><---|-`|""\'-x~ ', strict=True))
PLAIN |= {"…": "...", "⏎": "Enter", "≥": ">=", "≤": "<=", "⇄": "<->"}
ASCII = str.maketrans(PLAIN)


def escape(text: str) -> str:
    """Return the text with every control character made visible, so that no record can steer a terminal."""
    return text.translate(VISIBLE)


def line(text: object) -> str:
    """Return a record's text on one line, safe to lay out."""
    return escape(" ".join(str(text).split()))


def to_json(value: object) -> str:
    """Return one line of JSON, its control characters escaped."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=str)
    return text.translate(IN_JSON).encode("utf-8", "backslashreplace").decode()


def wants_colour(stream: TextIO, flag: str | None, environ: Mapping[str, str]) -> bool:
    """Return whether to colour: `--color` over `NO_COLOR` over `FORCE_COLOR` over what the stream is."""
    if flag in ("always", "never"):
        return flag == "always"
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR") or environ.get("CLICOLOR_FORCE"):
        return True
    return stream.isatty() and environ.get("TERM") != "dumb" and not environ.get("CI")


def is_plain(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Return whether only ASCII may be used for our own signs."""
    if environ.get("MILESTONE_ASCII", "") not in ("", "0"):
        return True
    encoding = (getattr(stream, "encoding", None) or "ascii").lower().replace("-", "").replace("_", "")
    return encoding != "utf8" or (environ.get("TERM") == "linux" and stream.isatty())


def width(stream: TextIO, environ: Mapping[str, str]) -> int:
    """Return the columns to fill: `COLUMNS`, else the terminal's, else 100."""
    columns = environ.get("COLUMNS", "")
    if columns.isdigit() and int(columns) > 0:
        return max(20, int(columns))
    if stream.isatty() and not environ.get("CI"):
        try:
            return max(20, os.get_terminal_size(stream.fileno()).columns)
        except OSError:
            return 80
    return 100


class Printer:
    """Writes to one stream by its rules."""

    def __init__(self, stream: TextIO, *, colour: bool, plain: bool) -> None:
        self.stream = stream
        self.colour = colour
        self.plain = plain

    def write(self, text: str) -> None:
        """Write the text and a newline; its own styles become colours or nothing."""
        self.stream.write(self.render(text) + "\n")

    def render(self, text: str) -> str:
        """Return what is written for a text."""
        text = escape(text)
        if self.plain:
            text = text.translate(ASCII)
        text = text.translate(STYLED if self.colour else NO_STYLE)
        encoding = getattr(self.stream, "encoding", None) or "utf-8"
        return text.encode(encoding, "backslashreplace").decode(encoding)


def printers(colour: str | None, environ: Mapping[str, str]) -> tuple[Printer, Printer]:
    """Return the printers of stdout and stderr."""
    out, err = (
        Printer(stream, colour=wants_colour(stream, colour, environ), plain=is_plain(stream, environ))
        for stream in (sys.stdout, sys.stderr)
    )
    return out, err


def envelope(kind: str, **fields: Any) -> dict[str, Any]:
    """Return the document every `--json` answer is."""
    return {"v": 1, "kind": kind, **fields}
