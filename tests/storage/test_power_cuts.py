"""Power goes at any moment, and everything not synced may be gone, there or half there."""

import os
import shutil
from pathlib import Path

import pytest

from milestone.storage import disk
from milestone.testing import faults, power
from storage.test_crashes import CHANGES, change, look, prepared, present

NAMES = list(CHANGES) if os.environ.get("FAULTS") == "all" else ["update"]


def recorded(root: Path, name: str) -> power.Recorder:
    prepared(root)
    recorder = power.Recorder(root)
    with recorder.installed():
        change(root, name)
    return recorder


def cut(root: Path, name: str) -> int:
    """Look at every state a power cut during a change may leave; return how many there are."""
    prepared(root)
    before = present(root)
    recorder = recorded(root, name)
    after = present(root)
    seen = 0
    for taken, state in power.states(recorder):
        shutil.rmtree(root)
        root.mkdir()
        state.write()
        outcome = faults.DONE if taken == len(recorder.steps) else faults.KILLED
        try:
            look(root, outcome, before, after)
        except Exception as problem:
            last = recorder.steps[taken - 1] if taken else None
            where = f"{name}, after step {taken} of {len(recorder.steps)}, {last}"
            raise AssertionError(f"{where}: {problem!r}") from problem
        seen += 1
    return seen


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.timeout(600)
def test_power_goes_at_any_moment(root: Path, name: str):
    states = cut(root, name)
    print(f"{name}: {states} states")
    assert states > 50


def test_the_rig_finds_a_log_that_is_not_synced(root: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(power.Recorder, "note_fsync", lambda self, answer, descriptor: None)
    with pytest.raises(AssertionError):
        cut(root, "update")


def test_the_rig_finds_a_folder_that_is_not_synced(root: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(disk, "sync_folder", lambda path: None)
    with pytest.raises(AssertionError):
        cut(root, "archive")
