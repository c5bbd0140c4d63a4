"""Connections to one SQLite file, kept between uses and dropped when the file is another or we are a child."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from milestone.storage.sqlite_connection import SqliteConnection, telling

IDLE = 4  # kept for the next use
WAITS = 5.0  # seconds to wait for who keeps the file for a moment: a checkpoint, a recovery
QUOTED = {"%": "%25", "?": "%3f", "#": "%23"}


class Connections:
    """What is open to `path`; nobody else in this process may open it: closing it would drop SQLite's locks."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._idle: list[SqliteConnection] = []
        self._owner = (0, 0, 0)
        self._turn = threading.Lock()

    @contextmanager
    def one(self) -> Iterator[SqliteConnection]:
        """Lend a connection; whatever is open on it afterwards is rolled back."""
        owner = self._owner_now()
        with self._turn:
            if owner != self._owner:
                self._drop()
                self._owner = owner
            connection = self._idle.pop() if self._idle else None
        connection = connection or opened(self.path)
        try:
            yield connection
            connection.roll_back()
        except BaseException:
            _close_quietly(connection)
            raise
        with self._turn:
            if len(self._idle) < IDLE and owner == self._owner == self._owner_now():
                self._idle.append(connection)
                return
        connection.close()

    def close(self) -> None:
        """Let go of the file."""
        with self._turn:
            self._drop()

    def _drop(self) -> None:
        idle, self._idle = self._idle, []
        if self._owner[0] == os.getpid():
            for connection in idle:
                connection.close()
        else:  # a parent's: to close them here would touch its locks
            LEFT.extend(idle)

    def _owner_now(self) -> tuple[int, int, int]:
        try:
            found = os.stat(self.path)
        except OSError:
            return os.getpid(), 0, 0
        return os.getpid(), found.st_dev, found.st_ino


LEFT: list[SqliteConnection] = []  # of a parent process, never closed in a child


def _close_quietly(connection: SqliteConnection) -> None:
    try:
        connection.roll_back()
    finally:
        connection.close()


def opened(path: str) -> SqliteConnection:
    """Return a connection to the file, which is made when it is missing; a disk that cannot be written is read.

    Raises:
        NotWritable, Damaged, Busy: as SQLite says.
    """
    raw = _connected(path, "mode=rwc")
    try:
        raw.execute("PRAGMA synchronous = FULL")
        raw.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    except sqlite3.OperationalError as problem:
        raw.close()
        name = getattr(problem, "sqlite_errorname", "")
        if not name.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY")) or _has_tail(path):
            with telling(path):
                raise
        raw = _connected(path, "immutable=1")
    except sqlite3.Error:
        raw.close()
        with telling(path):
            raise
    return SqliteConnection(raw, path)


def _connected(path: str, how: str) -> sqlite3.Connection:
    quoted = "".join([QUOTED.get(letter, letter) for letter in path])
    with telling(path):
        return sqlite3.connect(
            f"file:{quoted}?{how}",
            uri=True,
            isolation_level=None,
            timeout=WAITS,
            check_same_thread=False,
        )


def _has_tail(path: str) -> bool:
    try:
        return os.path.getsize(path + "-wal") > 0
    except OSError:
        return False
