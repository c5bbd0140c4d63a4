"""Power goes at any moment of a move: the old store or the new one is whole, and the note names it."""

import os
import shutil
from pathlib import Path

import pytest

from milestone import errors
from milestone.domain import summary
from milestone.domain.evolve import evolve, fold
from milestone.storage import located, new_files, syncing
from milestone.storage.file import FileStore
from milestone.storage.located import Location
from milestone.storage.moving.walk import Walk
from milestone.testing import plain, power
from milestone.testing.transactions import load, write

COUNT = 2


def opened(root: Path) -> FileStore:
    return FileStore(root, evolve=evolve, summarise=summary.row)


def prepared(folder: Path) -> None:
    """Make a store in `a`, and one in `b` that lacks its last change."""
    shutil.rmtree(folder, ignore_errors=True)
    here, there = opened(folder / "a"), opened(folder / "b")
    write(here, *(plain.created(f"{n:032x}", n, status="planned") for n in range(1, COUNT + 1)))
    Walk(here, there).copy()
    write(here, plain.edited(f"{1:032x}", title="Changed"))


def sync_all(folder: str) -> None:
    """Stand for `syncfs`: what lies in the folder is safe."""
    for name in os.listdir(folder):
        descriptor = os.open(f"{folder}/{name}", os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)


def move(folder: Path) -> None:
    here, there = opened(folder / "a"), opened(folder / "b")
    Walk(here, there).run(located.encode(Location("sqlite", move=1)))  # `b` stands for it


def look(folder: Path) -> None:
    """Nothing acknowledged is missing in the store that the note names."""
    moved = located.read(folder / "a").backend == "sqlite"
    store = opened(folder / ("b" if moved else "a"))
    document = load(store, f"{1:032x}")
    assert document is not None
    assert document.body["title"] == "Changed"
    with store.reading() as reading:
        assert len(list(reading.events())) == reading.seq == COUNT + 1
        assert reading.unrecorded == 0
        folded = fold(reading.events())  # a kept document that was not synced is folded anew
        assert [reading.load(*key) for key in folded] == list(folded.values())


def cut(folder: Path) -> int:
    prepared(folder)
    recorder = power.Recorder(folder)
    with recorder.installed():
        move(folder)
    seen = 0
    for _, state in power.states(recorder):
        shutil.rmtree(folder)
        folder.mkdir()
        state.write()
        look(folder)
        seen += 1
    return seen


@pytest.mark.timeout(300)
@pytest.mark.parametrize("few", [0, 16])
def test_power_goes_at_any_moment_of_a_move(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: int):
    monkeypatch.setattr(syncing, "sync_disk", sync_all)
    monkeypatch.setattr(new_files, "FEW", few)

    states = cut(tmp_path / "disk")

    print(f"{states} states")
    assert states > 50


@pytest.mark.timeout(300)
def test_the_rig_finds_a_move_that_is_not_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(syncing, "sync_disk", sync_all)
    monkeypatch.setattr(power.Recorder, "note_fsync", lambda self, answer, descriptor: None)

    with pytest.raises((AssertionError, errors.Damaged)):
        cut(tmp_path / "disk")
