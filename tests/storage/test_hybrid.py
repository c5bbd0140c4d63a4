"""The hybrid store keeps the contract."""

from pathlib import Path

from milestone.storage.base import Store
from milestone.storage.hybrid import HybridStore
from milestone.testing import plain
from milestone.testing.store_contract import StoreContract


class TestHybridStore(StoreContract):
    keeps_address = False

    def open_store(self, root: Path) -> Store:
        return HybridStore(root, evolve=plain.evolve, summarise=plain.row)
