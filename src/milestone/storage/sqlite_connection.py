"""A connection to SQLite, its errors in our words."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from milestone import errors
from milestone.storage import disk
from milestone.storage.sql.connection import Found, Value
from milestone.storage.sql.damage import damaged

BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL")
FULL = {
    "SQLITE_FULL": "the disk is full",
    "SQLITE_READONLY": "it is read-only",
    "SQLITE_IOERR": "the disk failed",
    "SQLITE_CANTOPEN": "it cannot be opened",
    "SQLITE_PERM": "you may not write there",
    "SQLITE_NOLFS": "the disk takes no files of that size",
}


class SqliteConnection:
    """One connection in the process that opened it."""

    words: Mapping[str, str] = {"NUMBER": "INTEGER", "WORD": "TEXT", "BYTES": "BLOB"}

    def __init__(self, raw: sqlite3.Connection, path: str) -> None:
        self.raw = raw
        self.path = path

    def rows(self, statement: str, values: Sequence[Value] = ()) -> list[Found]:
        with telling(self.path):
            return self.raw.execute(statement, values).fetchall()

    def stream(self, statement: str, values: Sequence[Value] = ()) -> Iterator[Found]:
        with telling(self.path):
            yield from self.raw.execute(statement, values)

    def run(self, statement: str, values: Sequence[Value] = ()) -> None:
        with telling(self.path):
            self.raw.execute(statement, values)

    def many(self, statement: str, values: Iterable[Sequence[Value]]) -> None:
        with telling(self.path):
            self.raw.executemany(statement, values)

    def now(self) -> str | None:
        return None  # it lives in our process, on our machine's clock

    def is_begun(self) -> bool:
        return bool(self.rows("SELECT 1 FROM sqlite_master WHERE name = 'head'"))

    def sound(self) -> list[str]:
        found = [str(row[0]) for row in self.rows("PRAGMA integrity_check")]
        return [] if found == ["ok"] else found

    def begin_reading(self) -> None:
        """Stand still at one moment, from the first look on."""
        self.run("BEGIN")

    def begin_writing(self) -> None:
        """Take the one right to write."""
        self.run("BEGIN IMMEDIATE")

    def commit(self) -> None:
        self.run("COMMIT")

    def roll_back(self) -> None:
        if self.raw.in_transaction:
            self.run("ROLLBACK")

    def copy_to(self, path: str) -> None:
        """Copy what is committed into a new file, durable when the call returns."""
        with telling(path), sqlite3.connect(path, isolation_level=None) as target:
            self.raw.backup(target)
        target.close()
        disk.sync_file(path)

    def close(self) -> None:
        """Let go of the file."""
        self.raw.close()


@contextmanager
def telling(path: str) -> Iterator[None]:
    """Turn SQLite's errors inside the block into ours.

    Raises:
        Busy, NotWritable, Damaged
    """
    try:
        yield
    except (sqlite3.Warning, sqlite3.Error) as problem:
        raise error(problem, path) from problem


def error(problem: Exception, path: str) -> errors.MilestoneError:
    """Return what to tell of an error of SQLite's."""
    name = str(getattr(problem, "sqlite_errorname", ""))
    if name.startswith(BUSY):
        return errors.Busy(
            "The store is busy.",
            why="another process uses the database",
            next=["Try again, or wait longer with --lock-timeout SECONDS."],
            retry_after_ms=500,
        )
    for known, why in FULL.items():
        if name.startswith(known):
            return errors.NotWritable(
                f"{path} cannot be used.",
                why=f"{why}; nothing was changed",
                next=["Make room or rights there, then try again."],
            )
    return damaged(f"{path}: {problem}")
