"""Many processes at one store: nobody is refused, no update is lost, no number given twice."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from milestone import ids
from milestone.domain import summary
from milestone.domain.document import Event
from milestone.domain.evolve import evolve
from milestone.storage.file import FileStore
from milestone.testing import plain
from milestone.testing.store_contract import load, stamp, write

PROCESSES = 8
EACH = int(os.environ.get("CREATES", "6"))  # 25 under `make faults`
A = "0" * 31 + "a"


def at_once(count: int, work: Callable[[int], None]) -> list[int]:
    """Do the work in so many processes and return how each ended."""
    children = []
    for number in range(count):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                work(number)
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


def opened(root: Path) -> FileStore:
    return FileStore(root, evolve=evolve, summarise=summary.row)


def test_processes_that_create_at_once_get_numbers_of_their_own(root: Path):
    def create(who: int) -> None:
        for n in range(EACH):
            with opened(root).transaction(stamp(), timeout=60) as txn:
                number = txn.last_number + 1
                txn.append([plain.created(f"{who:016x}{n:016x}", number, status="planned")])

    assert at_once(PROCESSES, create) == [0] * PROCESSES

    with opened(root).reading() as reading:
        rows = reading.rows()
        assert reading.unrecorded == 0
    wanted = [ids.milestone_id(n + 1) for n in range(PROCESSES * EACH)]
    assert [row["id"] for row in rows] == wanted
    assert sorted(os.listdir(root / "active")) == sorted(f"{name}.yaml" for name in wanted)
    assert opened(root).verify()["ok"]


def test_processes_that_change_one_milestone_lose_no_update(root: Path):
    write(opened(root), plain.created(A, 1, status="planned", labels=[]))

    def add(who: int) -> None:
        for n in range(EACH):
            with opened(root).transaction(stamp(), timeout=60) as txn:
                document = txn.load("milestone", A)
                assert document is not None
                labels = [*document.body["labels"], f"{who}-{n}"]
                txn.append(
                    [Event(kind="milestone.edited", document="milestone", uid=A, data={"set": {"labels": labels}})]
                )

    assert at_once(PROCESSES, add) == [0] * PROCESSES

    document = load(opened(root), A)
    assert document is not None
    assert sorted(document.body["labels"]) == sorted(f"{w}-{n}" for w in range(PROCESSES) for n in range(EACH))


def test_a_reader_beside_writers_sees_whole_changes(root: Path):
    write(opened(root), plain.created(A, 1, status="planned", labels=[], title="0"))

    def work(who: int) -> None:
        if who == 0:
            for n in range(1, 4 * EACH):
                write(opened(root), plain.edited(A, title=str(n), priority=str(n)))
            return
        seen = 0
        while seen < 4 * EACH - 1:
            with opened(root).reading() as reading:
                document = reading.load("milestone", A)
                assert document is not None
                assert reading.unrecorded == 0
                assert document.body.get("priority", "0") == document.body["title"]
                assert int(document.body["title"]) >= seen
                assert [row["title"] for row in reading.rows()] == [document.body["title"]]
                seen = int(document.body["title"])

    assert at_once(3, work) == [0, 0, 0]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_program_itself_in_eight_processes_at_once(tmp_path: Path):
    (tmp_path / "plan.json").write_text(
        json.dumps({"title": "Log in", "tasks": [{"id": "task-001", "title": "Do"}]})
    )
    milestone = [sys.executable, "-m", "milestone", "--lock-timeout", "60"]
    environment = {**os.environ, "MILESTONE_ACTOR": "ana"}

    def call(*words: str) -> int:
        done = subprocess.run(
            [*milestone, *words], cwd=tmp_path, env=environment, capture_output=True, check=False
        )
        return done.returncode

    def create(who: int) -> None:
        assert [call("plan", "--from", "plan.json") for _ in range(EACH)] == [0] * EACH

    def add(who: int) -> None:
        assert [call("task", "add", "m1", f"By {who}, {n}") for n in range(EACH)] == [0] * EACH

    assert call("init") == 0
    assert at_once(PROCESSES, create) == [0] * PROCESSES
    assert at_once(PROCESSES, add) == [0] * PROCESSES

    with opened(tmp_path / ".milestones").reading() as reading:
        rows = list(reading.rows())
    assert [row["id"] for row in rows] == [ids.milestone_id(n + 1) for n in range(PROCESSES * EACH)]
    assert len({row["uid"] for row in rows}) == PROCESSES * EACH
    added = [task["title"] for task in rows[0]["tasks"][1:]]
    assert sorted(added) == sorted(f"By {who}, {n}" for who in range(PROCESSES) for n in range(EACH))
    assert call("log", "--verify") == 0
