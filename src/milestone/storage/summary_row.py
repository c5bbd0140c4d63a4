"""A summary row whose list of tasks is read only when somebody looks at it: half of its bytes, seldom needed."""

from __future__ import annotations

import json

TYPE_CHECKING = False  # as typing has it, without the two milliseconds of importing it
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


PLAIN = (str, int, bool, type(None))  # equal values of one of these types are the same


class Blank:
    """What most rows, and most of their tasks, hold under a key: written once instead of a thousand times."""

    __slots__ = ("row", "task")

    def __init__(self) -> None:
        self.row: dict[str, object] = {}
        self.task: dict[str, object] = {}

    def learn(self, row: dict[str, Any], tasks: list[Any]) -> list[tuple[str, dict[str, object]]]:
        """Take what is missing here from a first row and a first task; return what was taken, with its name."""
        taken = []
        if not self.row and row:
            self.row = _emptied(row)
            taken.append(("row", self.row))
        if not self.task and tasks and isinstance(tasks[0], dict):
            self.task = _emptied(tasks[0])
            taken.append(("task", self.task))
        return taken


def pack(value: object, blank: dict[str, object]) -> object:
    """Return a record without what the blank says; one that lacks a key of the blank whole, in a list."""
    if not blank or not isinstance(value, dict) or not blank.keys() <= value.keys():
        return [value]
    return {
        key: each
        for key, each in value.items()
        if key not in blank or not (each is blank[key] or _same(blank[key], each))
    }


def unpack(value: Any, blank: dict[str, object]) -> Any:
    """Return what `pack` was given."""
    return value[0] if type(value) is list else {**blank, **value}


def _same(left: object, right: object) -> bool:
    if left != right or type(left) is not type(right):
        return False
    return type(left) in PLAIN or repr(left) == repr(right)  # [0], [0.0] and [false] are equal, and not the same


def _emptied(value: dict[str, Any]) -> dict[str, object]:
    return {key: _empty(each) for key, each in value.items()}


def _empty(value: object) -> object:
    if isinstance(value, dict):
        return _emptied(value)
    return None if value is None or isinstance(value, str) else type(value)()


class Row(dict[str, object]):
    """A row whose tasks are decoded when somebody looks at them; to everybody it is the whole row."""

    __slots__ = ("_blank", "_tasks")

    def __init__(self, row: Any, tasks: str, blank: Blank) -> None:
        if type(row) is list:
            super().__init__(row[0])
        else:  # as `unpack` says it, with one copy instead of two
            super().__init__(blank.row)
            dict.update(self, row)
        self._tasks: str | None = tasks
        self._blank = blank.task

    def __missing__(self, key: str) -> object:
        if key != "tasks" or self._tasks is None:
            raise KeyError(key)
        return self._whole()["tasks"]

    def _whole(self) -> Row:
        if self._tasks is not None:
            tasks = [unpack(task, self._blank) for task in json.loads(self._tasks or "[]")]
            self["tasks"], self._tasks = tasks, None
        return self

    def get(self, key: str, default: Any = None) -> Any:
        if key == "tasks":
            self._whole()
        return super().get(key, default)

    def __contains__(self, key: object) -> bool:
        return key == "tasks" or super().__contains__(key)

    def __iter__(self) -> Iterator[str]:
        return dict.__iter__(self._whole())

    def __len__(self) -> int:
        return dict.__len__(self._whole())

    def __eq__(self, other: object) -> bool:
        return dict.__eq__(self._whole(), other._whole() if isinstance(other, Row) else other)

    __hash__ = None

    def keys(self) -> Any:
        return dict.keys(self._whole())

    def values(self) -> Any:
        return dict.values(self._whole())

    def items(self) -> Any:
        return dict.items(self._whole())
