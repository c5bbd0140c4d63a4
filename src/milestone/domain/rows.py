"""Every milestone's summary row, for questions that need few of them.

A store that knows more than rows answers these questions without reading each (a thousand take milliseconds).
"""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from milestone.domain import graph, weighing
from milestone.domain.questions import Question, in_order, matching

Row = Mapping[str, Any]


class Rows(Sequence[Row]):
    """Rows in the order of their ids."""

    @abstractmethod
    def linked(self) -> Sequence[Row]:
        """Return the rows that say they require or enable another.

        Only id, uid, status, requires, enables, refs and hours_left are sure to be in them.
        """

    @abstractmethod
    def named(self, name: str) -> Row | None:
        """Return the row with an id; None when there is none."""

    @abstractmethod
    def of_uid(self, uid: str) -> Row | None:
        """Return the row of a record; None when it has none."""

    def select(self, question: Question) -> Sequence[Row]:
        """Return the rows a question asks for, in its order."""
        if question.ids is not None and question == Question(ids=question.ids, limit=question.limit):
            named = filter(None, map(self.named, dict.fromkeys(question.ids)))
            return list(named)[: question.limit]
        found = in_order(matching(self, question), question.order)
        end = None if question.limit is None else question.start + question.limit
        return found[question.start : end]

    def each(self, question: Question) -> Iterator[Row]:
        """Yield the rows a question asks for; no more are looked at than the caller takes."""
        return iter(self.select(question))

    def count(self, question: Question) -> int:
        """Return how many a question asks for, whatever its limit."""
        return len(matching(self, question))

    def totals(self) -> weighing.Totals:
        """Return the sums over all of them."""
        return weighing.totals(self)

    def totals_proven(self) -> weighing.Totals:
        """Return the same where typed completions do not count."""
        return weighing.totals({**row, **row["proven"]} for row in self)


class Listed(Rows):
    """Rows that were read already."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows

    def __getitem__(self, place: Any) -> Any:
        return self._rows[place]

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def linked(self) -> Sequence[Row]:
        return [row for row in self._rows if is_linked(row)]

    def named(self, name: str) -> Row | None:
        return self._by_id.get(name)

    def of_uid(self, uid: str) -> Row | None:
        return self._by_uid.get(uid)

    @cached_property
    def _by_id(self) -> dict[str, Row]:
        return {str(row["id"]): row for row in reversed(self._rows)}  # of two with one id the first

    @cached_property
    def _by_uid(self) -> dict[str, Row]:
        return {str(row["uid"]): row for row in self._rows}


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
