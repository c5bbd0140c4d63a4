"""The rows of a hybrid store: questions are answered from what the index keeps beside each, few rows are read."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import msgspec

from milestone.domain import weighing
from milestone.domain.questions import HAS, Question, in_order, matching
from milestone.storage.base import Row
from milestone.storage.entry_rows import EntryRows

ENCODER = msgspec.json.Encoder()
DECODER = msgspec.json.Decoder(dict[str, Any])
KEYS = (  # what questions, orders and sums ask of a row, but for what HAS asks
    *("id", "uid", "title", "slug", "status", "archived", "priority", "category", "phase", "labels", "owner"),
    *("due", "actual_start", "hours", "hours_left", "exact", "percentage", "proven"),
)
SUMMED = ("exact", "hours_left", "percentage")


def asked_of(row: Row) -> str:
    """Return what the index keeps of a row for questions, as JSON."""
    kept = {key: row.get(key) for key in KEYS}
    kept["proven"] = {key: (row.get("proven") or {}).get(key) for key in SUMMED}
    kept["has"] = [name for name, holds in HAS.items() if holds(row)]
    return ENCODER.encode(kept).decode()


class IndexRows(EntryRows):
    """Rows by id; a question reads those it asks for, and a sum reads none."""

    def select(self, question: Question) -> Sequence[Row]:
        if question.ids is not None and question == Question(ids=question.ids, limit=question.limit):
            return super().select(question)
        found = in_order(self._matching(question), question.order)
        end = None if question.limit is None else question.start + question.limit
        places = [row["place"] for row in found[question.start : end]]
        return self._read(places)

    def count(self, question: Question) -> int:
        return len(self._matching(question))

    def totals(self) -> weighing.Totals:
        return weighing.totals(self._narrow)

    def totals_proven(self) -> weighing.Totals:
        return weighing.totals({**row, **row["proven"]} for row in self._narrow)

    def _matching(self, question: Question) -> list[Row]:
        has, lacks = frozenset(question.has), frozenset(question.lacks)
        found = matching(self._narrow, question._replace(has=(), lacks=()))
        return [row for row in found if has <= row["has"] and not lacks & row["has"]]

    @cached_property
    def _narrow(self) -> list[Row]:
        """What is kept of each row for questions, and its place."""
        return [self._narrowed(place, row) for place, row in enumerate(self._rows)]

    def _narrowed(self, place: int, row: int | Row) -> Mapping[str, Any]:
        text = self._entries.asked_of(row) if isinstance(row, int) else None
        kept = DECODER.decode(text or asked_of(self[place]))
        return {**kept, "has": frozenset(kept["has"]), "place": place}
