"""The index may be lost, cut, changed or put back at any moment: the answers are those of the file store."""

import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from milestone.domain import summary
from milestone.domain.evolve import evolve
from milestone.domain.questions import Question
from milestone.operations import cleaning
from milestone.storage import index_file, index_writing, located
from milestone.storage.file import FileStore
from milestone.storage.hybrid import HybridStore
from milestone.storage.located import Location
from milestone.testing import plain
from milestone.testing.store_contract import stamp, write

TRIALS = int(os.environ.get("INDEX_TRIALS", "40"))
RECORDS = 12
OPEN = Question(has=("open",), order="rank", limit=4)
TASKS = [{"id": "task-001", "title": "Write it", "status": "in_progress", "estimated_hours": 3}]


@pytest.fixture
def hybrid(root: Path) -> HybridStore:
    """A hybrid store with a few records, one archived."""
    store = opened(root)
    for number in range(1, RECORDS + 1):
        write(store, plain.created(uid(number), number, title=f"Goal {number}", status="planned", tasks=TASKS))
    write(store, plain.marked("milestone.archived", uid(1)), operation="archive-1")
    return store


def opened(root: Path) -> HybridStore:
    return HybridStore(root, evolve=evolve, summarise=summary.row)


def uid(number: int) -> str:
    return f"{number:032x}"


def answers(store: FileStore) -> dict[str, Any]:
    """Return what a store says, as one reading sees it."""
    with store.reading() as reading:
        return {
            "seq": reading.seq,
            "epoch": reading.epoch,
            "unrecorded": reading.unrecorded,
            "last_number": reading.last_number,
            "rows": [{**row, "tasks": row["tasks"]} for row in reading.rows()],
            "open": [row["id"] for row in reading.rows().select(OPEN)],
            "how many": reading.rows().count(OPEN),
            "totals": reading.rows().totals().sums(),
            "documents": {d.uid: d for d in reading.find("milestone")},
            "operation": [r.seq for r in reading.operation("archive-1")],
            "no operation": [r.seq for r in reading.operation("never")],
        }


def as_file_store(root: Path) -> dict[str, Any]:
    """Return what the file store says of the same log and files."""
    return answers(FileStore(root, evolve=evolve, summarise=summary.row))


# What may happen to the file.


def deleted(path: Path, chance: random.Random) -> None:
    path.unlink()


def cut(path: Path, chance: random.Random) -> None:
    os.truncate(path, chance.randrange(path.stat().st_size))


def flipped(path: Path, chance: random.Random) -> None:
    data = bytearray(path.read_bytes())
    for _ in range(chance.choice((1, 1, 3))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)


def emptied(path: Path, chance: random.Random) -> None:
    path.write_bytes(b"")


def without_a_page(path: Path, chance: random.Random) -> None:
    data = bytearray(path.read_bytes())
    page = chance.randrange(len(data) // 4096) * 4096
    data[page : page + 4096] = bytes(4096)
    path.write_bytes(data)


def put_back(path: Path, chance: random.Random) -> None:
    shutil.copy(chance.choice(sorted(path.parent.glob("older-*"))), path)


def of_two_times(path: Path, chance: random.Random) -> None:
    older = chance.choice(sorted(path.parent.glob("older-*"))).read_bytes()
    now = path.read_bytes()
    pages = range(0, max(len(now), len(older)), 4096)
    path.write_bytes(b"".join(chance.choice((now, older))[page : page + 4096] for page in pages))


def without_an_entry(path: Path, chance: random.Random) -> None:
    with sqlite3.connect(path) as connection:
        table = chance.choice(("entry", "row", "operation", "meta"))
        connection.execute(
            f"DELETE FROM {table} WHERE rowid = 1" if table in ("entry", "row") else f"DELETE FROM {table}"
        )
    connection.close()


HARM: dict[str, Callable[[Path, random.Random], None]] = {
    each.__name__: each
    for each in (deleted, cut, flipped, emptied, without_a_page, put_back, of_two_times, without_an_entry)
}


def harm(root: Path, how: str, seed: int) -> None:
    path = Path(index_file.path_in(str(root)))
    HARM[how](path, random.Random(seed))


def keep_older(root: Path, number: int) -> None:
    path = Path(index_file.path_in(str(root)))
    shutil.copy(path, path.with_name(f"older-{number}"))


@pytest.mark.parametrize("how", HARM)
def test_a_harmed_index_changes_no_answer(hybrid: HybridStore, root: Path, how: str):
    for trial in range(TRIALS):
        keep_older(root, trial % 3)
        write(hybrid, plain.edited(uid(1 + trial % RECORDS), title=f"Title {trial}"), operation=f"op-{trial}")
        expected = as_file_store(root)

        harm(root, how, trial)
        assert answers(opened(root)) == expected

        write(opened(root), plain.edited(uid(2), priority=f"p{trial}"))
        assert index_file.read(str(root)) is not None, "the next writer puts it right"
        assert answers(opened(root)) == as_file_store(root)
        assert hybrid.verify()["ok"]


@pytest.mark.parametrize("how", HARM)
def test_harm_in_the_middle_of_a_reading_changes_no_answer(hybrid: HybridStore, root: Path, how: str):
    keep_older(root, 0)
    write(hybrid, plain.edited(uid(3), title="Later"))
    expected = as_file_store(root)["rows"]
    for seed in range(TRIALS // 4):
        with opened(root).reading() as reading:
            rows = reading.rows()
            harm(root, how, seed)
            write(opened(root), plain.edited(uid(4), title=f"T{seed}"), plain.edited(uid(5), title=f"T{seed}"))
            assert [{**row, "tasks": row["tasks"]} for row in rows] == expected
        expected = as_file_store(root)["rows"]


def test_the_rows_of_a_few_are_read_alone(hybrid: HybridStore, root: Path, monkeypatch: pytest.MonkeyPatch):
    asked: list[int] = []
    real = index_file.Index._read
    monkeypatch.setattr(index_file.Index, "_read", lambda self, e: (asked.append(len(e)), real(self, e))[1])

    with opened(root).reading() as reading:
        assert reading.rows()[4]["id"] == "milestone-005"
        assert asked == [1]
        assert len([row["title"] for row in reading.rows()]) == RECORDS
        assert asked == [1, RECORDS - 1], "a list is read with one question"
    asked.clear()
    with opened(root).reading() as reading:
        rows = reading.rows()
        assert (rows.count(OPEN), rows.totals().open) == (RECORDS - 1, RECORDS - 1)
        assert asked == [], "numbers come from the index alone"
        assert len(rows.select(OPEN)) == 4
        assert asked == [4]


def test_a_process_reads_the_index_again_only_when_it_changed(
    hybrid: HybridStore, root: Path, monkeypatch: pytest.MonkeyPatch
):
    taken: list[str] = []
    real = index_file._take
    monkeypatch.setattr(index_file, "_take", lambda index, c: (taken.append(index.path), real(index, c))[1])
    store = opened(root)
    expected = answers(store)
    taken.clear()

    assert answers(store) == expected
    assert taken == [], "its seal is the one that was read"

    write(opened(root), plain.edited(uid(3), title="By another process"))
    taken.clear()
    assert answers(store) == as_file_store(root)
    assert len(taken) == 1
    for how in ("deleted", "flipped", "emptied"):
        write(opened(root), plain.edited(uid(3), title=how))
        assert answers(store) == as_file_store(root)
        harm(root, how, 1)
        assert answers(store) == as_file_store(root)


def test_an_index_in_use_by_somebody_stopped_holds_nobody_up(
    hybrid: HybridStore, root: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(index_file, "WAIT", 0.01)
    stopped = sqlite3.connect(index_file.path_in(str(root)), isolation_level=None)
    stopped.execute("BEGIN EXCLUSIVE")

    write(hybrid, plain.edited(uid(2), title="Meanwhile"))
    assert answers(hybrid) == as_file_store(root)

    stopped.close()
    assert answers(hybrid) == as_file_store(root)
    write(hybrid, plain.edited(uid(2), title="Afterwards"))
    assert index_file.read(str(root)) is not None


def test_a_link_in_place_of_the_index_is_not_followed(hybrid: HybridStore, root: Path, tmp_path: Path):
    path, elsewhere = Path(index_file.path_in(str(root))), tmp_path / "elsewhere"
    path.unlink()
    path.symlink_to(elsewhere)

    write(hybrid, plain.edited(uid(2), title="Here"))

    assert not elsewhere.exists()
    assert not path.is_symlink()
    assert answers(hybrid) == as_file_store(root)


def test_the_rig_finds_an_index_that_is_believed(hybrid: HybridStore, root: Path, monkeypatch: pytest.MonkeyPatch):
    """The seeded fault: nothing is checked."""
    monkeypatch.setattr(index_file, "check_of", lambda *parts: 0)
    monkeypatch.setattr(index_writing, "check_of", lambda *parts: 0)
    monkeypatch.setattr(index_file.Tally, "sums", (0, 0))
    monkeypatch.setitem(globals(), "TRIALS", 20)
    Path(index_file.path_in(str(root))).unlink()
    write(hybrid, plain.edited(uid(2), title="Made anew"))

    with pytest.raises(AssertionError):
        test_a_harmed_index_changes_no_answer(hybrid, root, "without_an_entry")


def test_many_hands_edits_are_adopted_as_in_a_file_store(hybrid: HybridStore, root: Path):
    path = root / "active" / "milestone-003.yaml"
    path.write_text(path.read_text().replace("Goal 3", "By hand"))
    (root / "active" / "milestone-004.yaml").unlink()

    with hybrid.reading() as reading:
        assert reading.unrecorded == 2
        assert len(reading.rows()) == RECORDS - 1
    with hybrid.transaction(stamp()) as txn:
        assert len(txn.adopted) == 2
    assert answers(hybrid) == as_file_store(root)


def test_the_doctor_cleans_away_what_the_backend_does_not_use(hybrid: HybridStore, root: Path):
    located.write(root, Location("hybrid"))
    summary_of_files = root / "local" / "summary"
    summary_of_files.write_bytes(b"left by the file backend")

    assert [each["code"] for each in cleaning.clean(root)] == ["cache"]

    assert not summary_of_files.exists()
    assert index_file.read(str(root)) is not None
    assert cleaning.clean(root) == []
