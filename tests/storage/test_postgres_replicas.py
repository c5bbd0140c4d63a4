"""A replica that lags never shows a clone less than it wrote or saw; one that does not answer is done without."""

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from milestone.storage.postgres import PostgresStore
from milestone.storage.postgresql.seen import Seen
from milestone.storage.witness import Witness
from milestone.testing import plain, postgres
from milestone.testing.postgres import Server
from milestone.testing.postgres_fixtures import address, set_up
from milestone.testing.transactions import write

STEPS = int(os.environ.get("POSTGRES_STEPS", "60"))


@pytest.fixture(scope="module")
def pair() -> Iterator[tuple[Server, Server]]:
    """A primary, and a standby that follows it."""
    primary = postgres.make()
    primary.start()
    set_up(primary, "warm")
    standby = primary.replica()
    standby.start()
    yield primary, standby
    standby.remove()
    primary.remove()


class Copied:
    """A store with one replica, and what holds the replica back."""

    def __init__(self, root: Path, pair: tuple[Server, Server], schema: str) -> None:
        self.primary, self.standby = pair
        self.schema = schema
        self.root = root / ".milestones"
        set_up(self.primary, schema)

    def open(self) -> PostgresStore:
        return PostgresStore(
            self.root,
            dsn=address(self.primary, self.schema),
            evolve=plain.evolve,
            summarise=plain.row,
            replicas=[address(self.standby, self.schema)],
        )

    def hold_back(self, is_held: bool) -> None:
        word = "pause" if is_held else "resume"
        with psycopg.connect(self.standby.dsn(), autocommit=True) as connection:
            connection.execute(f"SELECT pg_wal_replay_{word}()")

    def catch_up(self) -> None:
        """Wait until the replica has all that the primary has now."""
        with psycopg.connect(self.primary.dsn(), autocommit=True) as connection:
            end = connection.execute("SELECT pg_current_wal_lsn()").fetchone()[0]
        with psycopg.connect(self.standby.dsn(), autocommit=True) as connection:
            until = time.monotonic() + 30
            asked = "SELECT coalesce(pg_last_wal_replay_lsn() >= %s, false)"
            while not connection.execute(asked, (end,)).fetchone()[0] and time.monotonic() < until:
                time.sleep(0.01)


@pytest.fixture
def copied(tmp_path: Path, pair: tuple[Server, Server], request: pytest.FixtureRequest) -> Iterator[Copied]:
    found = Copied(tmp_path, pair, f"test_{random.getrandbits(40):x}")
    yield found
    found.hold_back(False)


def at(store: PostgresStore) -> tuple[int, bool]:
    """Return where a fresh reading ends, and whether a replica answered it."""
    with store.reading() as reading:
        [(is_copy,)] = reading.connection.rows("SELECT pg_is_in_recovery()")
        return reading.seq, is_copy


def test_a_replica_answers_when_it_has_all(copied: Copied):
    store = copied.open()
    write(store, plain.created("a1", 1))
    copied.catch_up()

    assert at(store) == (1, True)
    store.close()


def test_a_clone_that_knows_of_nothing_asks_the_primary(copied: Copied):
    write(copied.open(), plain.created("a1", 1))
    copied.catch_up()
    for path in (copied.root / "local").glob("postgres-*"):
        path.unlink()

    assert at(copied.open()) == (1, False)
    assert at(copied.open()) == (1, True)


def test_a_replica_that_lags_is_not_asked_by_who_knows_better(copied: Copied):
    store = copied.open()
    write(store, plain.created("a1", 1))
    copied.catch_up()
    copied.hold_back(True)
    write(store, plain.edited("a1", title="Other"))

    assert at(store) == (2, False)
    assert at(copied.open()) == (2, False), "another process of this clone"
    copied.hold_back(False)
    copied.catch_up()
    assert at(store) == (2, True)
    store.close()


def test_a_replica_that_is_gone_is_done_without(copied: Copied):
    store = copied.open()
    write(store, plain.created("a1", 1))
    copied.catch_up()
    copied.standby.stop()

    assert at(store) == (1, False)
    copied.standby.start()
    assert at(copied.open()) == (1, True)
    store.close()


def unseen(copied: Copied) -> list[str]:
    """Write and read in turn while the replica stops and goes on; return where a reading fell behind."""
    chance, stores, last, behind = random.Random(5), [copied.open(), copied.open()], 0, []
    for step in range(STEPS):
        copied.hold_back(chance.random() < 0.5)
        if chance.random() < 0.6:
            [last] = write(chance.choice(stores), plain.created(f"a{step}", step + 1))
        seq, _ = at(chance.choice(stores))
        if seq < last:
            behind.append(f"event {last} is known and a reading ended at {seq}")
    for store in stores:
        store.close()
    return behind


def test_nobody_sees_less_than_the_clone_wrote(copied: Copied):
    write(copied.open(), plain.created("first", 1))
    copied.catch_up()

    assert unseen(copied) == []


def test_the_rig_finds_a_store_that_believes_a_replica(copied: Copied, monkeypatch: pytest.MonkeyPatch):
    write(copied.open(), plain.created("first", 1))
    copied.catch_up()
    monkeypatch.setattr(Seen, "read", lambda _: Witness(0, "0" * 64))

    assert unseen(copied) != []
