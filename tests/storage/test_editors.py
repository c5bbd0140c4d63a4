"""People's editors racing commands on the same files: every edit and every change is kept."""

import os
import random
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from milestone.domain.document import Event
from milestone.storage.base import Txn
from milestone.testing import plain
from milestone.testing.store_contract import load, stamp, write
from storage.test_processes import at_once, opened

EDITS = int(os.environ.get("EDITS", "12"))
UIDS = [f"{number:032x}" for number in (1, 2)]
TASKS = [{"id": f"task-{n:03d}", "title": f"Step {n}", "status": "pending"} for n in range(1, 4)]

Save = Callable[[Path, str], None]


def renamed(path: Path, text: str) -> None:
    """Save as vim does."""
    draft = path.with_name(f".{path.name}.swp")
    draft.write_text(text)
    draft.rename(path)


def truncated(path: Path, text: str) -> None:
    """Save as nano does, in two pieces with a pause between."""
    with open(path, "w") as file:
        file.write(text[: len(text) // 2])
        file.flush()
        time.sleep(0.003)
        file.write(text[len(text) // 2 :])


def an_editor(root: Path, number: int, save: Save) -> None:
    """Note one edit after another in a file, loaded anew each time."""
    path = root / "active" / f"milestone-{number:03d}.yaml"
    chance = random.Random(number)
    for edit in range(EDITS):
        text = path.read_text()
        time.sleep(chance.random() * 0.01)
        save(
            path, re.sub(r"^x_by_hand: .*\n|\Z", f"x_by_hand: edit {edit:02}\n", text, count=1, flags=re.MULTILINE)
        )
        time.sleep(chance.random() * 0.02)


def a_command(root: Path, who: int) -> None:
    """Add one label after another by a transaction each."""
    for change in range(EDITS):
        with opened(root).transaction(stamp(), timeout=60) as txn:
            txn.append([_label(txn, uid, f"w{who}-{change}") for uid in UIDS])


def _label(txn: Txn, uid: str, label: str) -> Event:
    document = txn.load("milestone", uid)
    assert document is not None
    return plain.edited(uid, labels=[*document.body.get("labels", []), label])


# Each way that is known to lose one has a test of its own, without chance, in test_stale_buffers and test_saving.
@pytest.mark.parametrize("save", [renamed, truncated])
def test_editors_beside_commands_lose_nothing(root: Path, save: Save):
    write(opened(root), *(plain.created(u, n + 1, status="planned", tasks=TASKS) for n, u in enumerate(UIDS)))

    def work(who: int) -> None:
        if who < len(UIDS):
            an_editor(root, who + 1, save)
        else:
            a_command(root, who)

    assert at_once(4, work) == [0] * 4
    write(opened(root), *(plain.edited(uid, description="the end") for uid in UIDS))

    for uid in UIDS:
        document = load(opened(root), uid)
        assert document is not None
        assert not document.away
        said = document.body
        kept = set(said["labels"]) | {
            label for c in said.get("conflicts", []) if c["field"] == "labels" for label in c["other"] or []
        }
        assert kept >= {f"w{who}-{change}" for who in (2, 3) for change in range(EDITS)}
        assert said["x_by_hand"] == f"edit {EDITS - 1:02}"
        assert [task["title"] for task in said["tasks"]] == [task["title"] for task in TASKS]
    assert opened(root).verify()["ok"]
