"""The rows of a moment, each decoded when somebody looks at it."""

from bisect import bisect_left, insort_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import msgspec

from milestone.domain.rows import Rows, is_linked
from milestone.storage import summary_row
from milestone.storage.base import Row
from milestone.storage.summary_entry import Entry, order
from milestone.storage.summary_file import Summary

ROW = msgspec.json.Decoder()


class EntryRows(Rows):
    """Rows by id: what the summary holds of those nobody looked at, and rows of what was folded in since."""

    def __init__(self, rows: list[Any], summary: Summary) -> None:
        self._rows = rows
        self._summary = summary
        self._entries: Any = summary.entries  # what it holds of an entry (`standing`), only it knows

    def put(self, row: Row) -> None:
        """Let another row stand where its id belongs, behind any that has the same."""
        insort_right(self._rows, row, key=lambda each: order(self._id(each)))

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return EntryRows(self._rows[place], self._summary)
        found = self._rows[place]
        if isinstance(found, int | Entry):
            found = self._rows[place] = self._decoded(self._entries.at(found))
        return found

    def __iter__(self) -> Iterator[Row]:
        rows = self._rows
        for place, row in enumerate(rows):
            if isinstance(row, int):
                rows[place] = self._entries.at(row)
        self._summary.fetch([row for row in rows if isinstance(row, Entry)])
        rows[:] = [self._decoded(row) if isinstance(row, Entry) else row for row in rows]
        return iter(rows)

    def __len__(self) -> int:
        return len(self._rows)

    def linked(self) -> Sequence[Row]:
        found = [place for place, row in enumerate(self._rows) if self._is_linked(row)]
        return self._read(found)

    def named(self, name: str) -> Row | None:
        place = bisect_left(self._rows, order(name), key=lambda row: order(self._id(row)))
        found = place < len(self._rows) and self._id(self._rows[place]) == name
        return self[place] if found else None

    def of_uid(self, uid: str) -> Row | None:
        place = self._places.get(uid)
        return None if place is None else self[place]

    def _read(self, places: Sequence[int]) -> list[Row]:
        """Return the rows at these places, fetched together."""
        held = {place: row for place in places if isinstance(row := self._rows[place], int | Entry)}
        entries = {place: self._entries.at(row) for place, row in held.items()}
        self._summary.fetch(list(entries.values()))
        for place, entry in entries.items():
            self._rows[place] = self._decoded(entry)
        return [self._rows[place] for place in places]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {self._uid(row): place for place, row in enumerate(self._rows)}

    def _decoded(self, entry: Entry) -> Row:
        return summary_row.Row(ROW.decode(entry.row), entry.tasks, self._summary.blank)

    def _is_linked(self, row: Any) -> bool:
        return bool(self._entries.is_linked(row)) if isinstance(row, int | Entry) else is_linked(row)

    def _id(self, row: Any) -> str:
        return str(self._entries.id_of(row) if isinstance(row, int | Entry) else row["id"])

    def _uid(self, row: Any) -> str:
        return str(self._entries.uid_of(row) if isinstance(row, int | Entry) else row["uid"])
