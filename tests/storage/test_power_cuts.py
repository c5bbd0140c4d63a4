"""Power goes at any moment, and everything not synced may be gone, there or half there; on every backend."""

from pathlib import Path
from typing import Any

import pytest

from milestone.storage import disk
from milestone.testing import power
from storage.rigs import CHANGES, KINDS, LONG, Rig

NAMES = list(CHANGES) if LONG else ["update"]
EVERY = 1 if LONG else 7


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.timeout(1800)
def test_power_goes_at_any_moment(root: Path, kind: str, name: str):
    states = Rig(kind, root).cut(name, EVERY)
    print(f"{kind}: {name}: {states} states")
    assert states > 50


# The rig itself: each of these mistakes must be found.


@pytest.mark.parametrize("kind", KINDS)
def test_the_rig_finds_a_log_that_is_not_synced(root: Path, kind: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(power.Recorder, "note_sync", lambda self, path, node: None)
    with pytest.raises(AssertionError):
        Rig(kind, root).cut("update")


@pytest.mark.parametrize("kind", ["file", "hybrid"])
def test_the_rig_finds_a_folder_that_is_not_synced(root: Path, kind: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(disk, "sync_folder", lambda path: None)
    with pytest.raises(AssertionError):
        Rig(kind, root).cut("archive")


def test_the_rig_finds_a_database_whose_folder_is_not_synced(root: Path, monkeypatch: pytest.MonkeyPatch):
    real = power.Recorder.note_sync

    def without_names(self: power.Recorder, path: str, node: int) -> Any:
        return real(self, path, node) if node else None

    monkeypatch.setattr(power.Recorder, "note_sync", without_names)
    with pytest.raises(AssertionError):
        Rig("sqlite", root).cut("update")
