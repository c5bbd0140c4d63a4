"""Open a moment or the one write transaction, on a server that may be starting, gone or not yet set up."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from milestone import errors
from milestone.storage.postgresql import problems
from milestone.storage.postgresql.address import Address
from milestone.storage.postgresql.connection import End, PgConnection
from milestone.storage.postgresql.pool import Pool
from milestone.storage.sql import schema
from milestone.storage.sql.head import Head
from milestone.storage.sql.statements import SQL

T = TypeVar("T")
SNAPSHOT = "REPEATABLE READ READ ONLY"
AGAIN = 2.0  # seconds a server that never answered is asked again: it may be starting
RETURNS = 10.0  # the same of one that answered before: work that goes on for hours outlives its restart
PAUSE = 0.05
CREATING = "SELECT pg_advisory_xact_lock(hashtextextended('milestone ' || ?, 0))"
THERE = """SELECT has_schema_privilege(oid, 'USAGE'), has_schema_privilege(oid, 'CREATE')
FROM pg_namespace WHERE nspname = ?"""
CREATE = 'CREATE SCHEMA "{}"'
EMPTY = "SET LOCAL search_path TO pg_temp"


def reading(
    pool: Pool, stack: ExitStack, *, wait: float, again: float | None = None
) -> tuple[PgConnection, End | None]:
    """Open one moment until the stack ends; None when there is no store in the schema, and nothing is open.

    Raises:
        NotReachable: the server does not answer, however often it is asked within `again` seconds.
        Busy: there is no connection for `wait` seconds.
    """

    def look(connection: PgConnection) -> End | None:
        connection.begin(SNAPSHOT, wait=wait)
        return connection.end(lock=False)

    return _opened(pool, stack, look, wait=wait, again=_patience(pool) if again is None else again)


def writing(pool: Pool, stack: ExitStack, *, wait: float) -> tuple[PgConnection, End | None]:
    """Open the one write transaction, its head row locked; None when the schema, made if need be, has no store.

    Raises:
        Busy: another writer keeps it for longer than `wait` seconds.
        NotReachable: the server does not answer.
    """
    until = time.monotonic() + wait

    def lock(connection: PgConnection) -> End | None:
        connection.begin("READ COMMITTED", wait=until - time.monotonic())
        end = connection.end(lock=True)
        if end is None:
            connection.begin("READ COMMITTED", wait=until - time.monotonic())
            end = create(connection)
        return end

    return _opened(pool, stack, lock, wait=wait, again=min(_patience(pool), wait))


@contextmanager
def locked(pool: Pool, alone: str, wait: float) -> Iterator[PgConnection]:
    """Open a transaction in which nobody else writes, whatever state the store is in; `alone` asks for its lock.

    Raises:
        Busy: another process has that lock, or somebody writes for longer than `wait` seconds.
    """

    def begin(connection: PgConnection) -> bool:
        connection.begin("READ COMMITTED", wait=wait)
        return connection.rows(alone, (connection.address.schema,))[0][0] is True

    with ExitStack() as stack:
        connection, is_ours = _opened(pool, stack, begin, wait=wait, again=_patience(pool))
        if not is_ours:
            raise errors.Busy(
                "Another process repairs this store.", next=["milestone doctor"], retry_after_ms=2000
            )
        yield connection


def empty(pool: Pool, stack: ExitStack, *, wait: float) -> PgConnection:
    """Open a store in which nothing happened yet, in tables that nobody else sees and that go with the stack.

    Raises:
        NotPermitted: there is something in the schema, and this role may not see it.
    """

    def make(connection: PgConnection) -> None:
        connection.begin("READ COMMITTED", wait=wait)
        _check_visible(connection)
        connection.run(EMPTY)
        schema.migrate(connection, 0)
        connection.run(SQL["begin_head"], Head(format=schema.FORMAT).values())

    return _opened(pool, stack, make, wait=wait, again=AGAIN)[0]


def _patience(pool: Pool) -> float:
    return RETURNS if pool.answered else AGAIN


def _opened(
    pool: Pool, stack: ExitStack, begin: Callable[[PgConnection], T], *, wait: float, again: float
) -> tuple[PgConnection, T]:
    """Return a connection on which something began; it is asked again while the server does not answer."""
    until = time.monotonic() + again
    while True:
        with ExitStack() as attempt:
            try:
                connection = PgConnection(attempt.enter_context(pool.lease(wait)), pool.address)
                attempt.callback(connection.roll_back)
                begun = begin(connection)
            except errors.NotReachable:
                if time.monotonic() >= until:
                    raise
                pool.forget()
            else:
                stack.enter_context(attempt.pop_all())
                return connection, begun
        time.sleep(PAUSE)


def create(connection: PgConnection) -> End | None:
    """Make the schema unless it is there; what another made meanwhile is locked and returned."""
    name = connection.address.schema
    connection.rows(CREATING, (name,))
    there = connection.rows(THERE, (name,))
    if not there:
        connection.run(CREATE.format(name.replace('"', '""')))
    elif not there[0][0]:
        raise _hidden(connection.address)
    return connection.end(lock=True) if connection.is_begun() else None


def _check_visible(connection: PgConnection) -> None:
    there = connection.rows(THERE, (connection.address.schema,))
    if there and not there[0][0]:
        raise _hidden(connection.address)


def _hidden(address: Address) -> errors.NotPermitted:
    return problems.not_permitted(f"schema {address.schema} is there, and this role may not look into it", address)
