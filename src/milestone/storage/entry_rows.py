"""The rows of a moment, each decoded when somebody looks at it."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, cast

import msgspec

from milestone.domain.rows import Rows, is_linked
from milestone.storage import summary_row
from milestone.storage.base import Row
from milestone.storage.summary_entry import Entry
from milestone.storage.summary_file import Summary, order

ROW = msgspec.json.Decoder()


class EntryRows(Rows):
    """Rows by id: entries of the summary, and rows of what was folded in since."""

    def __init__(self, rows: list[Entry | Row], summary: Summary) -> None:
        self._rows = rows
        self._summary = summary

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return EntryRows(self._rows[place], self._summary)
        found = self._rows[place]
        if isinstance(found, Entry):
            found = self._rows[place] = self._decoded(found)
        return found

    def __iter__(self) -> Iterator[Row]:
        rows = self._rows
        self._summary.fetch([row for row in rows if isinstance(row, Entry)])
        rows[:] = [self._decoded(row) if isinstance(row, Entry) else row for row in rows]
        return iter(cast("list[Row]", rows))

    def __len__(self) -> int:
        return len(self._rows)

    def linked(self) -> Sequence[Row]:
        found = [place for place, row in enumerate(self._rows) if _is_linked(row)]
        self._summary.fetch([row for place in found if isinstance(row := self._rows[place], Entry)])
        return [self[place] for place in found]

    def named(self, name: str) -> Row | None:
        place = bisect_left(self._rows, order(name), key=lambda row: order(_id(row)))
        found = place < len(self._rows) and _id(self._rows[place]) == name
        return self[place] if found else None

    def of_uid(self, uid: str) -> Row | None:
        place = self._places.get(uid)
        return None if place is None else self[place]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {_uid(row): place for place, row in enumerate(self._rows)}

    def _decoded(self, entry: Entry) -> Row:
        return summary_row.Row(ROW.decode(entry.row), entry.tasks, self._summary.blank)


def _is_linked(row: Entry | Row) -> bool:
    return row.is_linked if isinstance(row, Entry) else is_linked(row)


def _id(row: Entry | Row) -> str:
    return row.id if isinstance(row, Entry) else str(row["id"])


def _uid(row: Entry | Row) -> str:
    return row.uid if isinstance(row, Entry) else str(row["uid"])
