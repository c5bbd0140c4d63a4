"""The past of every store, and restores to it (G19)."""

from pathlib import Path
from typing import cast

from milestone.domain import summary
from milestone.domain.evolve import evolve
from milestone.storage.base import Store
from milestone.storage.file import FileStore
from milestone.storage.memory import MemoryStore
from milestone.testing.past_contract import PastContract


class TestFile(PastContract):
    def open_store(self, root: Path) -> Store:
        return FileStore(root, evolve=evolve, summarise=summary.row)


class TestMemory(PastContract):
    def open_store(self, root: Path) -> Store:
        return cast(Store, MemoryStore(evolve=evolve, summarise=summary.row))
