"""Sentences that fit the line, whoever wrote them; a command to copy stays whole."""

from milestone.cli.text import wide

COMMANDS = (": milestone ", ": git ")


def fitted(text: str, columns: int) -> str:
    """Return a text, lines that are too long wrapped, the further ones indented below their beginning."""
    lines = text.split("\n")
    return "\n".join(line if wide.width(line) <= columns else _wrapped(line, columns) for line in lines)


def _wrapped(line: str, columns: int) -> str:
    start = line[: len(line) - len(line.lstrip())]
    mark = next((mark for mark in COMMANDS if mark in line), None)
    if mark is None:
        return _filled(line, columns, start)
    before, _, command = line.partition(mark)
    return f"{_filled(before + ':', columns, start)}\n{start}  {mark.strip(': ')} {command}"


def _filled(line: str, columns: int, start: str) -> str:
    return start + wide.wrap(line, columns - len(start), "  ").replace("\n", "\n" + start)
