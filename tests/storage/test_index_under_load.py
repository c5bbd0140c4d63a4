"""Writers and readers go on as processes of their own while the index is harmed again and again under them."""

import os
import random
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from milestone.storage import index_file
from milestone.testing import plain
from milestone.testing.store_contract import stamp, write
from storage.test_index import HARM, RECORDS, answers, as_file_store, keep_older, opened, uid
from storage.test_processes import at_once

ROUNDS = int(os.environ.get("INDEX_ROUNDS", "15"))  # 150 under `make faults`
WRITERS = READERS = 2
Harms = dict[str, Callable[[Path, random.Random], None]]
# `without_an_entry` waits for SQLite's locks, as nobody does who harms a file.
HARSH: Harms = {name: how for name, how in HARM.items() if name != "without_an_entry"}


def count_up(root: Path, who: int) -> None:
    """Add one to a record's counter, round by round; an update that is lost shows in the end."""
    for _ in range(ROUNDS):
        with opened(root).transaction(stamp(), timeout=60) as txn:
            document = txn.load("milestone", uid(1))
            assert document is not None
            count = int(document.body.get("count") or 0) + 1
            txn.append([plain.edited(uid(1), count=count), plain.edited(uid(2 + who), title=f"{who} at {count}")])


def look_on(root: Path) -> None:
    """Read again and again: what is said holds together, and never goes back."""
    before = 0
    for _ in range(ROUNDS * 2):
        with opened(root).reading() as reading:
            rows = list(reading.rows())
            document = reading.load("milestone", uid(1))
            assert document is not None
            count = int(document.body.get("count") or 0)
            assert (reading.unrecorded, len(rows)) == (0, RECORDS)
            assert {row["revision"] for row in rows if row["uid"] == uid(1)} == {document.revision}
            assert count >= before
            before = count


def do_harm(root: Path) -> None:
    path = Path(index_file.path_in(str(root)))
    chance = random.Random(5)
    for _ in range(ROUNDS * 3):
        with suppress(OSError, ValueError, IndexError, sqlite3.Error):  # it is gone, or has no page yet
            chance.choice(list(HARSH.values()))(path, chance)


def test_the_index_is_harmed_under_load(root: Path):
    store = opened(root)
    for number in range(1, RECORDS + 1):
        write(store, plain.created(uid(number), number, title=f"Goal {number}", status="planned"))
    keep_older(root, 0)

    def work(number: int) -> None:
        if number < WRITERS:
            count_up(root, number)
        elif number < WRITERS + READERS:
            look_on(root)
        else:
            do_harm(root)

    assert at_once(WRITERS + READERS + 1, work) == [0] * (WRITERS + READERS + 1)

    said = answers(opened(root))
    assert said == as_file_store(root)
    assert said["documents"][uid(1)].body["count"] == WRITERS * ROUNDS, "no update is lost"
    assert opened(root).verify()["ok"]
