"""The hybrid store keeps the contract."""

from pathlib import Path

from milestone.domain import summary
from milestone.domain.evolve import evolve
from milestone.storage.base import Store
from milestone.storage.hybrid import HybridStore
from milestone.testing import plain
from milestone.testing.past_contract import PastContract
from milestone.testing.store_contract import StoreContract


class TestHybridStore(StoreContract):
    keeps_address = False

    def open_store(self, root: Path) -> Store:
        return HybridStore(root, evolve=plain.evolve, summarise=plain.row)


class TestPast(PastContract):
    def open_store(self, root: Path) -> Store:
        return HybridStore(root, evolve=evolve, summarise=summary.row)
