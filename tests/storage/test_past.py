"""The past of every store, and restores to it (G19)."""

from pathlib import Path
from typing import cast

import pytest

from milestone.domain import summary
from milestone.domain.evolve import evolve
from milestone.storage import past
from milestone.storage.base import Store
from milestone.storage.event_log import EventLog
from milestone.storage.file import FileStore
from milestone.storage.memory import MemoryStore
from milestone.storage.sqlite import SqliteStore
from milestone.testing.past_contract import PastContract


class TestFile(PastContract):
    def open_store(self, root: Path) -> Store:
        return FileStore(root, evolve=evolve, summarise=summary.row)


class TestSqlite(PastContract):
    def open_store(self, root: Path) -> Store:
        return SqliteStore(root, evolve=evolve, summarise=summary.row)


class TestRotated(PastContract):
    """A log of many segments, the full ones packed."""

    def open_store(self, root: Path) -> Store:
        store = FileStore(root, evolve=evolve, summarise=summary.row)
        store.place.log = EventLog(store.place.log.folder, segment_bytes=3000)
        return store


class TestMemory(PastContract):
    def open_store(self, root: Path) -> Store:
        return cast(Store, MemoryStore(evolve=evolve, summarise=summary.row))


def test_the_contract_notices_a_past_that_is_one_event_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The rig bites: a seeded fault in what `at` shows, and one in what a restore brings back."""
    at = past.at
    monkeypatch.setattr(past, "at", lambda reading, seq, **rules: at(reading, max(seq - 1, 0), **rules))
    with pytest.raises(AssertionError):
        TestFile().test_the_past_is_what_it_was(tmp_path / "a")
    with pytest.raises(AssertionError):
        TestFile().test_a_restore_makes_exactly_the_state_then(tmp_path / "b")
