"""Which milestones runs hold, seen from every clone of a project: as the database's clock says."""

import shutil
from pathlib import Path

from milestone.clock import format_moment, parse_moment
from milestone.domain.document import Event
from milestone.domain.evolve import evolve
from milestone.domain.summary import row
from milestone.storage import located
from milestone.storage.locks import RunLock
from milestone.storage.postgres import PostgresStore
from milestone.testing.transactions import write

HELD = {"m1": "session-1"}


def opened(root: Path, dsn: str) -> PostgresStore:
    return PostgresStore(root, dsn=dsn, evolve=evolve, summarise=row)


def a_run(**owner: str) -> Event:
    body = {"id": "session-1", "milestones": ["milestone-001"], "holds": ["m1"], **owner}
    return Event(kind="session.started", document="session", uid="s1", data={"body": body})


def held(store: PostgresStore) -> dict[str, str]:
    with store.reading() as reading:
        return dict(reading.held_by())


def test_a_run_of_another_machine_is_seen_while_it_renews_its_lease(tmp_path: Path, postgres_dsn: str):
    here, there = tmp_path / "here" / ".milestones", tmp_path / "there" / ".milestones"
    store = opened(here, postgres_dsn)
    write(store, a_run(worker="worker-1", clone="far:/p"))
    shutil.copytree(here, there)  # a clone of the same project
    other = opened(there, postgres_dsn)
    leases = other.leases(60.0)

    before = held(store)
    leases.hold("worker-1")
    during = (held(store), held(other))
    leases.let_go("worker-1")

    assert (before, during, held(store)) == ({}, (HELD, HELD), {})
    leases.close()


def test_a_run_without_a_lease_counts_in_its_own_clone(tmp_path: Path, postgres_dsn: str):
    root = tmp_path / "p" / ".milestones"
    store = opened(root, postgres_dsn)
    write(store, a_run(worker="worker-1", clone=located.place_of(root)))
    lock = RunLock(root)

    before = held(store)
    assert lock.acquire()
    during = held(store)
    lock.release()

    assert (before, during, held(store)) == ({}, HELD, {})


def test_the_database_says_what_time_it_is(tmp_path: Path, postgres_dsn: str):
    store = opened(tmp_path / "p" / ".milestones", postgres_dsn)
    write(store, a_run())

    with store.reading() as reading:
        first, second = reading.now(), reading.now()

    assert first is not None and second is not None and first <= second
    assert format_moment(parse_moment(first)) == first  # as every other time that claims are compared with
