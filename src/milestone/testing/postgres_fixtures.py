"""Fixtures for tests that need PostgreSQL: import them into a `conftest.py`.

`postgres_server` is shared by all tests of a session; `postgres_schema` is a name nobody else uses, taken away
after the test with what was made under it. `postgres_dsn` is the address of an empty store there, for a role that
may do no more than programs need.
"""

import os
import secrets
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from milestone.storage.postgresql import setup
from milestone.storage.sql.head import Head
from milestone.storage.sql.schema import FORMAT
from milestone.testing.postgres import Server
from milestone.testing.postgres_shared import shared

ROLE = "milestone_app"
USER = "milestone_tester"


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The one server of this test session."""
    session = tmp_path_factory.getbasetemp()
    with shared(session.parent if "PYTEST_XDIST_WORKER" in os.environ else session) as server:
        yield server


@pytest.fixture
def postgres_schema(postgres_server: Server) -> Iterator[str]:
    """A schema name of this test's own."""
    name = f"test_{secrets.token_hex(6)}"
    yield name
    with psycopg.connect(postgres_server.dsn(), autocommit=True) as connection:
        connection.execute("SET lock_timeout TO '10s'")
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(name)))


@pytest.fixture
def postgres_dsn(postgres_server: Server, postgres_schema: str) -> str:
    """The address of an empty store, for the least role."""
    set_up(postgres_server, postgres_schema)
    return address(postgres_server, postgres_schema)


def set_up(server: Server, schema: str) -> None:
    """Do what the owner of a database does once."""
    login = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} IN ROLE {}").format(
        sql.Identifier(USER), sql.Literal(server.password), sql.Identifier(ROLE)
    )
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(1)")  # roles belong to all tests of the session
        connection.execute(setup.script(schema, ROLE))
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (USER,)).fetchone():
            connection.execute(login)


def empty(server: Server, schema: str) -> None:
    """Take everything out of a store; faster than making one."""
    head = [1, *Head(format=FORMAT).values()]
    with psycopg.connect(server.dsn()) as connection:
        connection.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(schema)))
        connection.execute("TRUNCATE head, line, event, document, milestone, linked, totals")
        connection.execute("INSERT INTO totals (one, recorded, proven) VALUES (1, '{}', '{}')")
        connection.execute(f"INSERT INTO head VALUES ({', '.join(['%s'] * len(head))})", head)


def address(server: Server, schema: str, *, port: int | None = None, user: str = USER) -> str:
    """Return the address of a store on a server, through a proxy when its port is given."""
    return f"{server.dsn(user, port=port)}?schema={schema}"
