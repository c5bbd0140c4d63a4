"""Single values that people write, as what their key holds; ABSENT where they cannot be that."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from milestone.domain import free_forms, words

ABSENT: Any = object()
_PLACEHOLDER = re.compile(r"(?:milestone|task)-[xX]+")
_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?=$|[T ])")


def text(value: Any) -> Any:
    """Return a word or sentence; figures are taken as written, a list of words is joined."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, list) and all(isinstance(member, (str, int, float)) for member in value):
        return ", ".join(str(member) for member in value)
    return ABSENT


def texts(value: Any) -> Any:
    """Return a list of words; one text is split at its commas."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    if isinstance(value, list):
        return [read for member in value if (read := text(member)) is not ABSENT]
    read = text(value)
    return read if read is ABSENT else [read]


def word(value: Any) -> Any:
    """Return a word in small letters, without regard to its spelling."""
    read = text(value)
    return read if read is ABSENT else words.level(read)


def milestone_id(value: Any) -> Any:
    """Return a milestone's id; a template's placeholder is none."""
    return _id(free_forms.milestone_id(value))


def task_id(value: Any) -> Any:
    """Return a task's id; a template's placeholder is none."""
    return _id(free_forms.task_id(value))


def number(value: Any) -> Any:
    """Return a figure that is not negative."""
    read = words.number(value)
    return ABSENT if read is None or read < 0 else read


def numbers(value: Any) -> Any:
    """Return figures by name."""
    if not isinstance(value, Mapping):
        return ABSENT
    return {words.fold(key): read for key, figure in value.items() if (read := words.number(figure)) is not None}


def date(value: Any) -> Any:
    """Return a day as `2026-12-05`."""
    match = _DATE.match(value.strip()) if isinstance(value, str) else None
    if match is None or not (1 <= int(match[2]) <= 12 and 1 <= int(match[3]) <= 31):
        return ABSENT
    return f"{match[1]}-{int(match[2]):02d}-{int(match[3]):02d}"


def things(value: Any) -> Any:
    """Return a list of words or maps; one alone is a list of one."""
    return value if isinstance(value, list) else [value] if isinstance(value, (str, Mapping)) else ABSENT


def rules(value: Any) -> Any:
    """Return a list of words, or what is said of each by name."""
    return dict(value) if isinstance(value, Mapping) else texts(value)


def _id(read: str | None) -> Any:
    return ABSENT if read is None or "/" in read or _PLACEHOLDER.fullmatch(read) else read


def _known(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: ABSENT if (found := read(value)) is None else found


KINDS: Mapping[str, Callable[[Any], Any]] = {
    "any": lambda value: value,
    "text": text,
    "texts": texts,
    "word": word,
    "milestone_id": milestone_id,
    "task_id": task_id,
    "number": number,
    "numbers": numbers,
    "date": date,
    "things": things,
    "rules": rules,
    "boolean": _known(words.boolean),
    "chance": _known(words.chance),
    "milestone_status": _known(words.milestone_status),
    "task_status": _known(words.task_status),
    "phase_status": _known(words.phase_status),
}
