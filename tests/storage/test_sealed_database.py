"""A database that keeps everything sealed is to its callers what any store is, and to everybody else noise."""

import itertools
import re
from pathlib import Path

import psycopg
import pytest

from milestone import errors
from milestone.domain import summary
from milestone.domain.evolve import evolve
from milestone.storage import repairing_sqlite, sqlite_care
from milestone.storage.base import Store
from milestone.storage.encryption import Box
from milestone.storage.postgres import PostgresStore
from milestone.storage.postgresql import address as addresses
from milestone.storage.sql import sealing
from milestone.storage.sql.statements import SQL
from milestone.storage.sqlite import SqliteStore
from milestone.storage.vault import Vault
from milestone.testing import plain
from milestone.testing.postgres import OWNER
from milestone.testing.postgres_fixtures import address, set_up
from milestone.testing.store_contract import StoreContract, write
from milestone.testing.store_machine import walk
from milestone.testing.transactions import stamp

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
SEALING = Vault(lambda: Box([KEY]), seals=True)
OPENING = Vault(lambda: Box([KEY]), seals=False)


def no_key() -> Box:
    raise errors.Refused("no key", code="encryption_key")


def opened(root: Path, vault: Vault = SEALING) -> SqliteStore:
    return SqliteStore(root, evolve=evolve, summarise=summary.row, vault=vault)


class TestSealedSqlite(StoreContract):
    def open_store(self, root: Path) -> Store:
        return SqliteStore(root, evolve=plain.evolve, summarise=plain.row, vault=SEALING)


class TestSealedPostgres(StoreContract):
    @pytest.fixture(autouse=True)
    def _address(self, postgres_dsn: str) -> None:
        self.dsn = postgres_dsn

    def open_store(self, root: Path) -> Store:
        return PostgresStore(root, dsn=self.dsn, evolve=plain.evolve, summarise=plain.row, vault=SEALING)


def test_questions_get_the_answers_of_the_model():
    walk(opened, steps=200)


def test_a_database_that_is_sealed_now_and_then_answers_alike():
    turns = itertools.cycle([SEALING, OPENING])

    walk(lambda root: opened(root, next(turns)), steps=200)


def test_every_statement_over_what_is_sealed_is_known_to_the_seal():
    sealed = re.compile(r"\b(text|body|proven|about|tasks|said|labels|owner|slug|category)\b")
    known = {*sealing.READERS, *sealing.BEGINNINGS, *sealing.WRITERS}
    forms = {SQL["line_form"], SQL["sealed_milestones"]}  # they look at the beginning of what is sealed only
    numbers = {SQL["totals"], SQL["set_totals"]}

    assert {text for text in SQL.values() if sealed.search(text)} - known - forms - numbers == set()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / ".milestones"


def texts_of(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in (root / "database").iterdir()}


def put_back(root: Path, whole: dict[Path, bytes]) -> None:
    for path in (root / "database").iterdir():
        path.unlink()
    for path, data in whole.items():
        path.write_bytes(data)


def texts(root: Path) -> bytes:
    return b"".join(path.read_bytes() for path in (root / "database").rglob("*") if path.is_file())


def test_nothing_that_was_said_can_be_read(root: Path):
    write(opened(root), plain.created("a1", 1, title="Canary title", slug="canary-slug", owner="canary-owner"))

    assert b"anary" not in texts(root)
    with opened(root, OPENING).reading() as reading:  # who no longer seals still opens
        assert [row["title"] for row in reading.rows()] == ["Canary title"]
    assert opened(root).verify()["ok"]


def test_without_the_key_nothing_is_read_and_nothing_written(root: Path):
    write(opened(root), plain.created("a1", 1))

    for vault in (Vault(no_key), Vault(no_key, seals=True), Vault(lambda: Box([OTHER]))):
        with pytest.raises(errors.Refused) as refused, opened(root, vault).reading() as reading:
            reading.load("milestone", "a1")
        assert refused.value.code == "encryption_key"
    with (
        pytest.raises(errors.Refused),
        opened(root, Vault(no_key, seals=True)).transaction(stamp()) as txn,
    ):
        txn.append([plain.created("a2", 2)])
    with opened(root).reading() as reading:
        assert reading.seq == 1


# One letter of the sealed text is another one.
TOUCHED = """substr(body, 1, length(body) - 9)
    || CASE substr(body, length(body) - 8, 1) WHEN 'A' THEN 'B' ELSE 'A' END
    || substr(body, length(body) - 7)"""


def test_what_is_changed_or_moved_is_found(root: Path):
    store = opened(root)
    write(store, plain.created("a1", 1), plain.created("a2", 2))
    write(store, plain.edited("a1", title="Other"))
    store.close()
    changes = (
        "UPDATE document SET body = (SELECT body FROM document WHERE uid = 'a2') WHERE uid = 'a1'",
        f"UPDATE document SET body = {TOUCHED} WHERE uid = 'a1'",
        "UPDATE document SET revision = revision + 1 WHERE uid = 'a1'",
        "UPDATE line SET text = (SELECT text FROM line WHERE first = 3) WHERE first = 1",
    )
    whole = texts_of(root)
    for change in changes:
        with store.caring(1.0) as connection:
            connection.begin_writing()
            connection.run(change)
            connection.commit()
        found = store.verify()
        assert not found["ok"], change
        store.close()
        put_back(root, whole)


def test_what_was_in_the_clear_is_sealed_by_care_and_opened_again(root: Path):
    write(opened(root, OPENING), plain.created("a1", 1, title="Canary title"))
    assert b"Canary" in texts(root)
    told = sqlite_care.of_store(str(root), evolve=evolve, summarise=summary.row, timeout=1.0, vault=SEALING)
    assert [step.name for step in told.steps if "sealed" in step.note] == ["encryption"]
    assert b"Canary" not in texts(root)
    assert opened(root).verify()["ok"]
    sqlite_care.of_store(str(root), evolve=evolve, summarise=summary.row, timeout=1.0, vault=OPENING)
    assert b"Canary" in texts(root)
    assert opened(root, Vault(no_key)).verify()["ok"]


def test_a_server_is_sealed_by_the_owner_of_its_tables_only(tmp_path: Path, postgres_server, postgres_schema: str):
    set_up(postgres_server, postgres_schema)
    dsn = address(postgres_server, postgres_schema)
    own = address(postgres_server, postgres_schema, user=OWNER)

    def at(given: str, vault: Vault) -> PostgresStore:
        return PostgresStore(tmp_path, dsn=given, evolve=evolve, summarise=summary.row, vault=vault)

    write(at(dsn, OPENING), plain.created("a1", 1, title="Canary title"))
    with pytest.raises(errors.NotPermitted):
        at(dsn, SEALING).reseal(1.0)
    assert at(own, SEALING).reseal(1.0) == 1
    assert at(dsn, SEALING).verify()["ok"]
    with psycopg.connect(addresses.of(own).dsn) as connection:
        tables = ("line", "event", "document", "milestone", "linked", "totals", "head")
        found = (connection.execute(f"SELECT t::text FROM {postgres_schema}.{name} t") for name in tables)
        rows = [str(row) for answer in found for row in answer]
    assert not [row for row in rows if "Canary" in row or b"Canary".hex() in row]


def test_a_damaged_sealed_database_is_made_whole_from_its_own_lines(root: Path):
    store = opened(root)
    write(store, plain.created("a1", 1, title="Canary title"), plain.created("a2", 2))
    write(store, plain.edited("a1", title="Canary other"))
    with store.caring(1.0) as connection:
        connection.begin_writing()
        connection.run("UPDATE document SET body = 'x'")
        connection.commit()
    store.close()

    told = repairing_sqlite.repair(str(root), evolve=evolve, summarise=summary.row, timeout=1.0, vault=SEALING)
    assert "nothing is lost" in told[0]
    assert opened(root).verify()["ok"]
    assert b"Canary" not in texts(root)
