"""Every milestone's summary row, for questions that need few of them.

A store that knows more than rows answers these questions without reading each (a thousand take milliseconds).
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from milestone.domain import graph

Row = Mapping[str, Any]


class Rows(Sequence[Row]):
    """Rows in the order of their ids."""

    @abstractmethod
    def linked(self) -> Sequence[Row]:
        """Return the rows that say they require or enable another."""

    @abstractmethod
    def named(self, name: str) -> Row | None:
        """Return the row with an id; None when there is none."""

    @abstractmethod
    def of_uid(self, uid: str) -> Row | None:
        """Return the row of a record; None when it has none."""


class Listed(Rows):
    """Rows that were read already."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows

    def __getitem__(self, place: Any) -> Any:
        return self._rows[place]

    def __len__(self) -> int:
        return len(self._rows)

    def linked(self) -> Sequence[Row]:
        return [row for row in self._rows if is_linked(row)]

    def named(self, name: str) -> Row | None:
        return next((row for row in self._rows if row["id"] == name), None)

    def of_uid(self, uid: str) -> Row | None:
        return next((row for row in self._rows if row["uid"] == uid), None)


def of(rows: Sequence[Row]) -> Rows:
    """Return rows as these questions can be asked of them."""
    return rows if isinstance(rows, Rows) else Listed(rows)


def is_linked(row: Row) -> bool:
    """Tell whether a row says that it requires or enables another."""
    return bool(row.get("requires") or row.get("enables"))


def links(rows: Rows) -> dict[str, list[str]]:
    """Return what `graph.of_rows` does, of those milestones only that have to do with another."""
    linked = rows.linked()
    meant = {uid for row in linked for uid in row.get("refs") or ()}
    by_uid = {uid: row for uid in meant if (row := rows.of_uid(uid)) is not None}
    found = {str(row["id"]): graph.resolved(row, by_uid) for row in linked}
    for row in linked:
        for other in row["enables"] or ():
            if other not in found and rows.named(other) is None:
                continue
            if row["id"] not in found.setdefault(other, []):
                found[other].append(str(row["id"]))
    return found
