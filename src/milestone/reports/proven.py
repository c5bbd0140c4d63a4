"""Rows with the figures that count under `evidence: required`: completions that were only typed do not."""

from collections.abc import Iterator, Sequence
from typing import Any

from milestone.domain.questions import Question, Row, in_order
from milestone.domain.rows import Rows
from milestone.domain.rows import of as rows_of
from milestone.domain.weighing import Totals


class ProvenRows(Rows):
    """Rows over other rows; each is put right when it is looked at."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows_of(rows)

    def select(self, question: Question) -> Sequence[Row]:
        if question.order != "left":
            return [counted(row) for row in self._rows.select(question)]
        every = [counted(row) for row in self._rows.select(question._replace(order="id", start=0, limit=None))]
        end = None if question.limit is None else question.start + question.limit
        return in_order(every, "left")[question.start : end]

    def each(self, question: Question) -> Iterator[Row]:
        return iter(self.select(question)) if question.order == "left" else map(counted, self._rows.each(question))

    def count(self, question: Question) -> int:
        return self._rows.count(question)

    def totals(self) -> Totals:
        return self._rows.totals_proven()

    def linked(self) -> Sequence[Row]:
        return self.select(Question(ids=[str(row["id"]) for row in self._rows.linked()]))

    def named(self, name: str) -> Row | None:
        found = self._rows.named(name)
        return None if found is None else counted(found)

    def of_uid(self, uid: str) -> Row | None:
        found = self._rows.of_uid(uid)
        return None if found is None else counted(found)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [counted(row) for row in self._rows[place]]
        return counted(self._rows[place])

    def __iter__(self) -> Iterator[Row]:
        return map(counted, self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def counted(row: Row) -> Row:
    """Return a row with its proven figures; tasks that were only typed as completed are marked."""
    return {**row, **row["proven"], "tasks": [_marked(task) for task in row["tasks"]]}


def _marked(task: Row) -> Row:
    return {**task, "unproven": True} if task["grade"] == "typed" else task
