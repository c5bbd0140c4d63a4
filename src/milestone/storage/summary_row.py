"""A summary row whose list of tasks is read only when somebody looks at it: half of its bytes, seldom needed."""

from __future__ import annotations

import json

TYPE_CHECKING = False  # as typing has it, without the two milliseconds of importing it
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


class Row(dict[str, object]):
    """A row whose tasks are decoded when somebody looks at them; to everybody it is the whole row."""

    __slots__ = ("_tasks",)

    def __init__(self, row: dict[str, object], tasks: bytes) -> None:
        super().__init__(row)
        self._tasks: bytes | None = tasks

    def __missing__(self, key: str) -> object:
        if key != "tasks" or self._tasks is None:
            raise KeyError(key)
        return self._whole()["tasks"]

    def _whole(self) -> Row:
        if self._tasks is not None:
            self["tasks"], self._tasks = json.loads(self._tasks or b"[]"), None
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
