"""Which tasks would get into each other's way: they touch one file, or need one build or test lock.

Patterns are held against each other without looking at any disk, and in doubt they meet: `src/*` and `src/api`
do, as a folder may be named without its slash, and so do `a/[xy].py` and `a/z.py`.
"""

import functools
import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

_BRACES = re.compile(r"\{[^{}]*\}")
_SET = re.compile(r"\[!?\]?[^\]]*\]")
LOCKS = "coordination.locks"


class Area(NamedTuple):
    """What a worker needs for itself: files (paths and globs from the project's folder) and named locks."""

    files: tuple[str, ...] = ()
    locks: tuple[str, ...] = ()


def of(task: Mapping[str, Any], settings: Mapping[str, Any], learned: Iterable[str] = ()) -> Area:
    """Return what a task needs: the files it declares, else those that are known of it, and its locks.

    `coordination.locks` gives a lock to tasks by label or by file: `{build: [slow, src/core/**]}`.
    """
    files = tuple(_texts(task.get("files"))) or tuple(dict.fromkeys(learned))
    labels = {label.casefold() for label in _texts(task.get("labels"))}
    found = [name.casefold() for name in _texts(task.get("locks"))]
    wanted = settings.get(LOCKS)
    for name, words in wanted.items() if isinstance(wanted, Mapping) else ():
        asked = _texts(words)
        if labels & {word.casefold() for word in asked} or any(meet(a, b) for a in asked for b in files):
            found.append(str(name).casefold())
    return Area(files=files, locks=tuple(dict.fromkeys(found)))


def clashes(one: Area, other: Area) -> str | None:
    """Return what two tasks would both need, in words; None when they can be worked on at once."""
    shared = next((name for name in one.locks if name in other.locks), None)
    if shared is not None:
        return f"the {shared} lock"
    return next((a for a in one.files for b in other.files if meet(a, b)), None)


@functools.lru_cache(maxsize=4096)
def meet(one: str, other: str) -> bool:
    """Tell whether some path could be meant by both patterns; a folder means all that lies in it."""
    return _segments_meet(_segments(one), _segments(other))


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value] if value.strip() else []
    return [str(item) for item in value if item is not None] if isinstance(value, Sequence) else []


def _segments(pattern: str) -> tuple[str, ...]:
    """Return the parts of a pattern, without letters' case: some disks know none."""
    plain = _BRACES.sub("*", pattern.strip().replace("\\", "/"))  # alternatives: anything
    parts = posixpath.normpath(plain.casefold()).split("/")
    return tuple(part for part in parts if part not in ("", "."))


def _segments_meet(one: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether two paths of patterns have a path in common, as far as the shorter one says."""

    @functools.cache
    def at(i: int, j: int) -> bool:
        if i == len(one) or j == len(other):
            return True  # what is named may be a folder, and the rest lies in it
        if one[i] == "**":
            return at(i + 1, j) or at(i, j + 1)
        if other[j] == "**":
            return at(i, j + 1) or at(i + 1, j)
        return _names_meet(one[i], other[j]) and at(i + 1, j + 1)

    return at(0, 0)


def _names_meet(one: str, other: str) -> bool:
    """Tell whether one name could be meant by both: `*` any letters, `?` and `[...]` any one."""
    first, second = (_SET.sub("?", name) for name in (one, other))

    @functools.cache
    def at(i: int, j: int) -> bool:
        if i == len(first) and j == len(second):
            return True
        if i < len(first) and first[i] == "*":
            return at(i + 1, j) or (j < len(second) and at(i, j + 1))
        if j < len(second) and second[j] == "*":
            return at(i, j + 1) or (i < len(first) and at(i + 1, j))
        if i == len(first) or j == len(second):
            return False
        return (first[i] == second[j] or "?" in (first[i], second[j])) and at(i + 1, j + 1)

    return at(0, 0)
