"""The open transaction of a store in a database: fold, write each changed record, at the end one line."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import msgspec

from milestone import errors
from milestone.domain.document import Document, Event, Recorded
from milestone.ids import number_of
from milestone.storage import log_line
from milestone.storage.base import Row, Stamp
from milestone.storage.log_line import FileMark, Line
from milestone.storage.sql import among, narrow, records
from milestone.storage.sql.connection import Connection
from milestone.storage.sql.head import Head
from milestone.storage.sql.moment import Key, Rules, SqlMoment
from milestone.storage.sql.statements import SQL

FEW = 4  # documents that are looked up one by one


class SqlTxn(SqlMoment):
    """The one writing transaction; the database holds the head row's lock for it."""

    adopted: Sequence[Recorded] = ()
    abandoned = False

    def __init__(
        self,
        connection: Connection,
        head: Head,
        rules: Rules,
        held: Callable[[SqlMoment], Mapping[str, str]],
        stamp: Stamp,
    ) -> None:
        super().__init__(connection, head, rules, held)
        self.stamp = stamp
        self._changed: dict[Key, Document] = {}
        self._at_hand: dict[Key, Document | None] = {}  # looked up together; None: there is none

    def load(self, kind: str, uid: str) -> Document | None:
        key = (kind, uid)
        return self._changed.get(key) or (self._at_hand[key] if key in self._at_hand else super().load(*key))

    def append(self, events: Sequence[Event]) -> Sequence[Recorded]:
        if self.rules.protect is not None:  # which fields are secret, an event before may say
            return [each for event in events for each in self._append([self._kept(event)])]
        return self._append(events)

    def _append(self, events: Sequence[Event]) -> Sequence[Recorded]:
        found = [self.stamp.on(event, self.seq + 1 + place) for place, event in enumerate(events)]
        self.staged.extend(found)
        self._fold(found)
        return found

    def _kept(self, event: Event) -> Event:
        protect = self.rules.protect
        return protect(event, self.load(event.document, event.uid)) if protect else event

    def abandon(self) -> None:
        self.abandoned = True

    def finish(self) -> None:
        """Write the line of what was appended."""
        if not self.staged:
            return
        touched = dict.fromkeys((r.event.document, r.event.uid) for r in self.staged)
        marks = [FileMark(kind=k, uid=u, revision=self._changed[k, u].revision) for k, u in touched]
        line = log_line.make(self.stamp, self.head.hash, self.staged, marks)
        with telling_of_letters():
            text, name = log_line.encode(line)
        self._log([(line, text.removesuffix(b"\n"), name)])
        self.staged = []
        self._end_at(line.last_seq, name)

    def receive(self, texts: Sequence[bytes]) -> None:
        """Append lines another store wrote, verbatim, and fold them.

        Raises:
            Damaged: a line is broken, or does not follow the one before.
        """
        taken = log_line.following(texts, seq=self.head.seq, prev=self.head.hash)
        self._log([(line, text, name) for text, (line, name) in zip(texts, taken, strict=True)])
        self._fold(recorded for line, _ in taken for recorded in line.recorded())
        last, name = taken[-1] if taken else (None, self.head.hash)
        self._end_at(last.last_seq if last else self.head.seq, name)

    def _fold(self, events: Iterable[Recorded]) -> None:
        touched: dict[Key, Document] = {}
        fresh: set[str] = set()  # uids of documents that were not there before
        for recorded in self._looked_up(events):
            key = (recorded.event.document, recorded.event.uid)
            before = touched.get(key) or self.load(*key)
            if before is None:
                fresh.add(key[1])
            touched[key] = self.rules.evolve(before, recorded)
        self._changed.update(touched)
        rows = {key: self.rules.summarise(document) for key, document in touched.items() if is_milestone(document)}
        with telling_of_letters():
            self._keep_narrow([document for document in touched.values() if is_milestone(document)], rows, fresh)
            kept = [records.kept(document, rows.get(key)) for key, document in touched.items()]
            self.connection.many(SQL["keep"], kept)

    def _looked_up(self, events: Iterable[Recorded]) -> Iterable[Recorded]:
        """Return the events with the documents at hand that many are about: one by one each is a round trip."""
        found = list(events)
        asked = dict.fromkeys((r.event.document, r.event.uid) for r in found)
        wanted = [key for key in asked if key not in self._changed and key not in self._at_hand]
        if len(wanted) <= FEW:
            return found
        self._at_hand |= dict.fromkeys(wanted)
        for kind in dict.fromkeys(kind for kind, _ in wanted):
            self._take_in_hand(kind, [uid for other, uid in wanted if other == kind])
        return found

    def _take_in_hand(self, kind: str, uids: Sequence[str]) -> None:
        for row in among.rows(self.connection, SQL["documents_of"], "uid", uids, [kind]):
            document = records.document_of(row)
            self._at_hand[document.kind, document.uid] = document

    def _keep_narrow(self, documents: Sequence[Document], rows: Mapping[Key, Row], fresh: set[str]) -> None:
        if not documents:
            return
        there = [(d.uid, None if d.away or d.deleted else rows[d.kind, d.uid]) for d in documents]
        sums = narrow.sums(self.connection)
        old = [uid for uid, _ in there if uid not in fresh]
        known: dict[str, str] = dict(among.rows(self.connection, SQL["counted"], "m.uid", old))
        for document, (uid, row) in zip(documents, there, strict=True):
            self._number(document)
            if uid in known:
                sums.add(records.DECODER.decode(known[uid]), -1)
            if row is not None:
                sums.add(row)
        narrow.keep(self.connection, there, known)
        self.connection.run(SQL["set_totals"], sums.values())

    def _number(self, document: Document) -> None:
        names = (document.body.get("id"), *(document.body.get("formerly") or ()))
        self.last_number = max(self.last_number, *(number_of(str(name)) or 0 for name in names))

    def _log(self, lines: Sequence[tuple[Line, bytes, str]]) -> None:
        """Write lines, each with its bytes and its hash."""
        self.connection.many(SQL["add_line"], [(*line_row(line, name), text) for line, text, name in lines])
        events = [event_row(recorded, line.seq) for line, _, _ in lines for recorded in line.recorded()]
        self.connection.many(SQL["add_event"], events)

    def _end_at(self, seq: int, name: str) -> None:
        self.head = msgspec.structs.replace(
            self.head, seq=seq, hash=name, epoch=self.epoch, last_number=self.last_number
        )
        self.connection.run(SQL["set_head"], self.head.values())


def line_row(line: Line, name: str) -> tuple[str | int | None, ...]:
    """Return the row of a transaction in the table `line`, without its text."""
    return (line.seq, line.last_seq, name, line.at, line.operation, line.session, line.actor.name)


def event_row(recorded: Recorded, first: int) -> tuple[str | int | None, ...]:
    """Return the row of an event in the table `event`."""
    event = recorded.event
    about = (event.kind, event.document, event.uid, event.milestone, event.task)
    return (recorded.seq, first, *about, recorded.actor.name, recorded.at)


class SqlAlone(SqlMoment):
    """The store while nobody else can write."""

    def forward(self, address: str | None) -> None:
        self.moved_to = address
        self.head = msgspec.structs.replace(self.head, moved_to=address)
        self.connection.run(SQL["set_head"], self.head.values())


def is_milestone(document: Document) -> bool:
    """Tell whether a document has a row."""
    return document.kind == "milestone"


def fill_anew(connection: Connection, rules: Rules, documents: Sequence[Document] | None = None) -> None:
    """Write every record's columns and narrow rows again from its body, and the sums over them.

    Without `documents` they are those that are kept; with them the table of records is empty.
    """
    if documents is None:
        documents = [records.document_of(found) for found in connection.rows(SQL["all_documents"])]
    kept = documents
    rows = {d.uid: rules.summarise(d) for d in kept if is_milestone(d)}
    live = [(d.uid, rows[d.uid]) for d in kept if is_milestone(d) and not (d.away or d.deleted)]
    for statement in ("forget_milestones", "forget_every_linked"):
        connection.run(SQL[statement])
    narrow.keep(connection, live)
    connection.run(SQL["set_totals"], narrow.sums_of(row for _, row in live).values())
    connection.many(SQL["keep"], [records.kept(d, rows[d.uid] if is_milestone(d) else None) for d in kept])


@contextmanager
def telling_of_letters() -> Iterator[None]:
    """Turn a text that no store can hold into a request that says so."""
    try:
        yield
    except UnicodeEncodeError as problem:
        raise errors.InvalidRequest(
            "A text is not valid Unicode.",
            why=f"{problem.object[problem.start : problem.end]!r} cannot be written to a file",
            next=["Type it again, in UTF-8."],
        ) from None
