"""A schema that is there for a test and gone after it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from milestone.storage.postgresql import address as addresses
from milestone.storage.postgresql import connection, problems


@contextmanager
def schema(dsn: str) -> Iterator[str]:
    """Give the address of a schema that nobody uses; it is taken away with all that is in it when the block ends.

    Raises:
        NotPermitted: the role may make no schema there.
        NotReachable: the server does not answer.
    """
    address = addresses.of(dsn)
    name = f"milestone_selftest_{os.urandom(6).hex()}"
    _run(address, sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
    try:
        yield f"{address.dsn} schema={name}"
    finally:
        _run(address, sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))


def _run(address: addresses.Address, statement: sql.Composed) -> None:
    with connection.connect(address) as line:
        try:
            line.execute(statement)
        except psycopg.Error as problem:
            raise problems.told(problem, address) from problem
