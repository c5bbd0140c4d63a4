"""Make a damaged store in PostgreSQL whole, in one transaction: its log from its own lines, else those of backups.

Records, what is asked of them and sums follow from the log and are written anew. The role that programs use may do
that, and add lines that are missing; only the owner of the tables may take back what is in the log and is wrong.
"""

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec

from milestone import errors
from milestone.domain.document import Document
from milestone.ids import number_of
from milestone.storage import disk, log_line, salvage
from milestone.storage.log_line import Line
from milestone.storage.postgres import PostgresStore
from milestone.storage.postgresql import turns
from milestone.storage.postgresql.connection import PgConnection
from milestone.storage.salvage import Source
from milestone.storage.sql import head as heads
from milestone.storage.sql import schema
from milestone.storage.sql.connection import Found, Value
from milestone.storage.sql.head import Head
from milestone.storage.sql.moment import Key, Rules
from milestone.storage.sql.statements import SQL
from milestone.storage.sql.transaction import event_row, fill_anew, line_row
from milestone.storage.witness import Witness

ALONE = "SELECT pg_try_advisory_xact_lock(hashtextextended('milestone repair ' || ?, 0))"
HEAD = "SELECT seq, hash, epoch, last_number, moved_to, place, format, checked FROM head WHERE one = 1 FOR UPDATE"
LOG = "SELECT first, last, hash, at, operation, session, actor, text FROM line ORDER BY first"
NO_TOTALS = "INSERT INTO totals (one, recorded, proven) VALUES (1, '{}', '{}')"
DROP = {"line": "DELETE FROM line WHERE first = ?", "event": "DELETE FROM event WHERE seq = ?"}
ADD = {"line": SQL["add_line"], "event": SQL["add_event"]}
EMPTY = ("DELETE FROM document", "DELETE FROM milestone", "DELETE FROM linked")
TABLES = ("head", "line", "event", "document", "totals")
KEPT = os.path.join("database", "damaged")
ENCODER = msgspec.json.Encoder(enc_hook=str)
Rows = dict[int, tuple[Value, ...]]


def repair(store: PostgresStore, *, timeout: float, others: Sequence[Source] = ()) -> list[str]:
    """Return a sentence for each thing put right; none when the store is sound.

    What is replaced is kept first in `database/damaged/`, as rows, one JSON value a line.

    Raises:
        Busy: another process repairs it, or keeps it locked; nothing was changed.
        NotPermitted: what is to be done only the owner of the tables may do; nothing was changed.
        Refused: another project keeps its records there.
        Damaged: neither it nor a backup holds anything of the log.
    """
    if store.verify()["ok"]:
        return []
    with turns.locked(store.pool, ALONE, timeout) as connection:
        repaired = _Repair(store, connection, others)
        told = repaired.mend()
        connection.commit()
    store.seen.replace(repaired.head.seq, repaired.head.hash)
    return told


class _Repair:
    """One repair, inside the transaction that holds the store."""

    def __init__(self, store: PostgresStore, connection: PgConnection, others: Sequence[Source]) -> None:
        self.store = store
        self.connection = connection
        self.opened = store.rules.opened(connection)
        self.known = store.seen.read()
        self._make_tables()
        self.rows = {int(row[0]): tuple(row) for row in connection.rows(LOG)}
        self.before = _head_of(connection.rows(HEAD))
        self._check_ours()
        own = ("the database", _texts(self.rows, store.rules))
        self.salvaged = salvage.put_together([own, *others])
        self.head = Head()

    def mend(self) -> list[str]:
        if not self.salvaged.lines:
            raise errors.Damaged(
                "Nothing of the log is left, neither in the database nor in a backup.",
                why="not one line of it can be read",
                next=["Bring a backup of the database back with the server's own tools."],
                code="database_damaged",
            )
        where = self._set_aside()
        try:
            told = self._mended(where)
        except errors.MilestoneError:
            shutil.rmtree(os.path.join(self.store.root, where), ignore_errors=True)  # all is still where it was
            raise
        return [" ".join(told)]

    def _mended(self, where: str) -> list[str]:
        lines = [log_line.decode(text) for text in self.salvaged.lines]
        wrong = self._log(lines)
        documents = self._records(line for line, _ in lines)
        whole = self._is_whole()
        self._end(documents, whole=whole)
        return list(self._told(where, wrong, whole=whole))

    def _make_tables(self) -> None:
        if self.connection.is_begun():
            return
        with _only_the_owner("the tables are gone"):
            turns.create(self.connection)
            schema.migrate(self.connection, 0)
            self.connection.run(SQL["begin_head"], Head(format=schema.FORMAT).values())

    def _check_ours(self) -> None:
        if self.before is not None and self.before.place not in ("", self.store.place()):
            raise errors.Refused(
                "Another project keeps its records there.",
                why="a schema holds one project; this folder belongs to another",
                next=["Add ?schema=NAME to the address, with a name of this project's own."],
                code="foreign_schema",
            )

    def _log(self, lines: Sequence[tuple[Line, str]]) -> int:
        """Bring the tables of the log to these lines; return how many rows were there and wrong."""
        kept = zip(lines, self.salvaged.lines, strict=True)
        wanted: Rows = {line.seq: (*line_row(line, name), text) for (line, name), text in kept}
        events = (event_row(recorded, line.seq) for line, _ in lines for recorded in line.recorded())
        there = {int(row[0]): tuple(row) for row in self.connection.rows(SQL["every_event"])}
        clear = {first: _in_clear(row, self.store.rules) for first, row in self.rows.items()}
        wrong = self._bring("line", wanted, clear)
        return wrong + self._bring("event", {int(str(row[0])): row for row in events}, there)

    def _bring(self, table: str, wanted: Rows, there: Rows) -> int:
        wrong = [key for key, row in there.items() if wanted.get(key) != row]
        if wrong:
            with _only_the_owner(f"{len(wrong)} rows of the table {table} have to go"):
                self.connection.many(DROP[table], [(key,) for key in wrong])
        missing = [row for key, row in wanted.items() if there.get(key) != row]
        self.opened.many(ADD[table], missing)
        return len(wrong)

    def _records(self, lines: Iterable[Line]) -> dict[Key, Document]:
        """Fold the log and write every record anew, with all that is asked of them."""
        documents: dict[Key, Document] = {}
        for recorded in (recorded for line in lines for recorded in line.recorded()):
            key = (recorded.event.document, recorded.event.uid)
            documents[key] = self.store.rules.evolve(documents.get(key), recorded)
        for statement in EMPTY:
            self.connection.run(statement)
        if not self.connection.rows(SQL["totals"]):
            with _only_the_owner("the row of sums is gone"):
                self.connection.run(NO_TOTALS)
        fill_anew(self.opened, self.store.rules, list(documents.values()))
        return documents

    def _end(self, documents: dict[Key, Document], *, whole: bool) -> None:
        before = self.before
        self.head = Head(
            seq=self.salvaged.seq,
            hash=self.salvaged.hash,
            epoch=before.epoch if before is not None and whole else os.urandom(4).hex(),
            last_number=max((_number(document) for document in documents.values()), default=0),
            moved_to=before.moved_to if before is not None else None,
            place=self.store.place(),
            format=before.format if before is not None else schema.FORMAT,
        )
        if not self.connection.rows(HEAD):
            with _only_the_owner("the row that says where the store ends is gone"):
                self.connection.run(SQL["begin_head"], Head(format=self.head.format).values())
        self.connection.run(SQL["set_head"], self.head.values())

    def _is_whole(self) -> bool:
        """Tell whether the log goes on to all that anybody knows was stored."""
        marks = [self.known] if self.known.seq else []
        marks += [Witness(self.before.seq, self.before.hash)] if self.before is not None else []
        last = max(self.rows, default=0)
        return bool(marks) and last <= self.salvaged.seq and all(self.salvaged.holds(*mark) for mark in marks)

    def _set_aside(self) -> str:
        folder = os.path.join(self.store.root, KEPT)
        where = os.path.join(KEPT, str(len(disk.names(folder)) + 1))
        kept = os.path.join(self.store.root, where)
        with disk.telling(kept):
            disk.make_folder(kept)
            for table in TABLES:
                found = self.connection.stream(f"SELECT * FROM {table}")
                data = b"".join(ENCODER.encode([_plain(value) for value in row]) + b"\n" for row in found)
                disk.write_new(os.path.join(kept, f"{table}.jsonl"), data)
            disk.sync_folder(kept)
        return where

    def _told(self, where: str, wrong: int, *, whole: bool) -> Iterator[str]:
        yield f"The database was damaged. All it held is kept in {where}/."
        if wrong:
            yield f"{wrong} rows of the log were not what was written and were replaced."
        yield from (salvage.told(found) for found in self.salvaged.found)
        yield "Records, what is asked of them and sums were made anew from the log."
        if whole:
            yield f"It is whole again, up to event {self.salvaged.seq}: nothing is lost."
        else:
            yield f"It goes up to event {self.salvaged.seq}; whether more came after nobody knows."
            yield "A new epoch begins."


@contextmanager
def _only_the_owner(what: str) -> Iterator[None]:
    """Say of a refusal inside the block what the role lacks the right for."""
    try:
        yield
    except errors.NotPermitted as problem:
        raise errors.NotPermitted(
            "Only the owner of the tables can put this right; nothing was changed.",
            why=f"{what}, and the role programs use may add to the log and take nothing from it",
            next=["MILESTONE_DSN=ADDRESS_AS_THE_OWNER milestone doctor --repair", "milestone backup restore last"],
            code="role_lacks_right",
        ) from problem


def _head_of(found: Sequence[Found]) -> Head | None:
    """Return the head row where it is what was written."""
    if not found:
        return None
    *values, checked = found[0]
    if checked != heads.checksum(tuple(values)):
        return None
    return Head(**dict(zip(Head.__struct_fields__, values, strict=True)))


def _texts(rows: Rows, rules: Rules) -> Iterator[bytes]:
    for row in rows.values():
        text = _in_clear(row, rules)[-1]
        assert isinstance(text, bytes)
        yield text


def _in_clear(row: tuple[Value, ...], rules: Rules) -> tuple[Value, ...]:
    """Return a row of the log with its text in the clear; as it is where it is not what was sealed."""
    *others, text = row
    assert isinstance(text, bytes | memoryview)
    try:
        return (*others, bytes(rules.in_clear(SQL["line_at"], (row[0], row[2], bytes(text)))[2]))
    except errors.Damaged:
        return (*others, bytes(text))


def _number(document: Document) -> int:
    names = (document.body.get("id"), *(document.body.get("formerly") or ()))
    return max(number_of(str(name)) or 0 for name in names)


def _plain(value: Any) -> Any:
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else value
