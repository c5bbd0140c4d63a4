"""The entries of an index as columns; their rows stay in the file until somebody asks for them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from milestone.storage.summary_entry import Entry
from milestone.storage.summary_table import SIZE, Key, Table

Fetch = Callable[[Sequence[Entry]], None]  # have the rows of these at hand
Texts = tuple[str, str]  # of a row without its tasks, and of its tasks
WIDTH = SIZE + 2  # fields of `head`: the tag, the columns, the CRC of the row


class IndexEntry(Entry):
    """An entry whose row is read when somebody asks for it."""

    __slots__ = ("_fetch", "asked", "crc", "place", "texts")

    def __init__(self, fetch: Fetch, place: int, fields: list[str], crc: str, asked: str) -> None:
        super().__init__(["D", *fields])
        self._fetch = fetch
        self.place = place
        self.asked = asked  # JSON, see `index_rows`
        self.crc = int(crc)
        self.texts: Texts | None = None

    @property
    def head(self) -> str:
        return f"{super().head}\t{self.crc}"

    @property
    def row(self) -> str:
        return self._both()[0]

    @property
    def tasks(self) -> str:
        return self._both()[1]

    def _both(self) -> Texts:
        if self.texts is None:
            self._fetch([self])
        assert self.texts is not None
        return self.texts


class IndexTable(Table):
    """Every entry; the one at place n has the row n + 1 of the file."""

    def __init__(self) -> None:
        super().__init__()
        self._fetch: Fetch = _nowhere
        self._crcs: list[str] = []
        self._asked: list[str] = []
        self._made: dict[int, Entry] = {}  # those somebody asked for, or gave

    @classmethod
    def read(cls, fetch: Fetch, rows: Sequence[tuple[Any, ...]]) -> IndexTable:
        """Return the table of the rows `place head asked crc` of the file, each proven by its CRC.

        Raises:
            ValueError: they are not numbered from 1 on, or a head has not the fields it should have.
        """
        table = cls()
        table._fetch = fetch
        if [row[0] for row in rows] != list(range(1, len(rows) + 1)):
            raise ValueError("entries are missing")
        fields = "\t".join([row[1] for row in rows]).split("\t")
        if rows and len(fields) != WIDTH * len(rows):
            raise ValueError("an entry lacks fields")
        if rows:
            table.columns[:SIZE] = [fields[number::WIDTH] for number in range(1, WIDTH - 1)]
            table._crcs = fields[WIDTH - 1 :: WIDTH]
        table._asked = [row[2] for row in rows]
        table._learn()
        return table

    def again(self) -> IndexTable:
        """Return the same for another reader; rows that were read are shared."""
        other = copy.copy(self)
        other.columns, other.places = [[*column] for column in self.columns], dict(self.places)
        other._made, other._texts, other._moved = dict(self._made), dict(self._texts), set(self._moved)
        return other

    def at(self, standing: int) -> Entry:
        found = self._made.get(standing)
        if found is None:
            fields = [column[standing] for column in self.columns[:SIZE]]
            crc, asked = self._crcs[standing], self._asked[standing]
            found = self._made[standing] = IndexEntry(self._fetch, standing + 1, fields, crc, asked)
        return found

    def __setitem__(self, key: Key, entry: Entry) -> None:
        super().__setitem__(key, entry)
        self._made[self.places[key]] = entry

    def settle(self, key: Key) -> None:
        super().settle(key)
        made = self._made.get(self.places[key])
        if made is not None:
            made.signature = made.signature.lstrip("~")

    def asked_of(self, standing: int) -> str | None:
        """Return what the file keeps of a row for questions; None where the entry is newer than the file."""
        made = self._made.get(standing)
        if made is not None:
            return made.asked if isinstance(made, IndexEntry) else None
        return self._asked[standing]

    def _in_order(self) -> Sequence[int]:
        return self._lined_up

    @cached_property
    def _lined_up(self) -> list[int]:
        return sorted(range(self._count), key=self._order)


def _nowhere(entries: Sequence[Entry]) -> None:
    raise LookupError(f"there is no file with the rows of {len(entries)} entries")
