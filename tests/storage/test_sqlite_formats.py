"""A database of an older program is read as it is, and upgraded by the first write, with a copy kept (R-OPS-6)."""

import sqlite3
from pathlib import Path

import msgspec
import pytest

from milestone import errors
from milestone.domain import summary
from milestone.domain.evolve import evolve
from milestone.storage.sql import head as heads
from milestone.storage.sql import schema
from milestone.storage.sqlite import DATABASE, SqliteStore
from milestone.storage.sqlite_connection import SqliteConnection
from milestone.testing.builders import a_body, a_task
from milestone.testing.plans import created
from milestone.testing.store_contract import stamp, write

NARROW = ("milestone", "linked", "totals")


def opened(root: Path) -> SqliteStore:
    return SqliteStore(root, evolve=evolve, summarise=summary.row)


@pytest.fixture
def old(root: Path) -> Path:
    """Return a store as the first format had it: without what questions are answered from."""
    store = opened(root)
    write(store, created(a_body(tasks=[a_task()])), created(a_body("milestone-002", status="completed")))
    store.close()
    _become(root, 1, [f"DROP TABLE {name}" for name in NARROW])
    return root


def _become(root: Path, format: int, changes: list[str]) -> None:
    raw = sqlite3.connect(root / DATABASE, isolation_level=None)
    head = msgspec.structs.replace(heads.read(SqliteConnection(raw, "")), format=format)
    for change in changes:
        raw.execute(change)
    raw.execute("UPDATE head SET format = ?, checked = ?", (format, head.values()[-1]))
    raw.close()


def tables(path: Path) -> set[str]:
    raw = sqlite3.connect(path)
    found = {str(row[0]) for row in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    raw.close()
    return found


def test_reading_an_older_format_changes_nothing(old: Path):
    with opened(old).reading() as reading:
        assert [row["id"] for row in reading.rows()] == ["milestone-001", "milestone-002"]
        assert reading.rows().totals().in_state("completed") == 1
        assert reading.seq == 2

    assert not set(NARROW) & tables(old / DATABASE)
    assert not (old / "backups").exists()


def test_the_first_write_upgrades_and_keeps_what_was(old: Path):
    store = opened(old)

    assert write(store, created(a_body("milestone-003"))) == [3]

    store.close()
    kept = old / "backups" / "milestones-format-1.db"
    assert not set(NARROW) & tables(kept)
    assert set(NARROW) <= tables(old / DATABASE)
    with opened(old).reading() as reading:
        assert reading.head.format == schema.FORMAT
        assert len(reading.rows()) == len(list(reading.rows())) == 3
    assert opened(old).verify()["ok"], opened(old).verify()


def test_a_write_that_fails_upgrades_nothing(old: Path):
    with pytest.raises(errors.Refused), opened(old).transaction(stamp()) as txn:
        txn.append([created(a_body("milestone-003"))])
        raise errors.Refused("No.")

    assert not set(NARROW) & tables(old / DATABASE)
    with opened(old).reading() as reading:
        assert reading.seq == 2


def test_a_newer_format_is_read_and_not_written(root: Path):
    store = opened(root)
    write(store, created(a_body()))
    store.close()
    _become(root, schema.FORMAT + 1, [])

    with opened(root).reading() as reading:
        assert [row["id"] for row in reading.rows()] == ["milestone-001"]
    with pytest.raises(errors.StoreTooNew) as told:
        write(opened(root), created(a_body("milestone-002")))
    assert told.value.next
