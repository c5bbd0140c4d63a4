"""Edit, damage, copy, rename and delete the files of a project between commands; the store must stand it.

    python -m fuzz.edits [SECONDS] [SEED]

After every command the log verifies and every readable edit is recorded.
"""

import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from fuzz.records import CORPUS, damaged
from milestone.domain.document import Actor, Document, Event
from milestone.domain.evolve import evolve
from milestone.domain.summary import row
from milestone.storage.base import Stamp
from milestone.storage.file import FileStore

STAMP = Stamp(actor=Actor(name="ana"), at="2026-11-20T12:00:00.000Z")


def run(seconds: float, seed: int, opened: Callable[[Path], FileStore] | None = None) -> tuple[int, str | None]:
    """Return how many commands were run, and how the first failure showed."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / ".milestones"
        shutil.copytree(CORPUS, root)
        chance = random.Random(seed)
        texts = [path.read_bytes().decode("utf-8", "replace") for path in sorted(CORPUS.rglob("*.yaml"))]
        ends, count = time.monotonic() + seconds, 0
        while time.monotonic() < ends:
            count += 1
            edit(root / "active", texts, chance)
            try:
                command((opened or _opened)(root), chance)
            except Exception as broke:
                return count, f"{type(broke).__name__}: {broke}"
    return count, None


def edit(folder: Path, texts: list[str], chance: random.Random) -> None:
    """Do one thing to one file."""
    there = sorted(folder.glob("*.yaml"))
    path = chance.choice(there) if there else folder / "new.yaml"
    kind = chance.random()
    if kind < 0.5 or not path.exists():
        text = path.read_bytes().decode("utf-8", "replace") if path.exists() else "title: new\n"
        text = damaged(text, chance) if chance.random() < 0.7 else chance.choice(texts)
        path.write_bytes(text.encode("utf-8", "replace"))
    elif kind < 0.6:
        path.unlink()
    elif kind < 0.7:
        (folder / f"copy-{chance.randint(0, 9)}.yaml").write_bytes(path.read_bytes())
    elif kind < 0.8:
        path.rename(folder / f"renamed-{chance.randint(0, 9)}.yaml")


def command(store: FileStore, chance: random.Random) -> None:
    """Look, change something, look again.

    Raises:
        AssertionError: the store is not what it should be.
    """
    with store.reading() as reading:
        list(reading.rows())
    with store.transaction(STAMP) as txn:
        documents = list(txn.find("milestone"))
        if documents and chance.random() < 0.7:
            txn.append([_change(chance.choice(documents), chance)])
    with store.reading() as reading:
        list(reading.rows())
        assert reading.unrecorded == 0, f"{reading.unrecorded} edits were not recorded"
    verified = store.verify()
    assert verified["ok"], verified["findings"]


def _change(document: Document, chance: random.Random) -> Event:
    about = {"document": "milestone", "uid": document.uid, "milestone": str(document.body["id"])}
    tasks = document.body.get("tasks") or []
    if tasks and chance.random() < 0.5:
        return Event(kind="task.started", task=str(chance.choice(tasks)["id"]), **about)
    return Event(kind="milestone.edited", data={"set": {"title": chance.choice(["A: b", "x", "日本"])}}, **about)


def _opened(root: Path) -> FileStore:
    return FileStore(root, evolve=evolve, summarise=row)


def main(argv: list[str]) -> int:
    """Return 1 when the store did not stand it."""
    seconds = float(argv[0]) if argv else 60.0
    seed = int(argv[1]) if len(argv) > 1 else random.randrange(10**6)
    count, failure = run(seconds, seed)
    sys.stdout.write(f"seed {seed}: {count} commands{f', then {failure}' if failure else ''}\n")
    return 1 if failure else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
