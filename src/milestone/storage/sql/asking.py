"""Questions about milestones, answered by the database: only what a question asks for is read."""

from collections.abc import Iterator, Sequence
from typing import Any

from milestone.domain.questions import Question, matching, plain
from milestone.domain.rows import Rows
from milestone.domain.weighing import Totals
from milestone.storage.base import Row
from milestone.storage.sql import among, narrow, records, sealing
from milestone.storage.sql.connection import Connection, Value
from milestone.storage.sql.statements import SQL

PAGE = 50  # rows fetched at first for who takes them one by one; then four times as many
ORDERS = {
    "id": "m.place, m.id, m.uid",
    "standing": "m.standing, m.id",
    "rank": "m.begun, m.urgency, m.due, m.id",
    "started": "m.started DESC, m.id DESC",
    "due": "m.due DESC, m.id DESC",
    "left": "m.left_over DESC, m.place, m.id",
}
AMONG = {"statuses": "m.status", "priorities": "m.priority", "categories": "m.category", "phases": "m.phase"}
WORDS = ("slug", "words", "labels", "owners", "categories")  # what is asked of columns that may be sealed
Conditions = list[tuple[str, Sequence[Value]]]


class SqlRows(Rows):
    """Every live milestone's row; all of them are fetched only for who looks at all."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._all: list[Row] | None = None
        self._linked: list[Row] | None = None
        self._by_id: dict[str, Row | None] = {}  # looked up already; None: there is none
        self._by_uid: dict[str, Row | None] = {}
        self._is_sealed: bool | None = (
            None  # whether some words stand in it that only a key opens; None: not known
        )

    def select(self, question: Question) -> Sequence[Row]:
        if self._asks_for_sealed(question):
            found = matching(self._in_clear(question), question)
            return found[question.start : None if question.limit is None else question.start + question.limit]
        if question.ids is not None and len(question.ids) > among.PART and question.limit is None:
            return [row for part in among.parts(question.ids) for row in self.select(question._replace(ids=part))]
        if question.uids is not None and len(question.uids) > among.PART and question.limit is None:
            return [
                row for part in among.parts(question.uids) for row in self.select(question._replace(uids=part))
            ]
        if any(wanted is not None and not wanted for wanted in (question.ids, question.uids)):
            return []
        where, values = _where(question)
        end = "" if question.limit is None and not question.start else " LIMIT ? OFFSET ?"
        if end:
            values = [*values, 2**62 if question.limit is None else question.limit, question.start]
        statement = f"{SQL['select']}{where} ORDER BY {ORDERS[question.order]}{end}"
        return [records.row_of(found) for found in self._connection.rows(statement, values)]

    def each(self, question: Question) -> Iterator[Row]:
        if self._asks_for_sealed(question):
            yield from self.select(question)
            return
        start, size = question.start, PAGE
        while found := self.select(question._replace(start=start, limit=size)):
            yield from found
            start, size = start + len(found), size * 4

    def count(self, question: Question) -> int:
        if self._asks_for_sealed(question):
            return len(self.select(question._replace(start=0, limit=None)))
        where, values = _where(question)
        return int(self._connection.rows(SQL["count"] + where, values)[0][0])

    def _asks_for_sealed(self, question: Question) -> bool:
        """Tell whether words matter that the database cannot read: they are then looked for in opened rows."""
        if not any(getattr(question, name) for name in WORDS):
            return False
        if self._is_sealed is None:
            self._is_sealed = bool(self._connection.rows(SQL["sealed_milestones"], (sealing.MARK, sealing.BEYOND)))
        return self._is_sealed

    def _in_clear(self, question: Question) -> Sequence[Row]:
        """Return the rows for which all holds that the database can tell, in the order of the question."""
        bare = question._replace(slug="", words=(), labels=(), owners=(), categories=(), start=0, limit=None)
        return self.select(bare)

    def totals(self) -> Totals:
        return narrow.sums(self._connection).recorded

    def totals_proven(self) -> Totals:
        return narrow.sums(self._connection).proven

    def linked(self) -> Sequence[Row]:
        if self._linked is None:
            found = self._connection.rows(SQL["linked"])
            self._linked = [records.DECODER.decode(about) for (about,) in found]
            self._know(Question(uids=sorted({str(uid) for row in self._linked for uid in row["refs"] or ()})))
            self._know(Question(ids=sorted({str(name) for row in self._linked for name in row["enables"] or ()})))
        return self._linked

    def named(self, name: str) -> Row | None:
        if name not in self._by_id:
            self._know(Question(ids=(name,)))
        return self._by_id.get(name)

    def of_uid(self, uid: str) -> Row | None:
        if uid not in self._by_uid:
            self._know(Question(uids=(uid,)))
        return self._by_uid.get(uid)

    def _know(self, question: Question) -> None:
        """Look rows up together that are asked for one by one."""
        self._by_id |= dict.fromkeys(question.ids or ())
        self._by_uid |= dict.fromkeys(question.uids or ())
        for row in reversed(self.select(question)):
            self._by_id[str(row["id"])] = self._by_uid[str(row["uid"])] = row

    def _fetched(self) -> list[Row]:
        if self._all is None:
            self._all = list(self.select(Question()))
        return self._all

    def __getitem__(self, place: Any) -> Any:
        return self._fetched()[place]

    def __iter__(self) -> Iterator[Row]:
        return iter(self._fetched())

    def __len__(self) -> int:
        return sum(self.totals().states.values()) or self.count(Question())


def _where(question: Question) -> tuple[str, list[Value]]:
    conditions = [*_names(question), *_facts(question), *_texts(question)]
    values = [value for _, given in conditions for value in given]
    return "".join(f" AND {text}" for text, _ in conditions), values


def _names(question: Question) -> Conditions:
    found: Conditions = []
    for column, wanted in (("m.id", question.ids), ("m.uid", question.uids), ("m.low_id", question.named or None)):
        if wanted is not None:
            found.append(among.condition(column, wanted))
    if question.but:
        found.append(("m.id <> ?", [question.but]))
    if question.slug:
        found.append(("m.slug >= ? AND m.slug < ?", [question.slug, question.slug + "\U0010ffff"]))
    return found


def _facts(question: Question) -> Conditions:
    found: Conditions = [(f"m.has_{fact} = 1", ()) for fact in question.has if fact in narrow.FACTS]
    found += [(f"m.has_{fact} = 0", ()) for fact in question.lacks if fact in narrow.FACTS]
    return found if question.with_archived else [*found, ("m.archived = 0", ())]


def _texts(question: Question) -> Conditions:
    asked = {name: [each.casefold() for each in getattr(question, name)] for name in AMONG}
    found = [among.condition(AMONG[name], wanted) for name, wanted in asked.items() if wanted]
    found += [_like("m.said", word.casefold()) for word in question.words]
    found += [_like("m.labels", f"\n{label.casefold()}\n") for label in question.labels]
    if question.owners:
        found.append(among.condition("m.owner", [plain(each) for each in question.owners]))
    if question.due_before:
        found.append(("m.due < ?", [question.due_before]))
    return found


def _like(column: str, text: str) -> tuple[str, Sequence[Value]]:
    plain_text = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{column} LIKE ? ESCAPE '\\'", [f"%{plain_text}%"]
