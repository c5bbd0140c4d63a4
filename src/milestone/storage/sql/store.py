"""A store in a database, whichever: opens moments and transactions over the connection a kind brings."""

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import msgspec

from milestone.domain.document import Actor
from milestone.storage.base import Evolve, Mark, Protect, Stamp, Summarise, Warning
from milestone.storage.sql import head as heads
from milestone.storage.sql import resealing, schema, verifying
from milestone.storage.sql.connection import Connection
from milestone.storage.sql.head import Head
from milestone.storage.sql.moment import Rules, SqlMoment
from milestone.storage.sql.statements import SQL
from milestone.storage.sql.transaction import SqlAlone, SqlTxn, fill_anew
from milestone.storage.vault import Vault

RECEIVING = 10.0  # seconds to wait for the right to write
NOBODY = Stamp(actor=Actor(name="milestone", kind="service"), at="")  # lines that are received have their own


class SqlStore(ABC):
    """Documents and events in tables; `reading`, `transaction` and `verify` are the same for every database."""

    def __init__(
        self,
        *,
        evolve: Evolve,
        summarise: Summarise,
        protect: Protect | None = None,
        vault: Vault | None = None,
    ) -> None:
        self.rules = Rules(evolve, summarise, protect, vault)

    # -- what a kind brings

    @abstractmethod
    def read_turn(self) -> AbstractContextManager[Connection]:
        """Open a connection at one moment; to a database that is not begun yet, an empty one in its place."""

    @abstractmethod
    def write_turn(self, timeout: float, *, alone: bool = False) -> AbstractContextManager[Connection]:
        """Open a connection with the head row locked, or to a database not begun; on exit nothing stays open.

        `alone` also keeps out who waits for its turn in this clone: for a cut-over, which must not wait long.

        Raises:
            Busy: another writer kept the store longer than `timeout` seconds.
        """

    def receive_turn(self, timeout: float) -> AbstractContextManager[Connection]:
        """Open a connection to write what a migration brings; who waits for its turn elsewhere is not held up."""
        return self.write_turn(timeout)

    @abstractmethod
    def place(self) -> str:
        """Return what the database belongs to; one that finds itself elsewhere is a copy and gets a new epoch."""

    @abstractmethod
    def keep_old(self, connection: Connection, format: int) -> None:
        """Back the database up before it is brought from an older format to this program's."""

    def held(self, _moment: SqlMoment) -> Mapping[str, str]:
        """Return milestone uid -> session id for every milestone that a live run holds."""
        return {}

    @abstractmethod
    def wrote(self, head: Head) -> None:
        """Be told where the store ends after a write, before anybody else may write."""

    def told(self) -> Sequence[Warning]:
        """Return what people should know of where the database lies."""
        return ()

    def commit(self, connection: Connection, _head: Head) -> None:
        """Make the transaction that ends at this head durable."""
        connection.commit()

    # -- what every kind does

    @contextmanager
    def reading(self) -> Iterator[SqlMoment]:
        with self.read_turn() as connection:
            moment = SqlMoment(self.rules.opened(connection), heads.read(connection), self.rules, self.held)
            moment.warnings = list(self.told())
            yield moment

    @contextmanager
    def transaction(self, stamp: Stamp, *, timeout: float = 10.0) -> Iterator[SqlTxn]:
        with self.write_turn(timeout) as connection:
            txn = SqlTxn(self.rules.opened(connection), self.begun(connection), self.rules, self.held, stamp)
            txn.warnings = list(self.told())
            yield txn
            if txn.abandoned:
                connection.roll_back()
            else:
                txn.finish()
                self._done(connection, txn.head)

    def receive(self, lines: Sequence[bytes], *, epoch: str) -> Mark:
        with self.receive_turn(RECEIVING) as connection:
            head = msgspec.structs.replace(self.begun(connection), epoch=epoch)
            txn = SqlTxn(self.rules.opened(connection), head, self.rules, self.held, NOBODY)
            txn.receive(lines)
            self._done(connection, txn.head)
        return txn.mark

    @contextmanager
    def alone(self, *, limit: float) -> Iterator[SqlAlone]:
        with self.write_turn(limit, alone=True) as connection:
            head = self.begun(connection)
            alone = SqlAlone(self.rules.opened(connection), head, self.rules, self.held)
            yield alone
            self._done(connection, alone.head)

    def verify(self) -> Mapping[str, Any]:
        return verifying.verify(self.read_turn, self.rules)

    def reseal(self, timeout: float) -> int:
        """Seal what stands in the clear, or open what is sealed, as is wished now; return how many lines."""
        with self.write_turn(timeout) as connection:
            head = self.begun(connection)
            lines = resealing.differing(connection, self.rules)
            if lines:
                resealing.rewrite(connection, self.rules, lines)
                self._done(connection, head)
            return len(lines)

    def begun(self, connection: Connection) -> Head:
        """Return the head of a database that can be written: begun, upgraded, and its place known."""
        if not connection.is_begun():
            schema.migrate(connection, 0)
            connection.run(SQL["begin_head"], Head(format=schema.FORMAT).values())
        head = heads.read(connection)
        schema.check_writable(head.format)
        if head.format < schema.FORMAT:
            self.keep_old(connection, head.format)
            schema.migrate(connection, head.format)
            head = msgspec.structs.replace(head, format=schema.FORMAT)
            fill_anew(self.rules.opened(connection), self.rules)
            connection.run(SQL["set_head"], head.values())
        if head.place != self.place() or not head.epoch:
            head = msgspec.structs.replace(head, place=self.place(), epoch=os.urandom(4).hex())
        return head

    def _done(self, connection: Connection, head: Head) -> None:
        self.commit(connection, head)
        self.wrote(head)
