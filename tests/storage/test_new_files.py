"""New files are whole or not there, wherever power goes; of many, all are synced at once."""

import os
import shutil
from pathlib import Path

import pytest

from milestone.storage import new_files, syncing
from milestone.testing import power

MANY = 6


def texts(folder: Path, count: int) -> dict[str, bytes]:
    return {str(folder / "active" / f"{n}.yaml"): f"number: {n}\n".encode() * 20 for n in range(count)}


def made(folder: Path, count: int) -> dict[str, OSError]:
    (folder / "drafts").mkdir(parents=True, exist_ok=True)
    return new_files.write(texts(folder, count), str(folder / "drafts"))


def sync_each(folder: str) -> None:
    """Stand for `syncfs`, whose effect the recorder does not see."""
    for name in os.listdir(folder):
        descriptor = os.open(f"{folder}/{name}", os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(new_files, "FEW", 2)


@pytest.mark.parametrize("count", [1, 2, MANY])
def test_they_are_there_when_the_call_returns(tmp_path: Path, count: int, few: None):
    assert made(tmp_path, count) == {}

    assert all(Path(path).read_bytes() == data for path, data in texts(tmp_path, count).items())
    assert list((tmp_path / "drafts").iterdir()) == []


def test_many_are_synced_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    syncs: list[int] = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda descriptor: (syncs.append(descriptor), real(descriptor))[1])

    made(tmp_path, 10 * new_files.FEW)

    assert len(syncs) == 2  # the folder that was made, and the names in it


def test_nobodys_file_is_written_over(tmp_path: Path, few: None):
    (tmp_path / "active").mkdir()
    mine, same = tmp_path / "active" / "1.yaml", tmp_path / "active" / "2.yaml"
    mine.write_text("typed by hand\n")
    same.write_bytes(texts(tmp_path, MANY)[str(same)])

    failed = made(tmp_path, MANY)

    assert list(failed) == [str(mine)]
    assert isinstance(failed[str(mine)], FileExistsError)
    assert mine.read_text() == "typed by hand\n"


def test_a_disk_that_keeps_nothing_is_told_of_for_each(tmp_path: Path, few: None, monkeypatch: pytest.MonkeyPatch):
    def refuse(_folder: str) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(syncing, "sync_disk", refuse)

    assert set(made(tmp_path, MANY)) == set(texts(tmp_path, MANY))
    assert list((tmp_path / "active").iterdir()) == []
    assert list((tmp_path / "drafts").iterdir()) == []


def cut(folder: Path) -> int:
    """Cut the power everywhere: no file is torn, and once the call returned each is there."""
    folder.mkdir()
    recorder = power.Recorder(folder)
    with recorder.installed():
        made(folder, MANY)
    seen = 0
    for step, state in power.states(recorder):
        shutil.rmtree(folder)
        folder.mkdir()
        state.write()
        there = {str(path): path.read_bytes() for path in folder.glob("active/*")}
        assert there.items() <= texts(folder, MANY).items()
        assert step < len(recorder.steps) or len(there) == MANY
        seen += 1
    return seen


def test_power_goes_at_any_moment(tmp_path: Path, few: None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(syncing, "sync_disk", sync_each)

    assert cut(tmp_path / "disk") > 50


def test_the_rig_finds_a_sync_that_is_left_out(tmp_path: Path, few: None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(syncing, "sync_disk", lambda _folder: None)

    with pytest.raises(AssertionError):
        cut(tmp_path / "disk")
