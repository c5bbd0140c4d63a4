"""The sqlite store keeps the contract, and finds out when its file was tampered with."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from milestone import errors
from milestone.domain import summary
from milestone.domain.evolve import evolve
from milestone.storage.base import Store
from milestone.storage.file import FileStore
from milestone.storage.sqlite import SqliteStore
from milestone.testing import plain
from milestone.testing.store_contract import StoreContract, write


class TestSqliteStore(StoreContract):
    def open_store(self, root: Path) -> Store:
        return SqliteStore(root, evolve=plain.evolve, summarise=plain.row)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / ".milestones"


def opened(root: Path) -> SqliteStore:
    return SqliteStore(root, evolve=plain.evolve, summarise=plain.row)


def test_a_copied_folder_is_another_store(root: Path, tmp_path: Path):
    write(opened(root), plain.created("a1", 1))
    shutil.copytree(root, tmp_path / "copy" / ".milestones")

    there = opened(tmp_path / "copy" / ".milestones")
    write(there, plain.created("a2", 2))

    with opened(root).reading() as here, there.reading() as copy:
        assert here.epoch != copy.epoch
        assert copy.seq == 2


def test_lines_are_the_bytes_that_every_store_has(root: Path, tmp_path: Path):
    store, files = opened(root), FileStore(tmp_path / "f", evolve=evolve, summarise=summary.row)
    write(files, plain.created("a1", 1), plain.created("a2", 2))
    write(files, plain.edited("a1", title="Other"), operation="k")
    lines = (tmp_path / "f" / "logs" / "events" / "1.jsonl").read_bytes().splitlines()

    head = store.receive(lines, epoch="abcd")

    with store.reading() as reading, files.reading() as wanted:
        assert list(reading.lines()) == lines
        assert list(reading.lines(after=2)) == lines[1:]
        assert (head.seq, reading.seq, reading.epoch, reading.last_number) == (3, 3, "abcd", 2)
        assert [r.seq for r in reading.operation("k")] == [3]
        assert list(reading.events()) == list(wanted.events())
    assert store.verify()["ok"]


def test_lines_that_do_not_follow_are_refused(root: Path, tmp_path: Path):
    files = FileStore(tmp_path / "f", evolve=evolve, summarise=summary.row)
    for number in (1, 2, 3):
        write(files, plain.created(f"a{number}", number))
    first, second, third = (tmp_path / "f" / "logs" / "events" / "1.jsonl").read_bytes().splitlines()
    store = opened(root)
    store.receive([first], epoch="abcd")

    for wrong in ([third], [first], [second.replace(b"Ship", b"Skip")], [second, second]):
        with pytest.raises(errors.Damaged):
            store.receive(wrong, epoch="abcd")

    with store.reading() as reading:
        assert reading.seq == 1


@pytest.mark.parametrize(
    "lost", [["milestones.db"], ["milestones.db-wal"], ["milestones.db", "milestones.db-wal"]]
)
def test_a_lost_file_is_damage_and_never_an_empty_store(root: Path, lost: list[str]):
    write(opened(root), plain.created("a1", 1))
    with crashed(root) as folder:
        for name in lost:
            (folder / name).unlink()

    with pytest.raises(errors.Damaged) as told, opened(root).reading():
        pass
    assert told.value.next
    with pytest.raises(errors.Damaged):
        write(opened(root), plain.created("a3", 3))
    assert not opened(root).verify()["ok"]


def test_an_older_database_in_its_place_is_found_out(root: Path):
    store = opened(root)
    write(store, plain.created("a1", 1))
    store.close()
    older = (root / "database" / "milestones.db").read_bytes()
    write(store, plain.created("a2", 2))
    store.close()
    (root / "database" / "milestones.db").write_bytes(older)

    with pytest.raises(errors.Damaged, match="damaged") as told, opened(root).reading():
        pass
    assert "event 2 was stored" in told.value.why


def test_a_writer_that_died_leaves_nothing_half_done(root: Path):
    write(opened(root), plain.created("a1", 1))
    with crashed(root):
        pass

    with opened(root).reading() as reading:
        assert reading.seq == 2
        assert [row["id"] for row in reading.rows()] == ["milestone-001", "milestone-002"]
    assert opened(root).verify()["ok"]


@contextmanager
def crashed(root: Path) -> Iterator[Path]:
    """Write an event in a process that is killed at once, its write-ahead log left behind."""
    done = subprocess.run([sys.executable, "-c", DYING, str(root)], timeout=60)
    assert done.returncode == -9
    assert (root / "database" / "milestones.db-wal").stat().st_size > 0
    yield root / "database"


DYING = """
import os, sys
from milestone.storage.sqlite import SqliteStore
from milestone.testing import plain
from milestone.testing.store_contract import stamp

store = SqliteStore(sys.argv[1], evolve=plain.evolve, summarise=plain.row)
with store.transaction(stamp()) as txn:
    txn.append([plain.created("a2", 2)])
os.kill(os.getpid(), 9)
"""
