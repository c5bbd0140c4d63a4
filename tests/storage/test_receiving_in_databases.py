"""What a database takes in of another store costs a few statements, however many lines there are."""

from pathlib import Path
from typing import Any

import pytest

from milestone.storage.base import Store
from milestone.storage.sqlite import SqliteStore
from milestone.storage.sqlite_connection import SqliteConnection
from milestone.testing import plain
from milestone.testing.transactions import a_model, load, write


def a_source(count: int) -> Store:
    """Return a store of so many records, each made and changed in transactions of their own."""
    source = a_model()
    for number in range(1, count + 1):
        write(source, plain.created(f"{number:032x}", number))
    for number in range(1, count + 1):
        write(source, plain.edited(f"{number:032x}", title=f"Title {number}"))
    return source


def received(root: Path, source: Store, parts: int = 1) -> SqliteStore:
    store = SqliteStore(root, evolve=plain.evolve, summarise=plain.row)
    with source.reading() as reading:
        lines, epoch = list(reading.lines()), reading.epoch
    size = len(lines) // parts
    for start in range(0, len(lines), size):
        store.receive(lines[start : start + size], epoch=epoch)
    return store


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the statements that go to the database: each is a trip there and back."""
    statements: list[str] = []
    for name in ("rows", "run", "many"):
        real = getattr(SqliteConnection, name)

        def noted(self: Any, statement: str, *values: Any, real: Any = real) -> Any:
            statements.append(statement)
            return real(self, statement, *values)

        monkeypatch.setattr(SqliteConnection, name, noted)
    return statements


def test_ten_times_as_many_lines_cost_as_many_statements(tmp_path: Path, asked: list[str]):
    received(tmp_path / "few", a_source(12))
    few = len(asked)
    asked.clear()

    received(tmp_path / "many", a_source(120))

    assert len(asked) == few


def test_records_that_are_there_already_are_changed_once_for_each_slice(tmp_path: Path):
    source = a_source(12)

    store = received(tmp_path, source, parts=2)

    assert store.verify()["ok"], store.verify()
    with store.reading() as reading:
        assert [row["title"] for row in reading.rows()] == [f"Title {number}" for number in range(1, 13)]
    assert load(store, f"{7:032x}") == load(source, f"{7:032x}")
