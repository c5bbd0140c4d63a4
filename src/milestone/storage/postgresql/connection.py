"""One connection to PostgreSQL as the shared SQL wants it: values at `?`, errors of ours, no endless wait."""

import functools
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString, NamedTuple, TypeVar

import psycopg
from psycopg import errors as refusals
from psycopg import sql
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus

from milestone.storage.postgresql import problems
from milestone.storage.postgresql.address import Address
from milestone.storage.sql.connection import Found, Value
from milestone.storage.sql.damage import damaged

T = TypeVar("T")
STATEMENT = 60.0  # seconds one statement may take at the server
GRACE = 5.0  # seconds more until we no longer believe that an answer comes
IDLE = 60.0  # seconds a transaction may stand still: a stopped process must not keep others from writing
BATCH = 500  # rows fetched at a time from a long answer


WORDS: Mapping[str, str] = {"NUMBER": "bigint", "WORD": 'text COLLATE "C"', "BYTES": "bytea"}
LOCKED = "SELECT seq, hash, epoch, place, pg_current_xact_id()::text, format FROM head WHERE one = 1 FOR UPDATE"
NOW = """SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"""
SEEN = "SELECT seq, hash, epoch, place, '', format FROM head WHERE one = 1"


class End(NamedTuple):
    """The head row as far as connections are concerned; `transaction` is the server's number of a writing one."""

    seq: int
    hash: str
    epoch: str
    place: str
    transaction: str
    format: int


class Line(psycopg.Connection[tuple[Any, ...]]):
    """A connection that does not wait for ever: a stopped server or a swallowed message ends it."""

    patience = STATEMENT + GRACE

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()  # an answer may still come, and would be taken for that of the next question
            raise


class PgConnection:
    """A connection leased for one moment or transaction."""

    words = WORDS

    def __init__(self, line: Line, address: Address) -> None:
        self.line = line
        self.address = address
        self.transaction = ""  # its number at the server, when it writes
        self.is_over = False  # committed or rolled back
        self._cursors = itertools.count()

    def rows(self, statement: str, values: Sequence[Value] = ()) -> list[Found]:
        self._check()
        with self.telling():
            return self.line.execute(translated(statement), values).fetchall()

    def stream(self, statement: str, values: Sequence[Value] = ()) -> Iterator[Found]:
        self._check()
        name = sql.Identifier(f"s{next(self._cursors)}")
        begin = sql.SQL("DECLARE {} NO SCROLL CURSOR FOR ").format(name) + sql.SQL(translated(statement))
        fetch = sql.SQL("FETCH {} FROM {}").format(sql.Literal(BATCH), name)
        with self.telling():
            self.line.execute(begin, values)  # the end of the transaction closes it
        while True:
            self._check()
            with self.telling():
                found = self.line.execute(fetch).fetchall()
            yield from found
            if len(found) < BATCH:
                return

    def run(self, statement: str, values: Sequence[Value] = ()) -> None:
        self._check()
        with self.telling():
            self.line.execute(translated(statement), values)

    def many(self, statement: str, values: Iterable[Sequence[Value]]) -> None:
        self._check()
        with self.telling(), self.line.cursor() as cursor:
            cursor.executemany(translated(statement), values)

    def now(self) -> str | None:
        return str(self.rows(NOW)[0][0])

    def is_begun(self) -> bool:
        return self.rows("SELECT to_regclass('head') IS NOT NULL")[0][0] is True

    def sound(self) -> list[str]:
        return []  # the server holds each page it reads against its checksum, and says so in its answer

    def end(self, *, lock: bool) -> End | None:
        """Return the head row, locked or not; None, and the transaction is over, when the schema is not begun."""
        statement = LOCKED if lock else SEEN
        try:
            with self.line.cursor() as cursor:
                found = cursor.execute(statement).fetchone()
        except refusals.UndefinedTable:
            self.roll_back()
            return None
        except psycopg.Error as problem:
            raise problems.told(problem, self.address) from problem
        if found is None:
            raise damaged("the row that says where the store ends is missing")
        return End(*found)

    def begin(self, kind: LiteralString, *, wait: float) -> None:
        """Open a transaction (`READ COMMITTED`, `REPEATABLE READ READ ONLY`) that waits so long for a lock."""
        limits = {
            "lock_timeout": f"{max(int(wait * 1000), 1)}ms",
            "statement_timeout": f"{int(STATEMENT * 1000)}ms",
            "idle_in_transaction_session_timeout": f"{int(IDLE * 1000)}ms",
        }
        parts = [sql.SQL("BEGIN ISOLATION LEVEL {}").format(sql.SQL(kind))]
        parts.append(sql.SQL("SET LOCAL search_path TO {}").format(sql.Identifier(self.address.schema)))
        parts += [
            sql.SQL("SET LOCAL {} TO {}").format(sql.Identifier(k), sql.Literal(v)) for k, v in limits.items()
        ]
        self.is_over = False
        with self.telling():
            self.line.execute(sql.SQL("; ").join(parts))  # one message: a round trip less a transaction

    def commit(self) -> None:
        self.is_over = True
        with self.telling():
            self.line.execute("COMMIT")

    def roll_back(self) -> None:
        self.is_over = True
        if self.line.closed or self.line.pgconn.transaction_status == TransactionStatus.IDLE:
            return
        try:
            self.line.execute("ROLLBACK")
        except psycopg.Error:
            self.line.close()  # the server rolls back what nobody can commit any more

    def _check(self) -> None:
        if self.is_over:  # the connection may be another's by now
            raise RuntimeError("This moment is over; what it hands out has to be looked at inside the block.")

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Turn refusals of the database into ours."""
        try:
            yield
        except psycopg.Error as problem:
            raise problems.told(problem, self.address) from problem
        except UnicodeEncodeError:
            raise
        except BaseException:
            # Somebody left in the middle of an answer (Ctrl-C): nobody may use the rest of it.
            self.line.close()
            raise


@functools.cache
def translated(statement: str) -> str:
    """Return a statement with psycopg's signs for values."""
    return statement.replace("%", "%%").replace("?", "%s")


def connect(address: Address) -> Line:
    """Return a new connection.

    Raises:
        NotReachable: the server does not answer, or does not let us in.
        Busy: it has no connection left.
    """
    try:
        # Prepared statements would not survive a pooler between us and the server.
        return Line.connect(address.dsn, autocommit=True, prepare_threshold=None)
    except psycopg.Error as problem:
        raise problems.told(problem, address) from problem
