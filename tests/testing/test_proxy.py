"""The wire that breaks: it passes what it should, and breaks where it was told to."""

import select
from collections.abc import Iterator

import psycopg
import pytest

from milestone.testing.postgres import Server
from milestone.testing.proxy import Fate, Message, Proxy, at


@pytest.fixture
def wire(postgres_server: Server) -> Iterator[Proxy]:
    with Proxy(postgres_server.port) as proxy:
        yield proxy


def test_what_no_rule_stops_passes(wire: Proxy, postgres_server: Server):
    with psycopg.connect(postgres_server.dsn(port=wire.port)) as connection:
        assert connection.execute("SELECT %s::text", ["x" * 100_000]).fetchone() == ("x" * 100_000,)
    assert wire.passed > 5


@pytest.mark.parametrize("fate", [Fate.CUT, Fate.RESET, Fate.LAST])
def test_a_wire_breaks_at_the_message_that_was_named(wire: Proxy, postgres_server: Server, fate: Fate):
    with psycopg.connect(postgres_server.dsn(port=wire.port)) as connection:
        wire.follow(at(1, fate))
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
        assert connection.broken
    assert wire.broken == 1


def test_the_reply_to_commit_is_lost_and_the_commit_is_not(
    wire: Proxy, postgres_server: Server, postgres_schema: str
):
    with psycopg.connect(postgres_server.dsn(port=wire.port)) as connection:
        connection.execute(f"CREATE SCHEMA {postgres_schema}")
        wire.follow(lambda message: Fate.CUT if message.says_committed else Fate.PASS)
        with pytest.raises(psycopg.OperationalError):
            connection.commit()

    with psycopg.connect(postgres_server.dsn()) as connection:
        known = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [postgres_schema])
        assert known.fetchone() == (1,)


def test_a_held_back_message_is_answered_by_nobody(wire: Proxy, postgres_server: Server):
    connection = psycopg.connect(postgres_server.dsn(port=wire.port))
    wire.follow(lambda message: Fate.STALL if message.is_from_client else Fate.PASS)
    connection.pgconn.send_query(b"SELECT 1")

    answered, _, _ = select.select([connection.fileno()], [], [], 0.2)

    assert answered == []
    connection.close()


def test_messages_are_told_apart():
    assert Message(1, True, b"Q", b"COMMIT\0").asks_to_commit
    assert not Message(1, True, b"Q", b"BEGIN ISOLATION LEVEL READ COMMITTED\0").asks_to_commit
    assert not Message(1, False, b"Q", b"COMMIT\0").asks_to_commit
    assert Message(2, False, b"C", b"COMMIT\0").says_committed
