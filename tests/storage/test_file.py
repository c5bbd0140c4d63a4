"""The file store keeps the contract."""

from pathlib import Path

from milestone.storage.base import Store
from milestone.storage.file import FileStore
from milestone.testing import plain
from milestone.testing.store_contract import StoreContract


class TestFileStore(StoreContract):
    keeps_address = False

    def open_store(self, root: Path) -> Store:
        return FileStore(root, evolve=plain.evolve, summarise=plain.row)
