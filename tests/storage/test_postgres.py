"""The postgres store keeps the contract, as the role that may do least."""

from pathlib import Path

import pytest

from milestone.storage.base import Store
from milestone.storage.postgres import PostgresStore
from milestone.testing import plain
from milestone.testing.store_contract import StoreContract


class TestPostgresStore(StoreContract):
    @pytest.fixture(autouse=True)
    def _address(self, postgres_dsn: str) -> None:
        self.dsn = postgres_dsn

    def open_store(self, root: Path) -> Store:
        return PostgresStore(root, dsn=self.dsn, evolve=plain.evolve, summarise=plain.row)
