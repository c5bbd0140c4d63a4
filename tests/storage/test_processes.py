"""Many processes at one store: nobody is refused, no update is lost, no number given twice."""

import os
from collections.abc import Callable
from pathlib import Path

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
