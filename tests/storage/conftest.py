"""A file store with the real domain in it."""

from pathlib import Path

import pytest

from milestone.domain import summary
from milestone.domain.evolve import evolve
from milestone.storage.file import FileStore


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / ".milestones"


@pytest.fixture
def store(root: Path) -> FileStore:
    return FileStore(root, evolve=evolve, summarise=summary.row)
