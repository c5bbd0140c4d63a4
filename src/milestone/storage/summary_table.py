"""The entries of a summary as columns, one list a field: ten thousand are read and compared in milliseconds."""

from __future__ import annotations

import itertools
from bisect import insort_right

from milestone.storage.summary_entry import Entry, order, quote, unquote

KIND, UID, REVISION, FLAGS, ID, PATH, SIGNATURE, DIGEST, CHECK, LENGTH, SIZE = range(11)
TYPE_CHECKING = False  # as typing has it, without the two milliseconds of importing it
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FEW = 50  # entries that are put into their places one by one

Key = tuple[str, str]  # kind, uid


class Table:
    """Every entry by kind and uid, in columns; an entry is made when somebody asks for it.

    `standing` is what a list holds of an entry until it is looked at: its place in the columns.
    """

    def __init__(self) -> None:
        self.columns: list[list[str]] = [[] for _ in range(SIZE + 1)]
        self.places: dict[Key, int] = {}
        self._rows = memoryview(b"")  # the texts of the first entries, a line each
        self._begins: list[int] = []
        self._texts: dict[int, str] = {}  # of those that came or changed since
        self._count = 0  # entries that were read
        self._moved: set[int] = set()  # those that came or got another id since
        self._is_plain = True  # no id or path is quoted

    @classmethod
    def of(cls, columns: str, rows: memoryview) -> Table:
        """Return the table of what `Table.text` gave."""
        table = cls()
        if not columns:
            return table
        table.columns = [column.split("\t") for column in columns.split("\n")[:-1]]
        table._rows = rows
        table._learn()
        return table

    def _learn(self) -> None:
        """Know the columns that were read."""
        self.places = dict(zip(zip(*self.columns[:2], strict=True), itertools.count()))
        self._count = len(self.columns[KIND])
        self._is_plain = not any("%" in "".join(self.columns[number]) for number in (ID, PATH))
        if len(self.places) != self._count:
            raise ValueError("an entry is there twice")

    def _in_order(self) -> Sequence[int]:
        """Return the places that were read, in the order of their ids."""
        return range(self._count)

    def text(self) -> tuple[str, bytes]:
        """Return the columns, a line each, and the rows, a line each, both in the order of ids."""
        places = sorted(range(len(self.places)), key=self._order)
        texts = [self._text(place) for place in places]
        columns = [*self.columns[:SIZE], [str(len(text)) for text in texts]]
        columns[:SIZE] = [[column[place] for place in places] for column in columns[:SIZE]]
        if not places:
            return "", b""
        return "".join("\t".join(column) + "\n" for column in columns), "".join(f"{t}\n" for t in texts).encode()

    # -- one by one

    def __len__(self) -> int:
        return len(self.places)

    def __iter__(self) -> Iterator[Key]:
        return iter(self.places)

    def __contains__(self, key: object) -> bool:
        return key in self.places

    def __getitem__(self, key: Key) -> Entry:
        return self.at(self.places[key])

    def get(self, key: Key) -> Entry | None:
        """Return an entry; None when there is none."""
        place = self.places.get(key)
        return None if place is None else self.at(place)

    def values(self) -> list[Entry]:
        """Return every entry."""
        return [self.at(place) for place in self.places.values()]

    def at(self, standing: int) -> Entry:
        """Return the entry at a place; it stays as it is when the place gets another."""
        fields = [column[standing] for column in self.columns[:SIZE]]
        return Entry(["D", *fields, self._text(standing)])

    def standing(self, key: Key) -> int | None:
        """Return the place of an entry; None when there is none."""
        return self.places.get(key)

    def __setitem__(self, key: Key, entry: Entry) -> None:
        fields, text = entry.fields
        place = self.places.setdefault(key, len(self.places))
        if place == len(self.columns[KIND]):
            for column, field in zip(self.columns, [*fields, ""], strict=True):
                column.append(field)
            self._moved.add(place)
        else:
            if self.columns[ID][place] != fields[ID]:
                self._moved.add(place)
            for column, field in zip(self.columns, fields, strict=False):
                column[place] = field
        self._texts[place] = text
        self._is_plain = self._is_plain and fields[ID][:1] != "%" and fields[PATH][:1] != "%"

    def settle(self, key: Key) -> None:
        """Trust the signature of an entry's file from now on."""
        place = self.places[key]
        self.columns[SIGNATURE][place] = self.columns[SIGNATURE][place].lstrip("~")

    # -- all at once

    def signatures(self) -> dict[str, str]:
        """Return the signature of each entry's file by its path."""
        found = dict(zip(self._plain(PATH), self.columns[SIGNATURE], strict=True))
        found.pop("", None)
        return found

    def of_path(self, path: str) -> Entry:
        """Return the entry whose file lies at a path; the last of several."""
        name = quote(path)
        last = max(place for place, each in enumerate(self.columns[PATH]) if each == name)
        return self.at(last)

    def owners(self) -> dict[str, Key]:
        """Return whose file lies at each path."""
        found = dict(zip(self._plain(PATH), self.places, strict=True))
        found.pop("", None)
        return found

    def young(self) -> list[Entry]:
        """Return the entries whose file was so young that a second edit could hide behind its signature."""
        return [self.at(p) for p, signature in enumerate(self.columns[SIGNATURE]) if signature[:1] == "~"]

    def without_file(self) -> list[Key]:
        """Return the live milestones whose file could not be written yet."""
        lacking = [place for place, path in enumerate(self.columns[PATH]) if not path]
        return [entry.key for entry in map(self.at, lacking) if entry.is_without_file]

    def live(self, kind: str = "milestone") -> list[int]:
        """Return the places of the live entries of a kind, in the order of their ids."""
        kinds, lengths, moved = self.columns[KIND], self.columns[LENGTH], self._moved
        found = [
            place
            for place in self._in_order()
            if kinds[place] == kind and lengths[place] != "0" and place not in moved
        ]
        rest = [place for place in sorted(moved) if kinds[place] == kind and lengths[place] != "0"]
        if len(rest) > FEW:
            return sorted([*found, *rest], key=self._order)
        for place in rest:
            insort_right(found, place, key=self._order)
        return found

    def is_linked(self, standing: int) -> bool:
        """Tell whether the milestone at a place requires or enables others."""
        return "l" in self.columns[FLAGS][standing]

    def id_of(self, standing: int) -> str:
        """Return the id of the entry at a place."""
        return unquote(self.columns[ID][standing])

    def uid_of(self, standing: int) -> str:
        """Return the uid of the entry at a place."""
        return self.columns[UID][standing]

    def _plain(self, number: int) -> list[str]:
        column = self.columns[number]
        return column if self._is_plain else [unquote(each) for each in column]

    def _order(self, place: int) -> tuple[int, int, str]:
        return order(self.id_of(place))

    def _text(self, place: int) -> str:
        text = self._texts.get(place)
        if text is not None:
            return text
        if not self._begins:
            self._begins = list(
                itertools.accumulate((int(size) + 1 for size in self.columns[SIZE][: self._count]), initial=0)
            )
        return str(self._rows[self._begins[place] : self._begins[place + 1] - 1], "ascii", "replace")
