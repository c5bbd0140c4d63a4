"""No command reads every milestone of a database to answer about a few."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from milestone.cli import shell
from milestone.domain import summary
from milestone.domain.document import Event
from milestone.domain.evolve import evolve
from milestone.storage import located
from milestone.storage.located import Location
from milestone.storage.sqlite import SqliteStore
from milestone.storage.sqlite_connection import SqliteConnection
from milestone.testing import plans
from milestone.testing.builders import a_body, a_task
from milestone.testing.store_contract import write

COUNT = 2000
MOST = 400  # rows a command may be given; there are five times as many milestones


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project of two thousand milestones with two tasks each, in a database."""
    folder = tmp_path_factory.mktemp("large")
    root = folder / ".milestones"
    store = SqliteStore(root, evolve=evolve, summarise=summary.row)
    write(store, *(_created(number) for number in range(1, COUNT + 1)))
    store.close()
    located.write(root, Location("sqlite"))
    return folder


def _created(number: int) -> Event:
    name = f"milestone-{number:03d}"
    tasks = [a_task("task-001", estimated_hours=2), a_task("task-002", dependencies=["task-001"])]
    after = {"requires": [f"milestone-{number - 1:03d}"]} if number % 50 == 0 else {}
    return plans.created(a_body(name, uid=f"{number:032x}", tasks=tasks, dependencies=after))


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Count the rows that SQLite hands out, whoever asked."""
    counts: list[int] = []
    rows, stream = SqliteConnection.rows, SqliteConnection.stream

    def counted(self: SqliteConnection, *asked: Any) -> list[Any]:
        found = rows(self, *asked)
        counts.append(len(found))
        return found

    def streamed(self: SqliteConnection, *asked: Any) -> Iterator[Any]:
        for row in stream(self, *asked):
            counts.append(1)
            yield row

    monkeypatch.setattr(SqliteConnection, "rows", counted)
    monkeypatch.setattr(SqliteConnection, "stream", streamed)
    yield counts


@pytest.mark.parametrize(
    "line",
    [
        "status",
        "status --json",
        "next",
        "list",
        "list --limit 5",
        "list --status planned --priority high",
        "list milestone-1999",
        "show m50",
        "show m1999/t2",
        "log",
        "log m3",
        "prime",
        "task start m7/t1",
        "task note m7/t1 hello",
        "update m9 --priority high",
        "update m9 --depends-on m8",
        "log --since 0 --limit 3",
    ],
)
def test_a_command_reads_what_it_tells_of(
    large: Path, given: list[int], line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(large)
    monkeypatch.setenv("MILESTONE_ACTOR", "ana")

    assert shell.run(line.split()) == 0, capsys.readouterr()

    assert 0 < sum(given) < MOST, sum(given)


def test_one_who_reads_everything_is_found_out(large: Path, given: list[int]):
    store = SqliteStore(large / ".milestones", evolve=evolve, summarise=summary.row)
    with store.reading() as reading:
        assert len(list(reading.rows())) == COUNT
    store.close()

    assert sum(given) > MOST


def test_rows_are_counted_by_the_database_itself(large: Path):
    raw = sqlite3.connect(large / ".milestones" / "database" / "milestones.db")
    plan = [
        row[3]
        for row in raw.execute(
            "EXPLAIN QUERY PLAN SELECT d.id FROM milestone m CROSS JOIN document d WHERE d.kind = 'milestone' "
            "AND d.uid = m.uid AND m.has_open = 1 AND m.has_blockers = 1 ORDER BY m.place, m.id, m.uid"
        )
    ]
    raw.close()
    assert any("milestone_blockers" in step for step in plan), plan
