"""The store in memory keeps the contract."""

from pathlib import Path

from milestone.storage.base import Store
from milestone.storage.memory import MemoryStore
from milestone.testing import plain
from milestone.testing.store_contract import StoreContract


class TestMemoryStore(StoreContract):
    def open_store(self, root: Path) -> Store:
        return MemoryStore(evolve=plain.evolve, summarise=plain.row)
