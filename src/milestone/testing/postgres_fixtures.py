"""Fixtures for tests that need PostgreSQL: import them into a `conftest.py`.

`postgres_server` is shared by all tests of a session; `postgres_schema` is a name nobody else uses, taken away
after the test with what was made under it.
"""

import os
import secrets
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from milestone.testing.postgres import Server
from milestone.testing.postgres_shared import shared


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
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(name)))
