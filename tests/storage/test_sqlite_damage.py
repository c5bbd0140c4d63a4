"""A database that was flipped, cut or emptied is found out: what it says was written, or it is an error (G20)."""

import os
import random
import shutil
from pathlib import Path

import pytest

from milestone import errors
from milestone.domain import summary
from milestone.domain.evolve import evolve
from milestone.domain.questions import Question
from milestone.storage.sqlite import DATABASE, SqliteStore
from milestone.testing import plain
from milestone.testing.builders import a_body, a_task
from milestone.testing.plans import created
from milestone.testing.store_contract import write

FLIPS = int(os.environ.get("FLIPS", "60"))
COUNT = 12


def opened(root: Path) -> SqliteStore:
    return SqliteStore(root, evolve=evolve, summarise=summary.row)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store with a dozen milestones, closed."""
    root = tmp_path_factory.mktemp("sound") / ".milestones"
    store = opened(root)
    names = [f"milestone-{number:03d}" for number in range(1, COUNT + 1)]
    write(store, *(created(a_body(name, tasks=[a_task(), a_task("task-002")])) for name in names))
    for name in names:
        write(store, plain.edited(str(a_body(name)["uid"]), title=f"Title of {name}"), operation=name)
    store.close()
    return root


def whole(root: Path) -> list[object]:
    """Return everything a store says; raise what it raises."""
    store = opened(root)
    try:
        with store.reading() as reading:
            rows = [dict(row) for row in reading.rows()]
            documents = [
                reading.load("milestone", str(a_body(f"milestone-{n:03d}")["uid"])) for n in range(1, COUNT + 1)
            ]
            return [
                reading.seq,
                reading.last_number,
                rows,
                documents,
                list(reading.lines()),
                list(reading.events()),
            ]
    finally:
        store.close()


def copied(sound: Path, folder: Path) -> Path:
    shutil.copytree(sound, folder / ".milestones")
    return folder / ".milestones"


def test_a_flipped_bit_changes_nothing_unseen(sound: Path, tmp_path: Path):
    wanted = whole(sound)
    chance = random.Random(20)
    size = (sound / DATABASE).stat().st_size
    seen = 0
    for number in range(FLIPS):
        root = copied(sound, tmp_path / str(number))
        path = root / DATABASE
        data = bytearray(path.read_bytes())
        place, bit = chance.randrange(100, size), 1 << chance.randrange(8)
        data[place] ^= bit
        path.write_bytes(data)

        try:
            found = whole(root)
        except errors.Damaged as told:
            seen += 1
            assert told.exit_code == 9 and told.why and told.next
            assert not opened(root).verify()["ok"]
        else:
            # What it says is true, or at least known to be wrong.
            assert found == wanted or not opened(root).verify()["ok"], (place, bit)
    assert seen > FLIPS / 10


def test_a_flipped_answer_is_found_by_verify(sound: Path, tmp_path: Path):
    root = copied(sound, tmp_path)
    path = root / DATABASE
    data = path.read_bytes()
    # The narrow table alone holds titles in small letters.
    path.write_bytes(data.replace(b"title of milestone-003", b"title of milestone-00#"))

    store = opened(root)
    with store.reading() as reading:
        assert len(reading.rows().select(Question(words=("milestone-003",)))) <= 1
    verified = store.verify()
    store.close()
    assert not verified["ok"]
    assert {each["code"] for each in verified["findings"]} <= {"index_differs", "database_damaged"}


@pytest.mark.parametrize("part", [0, 0.01, 0.3, 0.9])
def test_a_cut_database_is_damaged(sound: Path, tmp_path: Path, part: float):
    root = copied(sound, tmp_path)
    path = root / DATABASE
    os.truncate(path, int(path.stat().st_size * part))

    with pytest.raises(errors.Damaged):
        whole(root)
    with pytest.raises(errors.Damaged):
        write(opened(root), plain.edited("x", title="y"))
    assert not opened(root).verify()["ok"]


def test_something_else_in_its_place_is_damaged(sound: Path, tmp_path: Path):
    root = copied(sound, tmp_path)
    (root / DATABASE).write_bytes(b"This is no database. " * 1000)

    with pytest.raises(errors.Damaged):
        whole(root)
    assert not opened(root).verify()["ok"]
