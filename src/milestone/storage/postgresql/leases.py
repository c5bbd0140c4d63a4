"""Who is alive, as a database knows it: a row a process, which it must renew in time. The clock is the server's.

A lock of the session would be let go only when the server notices that a machine is gone; a row that is not
renewed says it to everybody after the same time, whatever became of machine and network.
"""

import threading

import psycopg
from psycopg import sql

from milestone import errors
from milestone.storage.postgresql import connection, problems
from milestone.storage.postgresql.address import Address
from milestone.storage.postgresql.connection import Line

TABLE = """CREATE TABLE IF NOT EXISTS lease (
    name text COLLATE "C" PRIMARY KEY,
    expires timestamptz NOT NULL
)"""
HOLD = """INSERT INTO lease VALUES (%s, clock_timestamp() + %s * interval '1 second')
    ON CONFLICT (name) DO UPDATE SET expires = excluded.expires WHERE lease.expires < clock_timestamp()
    RETURNING 1"""
RENEW = """UPDATE lease SET expires = clock_timestamp() + %s * interval '1 second'
    WHERE name = %s AND expires > clock_timestamp() RETURNING 1"""
LIVE = "SELECT 1 FROM lease WHERE name = %s AND expires > clock_timestamp()"
CLEAN = "DELETE FROM lease WHERE expires < clock_timestamp() - interval '1 day'"


class PgLeases:
    """The leases of one store; a connection of its own, so that no long write keeps a sign of life waiting."""

    def __init__(self, address: Address, seconds: float) -> None:
        self.seconds = seconds
        self._address = address
        self._turn = threading.Lock()
        self._line: Line | None = None

    def hold(self, name: str) -> bool:
        """Begin to be alive; say whether the name is ours. One that ran out is anybody's.

        Raises:
            NotPermitted: the table is missing, and this role may not make it.
            Busy: the server does not answer.
        """
        self._begin()
        self._asked(CLEAN, ())
        return self._asked(HOLD, (name, self.seconds))

    def renew(self, name: str) -> bool:
        """Stay alive; say whether it was in time. Raises as `hold`."""
        return self._asked(RENEW, (self.seconds, name))

    def is_live(self, name: str) -> bool:
        """Say whether somebody renewed that name in time. Raises as `hold`."""
        return self._asked(LIVE, (name,))

    def let_go(self, name: str) -> None:
        """Stop being alive at once. Raises as `hold`."""
        self._asked("DELETE FROM lease WHERE name = %s RETURNING 1", (name,))

    def close(self) -> None:
        """Close the connection."""
        with self._turn:
            self._drop()

    def _begin(self) -> None:
        if self._asked("SELECT 1 WHERE to_regclass('lease') IS NOT NULL", ()):
            return
        try:
            self._asked(TABLE, ())
        except errors.NotPermitted:
            raise errors.NotPermitted(
                "This database has no table in which processes say that they are alive.",
                why="it was set up for an older milestone, and this role may make no tables",
                next=["milestone schema postgresql   (its owner runs what that prints, once)"],
            ) from None

    def _asked(self, statement: str, values: tuple[object, ...]) -> bool:
        """Return whether a statement answered a row, on a connection that is made anew when the last one broke."""
        with self._turn:
            try:
                found = self._open().execute(statement.encode(), values)
                return found.description is not None and found.fetchone() is not None
            except psycopg.Error as problem:
                self._drop()
                raise problems.told(problem, self._address) from problem

    def _open(self) -> Line:
        if self._line is None:
            line = connection.connect(self._address)
            line.autocommit = True
            line.patience = self.seconds / 3
            where = sql.Identifier(self._address.schema)
            line.execute(sql.SQL("SET search_path TO {}").format(where))
            line.execute(sql.SQL("SET statement_timeout TO {}").format(sql.Literal(int(self.seconds * 333))))
            self._line = line
        return self._line

    def _drop(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None
