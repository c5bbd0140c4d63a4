"""The sqlite backend: records, log and all that is asked of them in `database/milestones.db`."""

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from milestone import registry
from milestone.storage import disk, located, locks, network_disk, witness
from milestone.storage.base import Evolve, Protect, Summarise, Warning
from milestone.storage.place import check_inside
from milestone.storage.sql import schema
from milestone.storage.sql.connection import Connection
from milestone.storage.sql.damage import damaged
from milestone.storage.sql.head import Head
from milestone.storage.sql.holding import held_by
from milestone.storage.sql.moment import SqlMoment
from milestone.storage.sql.statements import SQL
from milestone.storage.sql.store import SqlStore
from milestone.storage.sql.transaction import fill_anew
from milestone.storage.sqlite_connection import SqliteConnection
from milestone.storage.sqlite_connections import Connections
from milestone.storage.vault import Vault
from milestone.storage.witness import Witness

DATABASE = os.path.join("database", "milestones.db")
ROW = "milestone.domain.summary:row"
WITNESS = os.path.join("local", "milestones.db.head")


class SqliteStore(SqlStore):
    """Records under one `.milestones/`, in one SQLite file (WAL, every commit synced)."""

    def __init__(
        self,
        root: str | os.PathLike[str],
        *,
        evolve: Evolve,
        summarise: Summarise,
        protect: Protect | None = None,
        vault: Vault | None = None,
    ) -> None:
        super().__init__(evolve=evolve, summarise=summarise, protect=protect, vault=vault)
        self.root = os.path.abspath(os.fspath(root))
        self.path = os.path.join(self.root, DATABASE)
        self.witness = os.path.join(self.root, WITNESS)
        self._connections = Connections(self.path)

    @contextmanager
    def read_turn(self) -> Iterator[Connection]:
        told = witness.read(self.witness)  # before the moment begins: a later writer tells of what we cannot see
        if not os.path.exists(self.path):
            _hold_against(None, told)
            with _empty() as connection:
                yield connection
            return
        with self._connections.one() as connection:
            connection.begin_reading()
            _hold_against(connection, told)
            if not connection.is_begun():
                with _empty() as nothing:
                    yield nothing
            elif connection.rows(SQL["head"])[0][6] < schema.FORMAT:
                with self._copy(connection) as newer:
                    yield newer
            else:
                yield connection

    @contextmanager
    def write_turn(self, timeout: float, *, alone: bool = False) -> Iterator[Connection]:
        check_inside(self.root)
        local = os.path.dirname(self.witness)
        with disk.telling(self.root):
            disk.make_folder(local)
        with locks.alone(local, timeout) if alone else locks.commit_turn(local, timeout), self._writing() as it:
            yield it

    @contextmanager
    def receive_turn(self, timeout: float) -> Iterator[Connection]:
        if located.read(self.root).backend == "sqlite":
            with self.write_turn(timeout) as connection:
                yield connection
            return
        check_inside(self.root)
        local = os.path.dirname(self.witness)
        with disk.telling(self.root):
            disk.make_folder(local)
        with locks.receiving(local, timeout), self._writing() as it:
            yield it

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        told = witness.read(self.witness)
        if not os.path.exists(self.path):
            _hold_against(None, told)
            with disk.telling(self.root):
                disk.make_folder(os.path.dirname(self.path))
        with self._connections.one() as connection:
            if connection.rows("PRAGMA journal_mode = WAL") != [("wal",)]:
                raise damaged(f"{self.path} keeps no write-ahead log")
            connection.begin_writing()
            _hold_against(connection, told)
            yield connection

    @contextmanager
    def caring(self, timeout: float) -> Iterator[SqliteConnection]:
        """Open a connection in the writer's turn, without a transaction: for what SQLite does by itself."""
        check_inside(self.root)
        with locks.commit_turn(os.path.dirname(self.witness), timeout):
            told = witness.read(self.witness)
            with self._connections.one() as connection:
                _hold_against(connection, told)
                yield connection

    def place(self) -> str:
        return str(os.stat(self.root).st_ino)

    def held(self, moment: SqlMoment) -> Mapping[str, str]:
        return held_by(self.root, moment)

    def wrote(self, head: Head) -> None:
        witness.write(self.witness, head.seq, head.hash)

    def told(self) -> Sequence[Warning]:
        return network_disk.warnings(self.path)

    def keep_old(self, _connection: Connection, format: int) -> None:
        folder = os.path.join(self.root, "backups")
        with disk.telling(folder):
            disk.make_folder(folder)
        target = os.path.join(folder, f"milestones-format-{format}.db")
        disk.remove(target)
        with self._connections.one() as before:  # what is committed; the writer's turn keeps it so
            before.copy_to(target)

    def close(self) -> None:
        """Let go of the file."""
        self._connections.close()

    @contextmanager
    def _copy(self, connection: SqliteConnection) -> Iterator[SqliteConnection]:
        """Open a copy in memory of a database of an older program, brought to this one's format."""
        with _memory() as newer:
            connection.raw.backup(newer.raw)
            schema.migrate(newer, int(newer.rows(SQL["head"])[0][6]))
            fill_anew(self.rules.opened(newer), self.rules)
            yield newer


def near(root: str | os.PathLike[str], box: Callable[[], Any]) -> AbstractContextManager[SqlMoment]:
    """Open one moment of the database in a folder, for who only looks: rules are loaded when they are needed.

    `box` is asked for the keys where something is sealed.
    """
    vault = Vault(box)
    store = SqliteStore(root, evolve=_late("milestone.domain.evolve:evolve"), summarise=_late(ROW), vault=vault)
    return store.reading()


def _late(target: str) -> Callable[..., Any]:
    return lambda *given: registry.load(target)(*given)


@contextmanager
def _memory() -> Iterator[SqliteConnection]:
    raw = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    try:
        yield SqliteConnection(raw, ":memory:")
    finally:
        raw.close()


@contextmanager
def _empty() -> Iterator[SqliteConnection]:
    """Open a store in which nothing happened yet."""
    with _memory() as connection:
        schema.migrate(connection, 0)
        connection.run(SQL["begin_head"], Head(format=schema.FORMAT).values())
        yield connection


def _hold_against(connection: SqliteConnection | None, told: Witness | None) -> None:
    """Refuse a database that is not what it was known to be.

    Raises:
        Damaged: it is missing, empty, older than what was acknowledged, or another one.
    """
    if told is None:
        return
    if connection is None:
        raise damaged("database/milestones.db is missing")
    if not connection.is_begun():
        raise damaged("database/milestones.db is empty")
    seq, name = connection.rows(SQL["head"])[0][:2]
    if seq < told.seq:
        raise damaged(
            f"it ends at event {seq}, and event {told.seq} was stored: a part of it was lost or replaced"
        )
    if told.seq and (name if seq == told.seq else _hash_at(connection, told.seq)) != told.hash:
        raise damaged(f"event {told.seq} is not the one that was stored: another database lies in its place")


def _hash_at(connection: SqliteConnection, seq: int) -> str | None:
    found = connection.rows(SQL["line_ending"], (seq,))
    return str(found[0][0]) if found else None
