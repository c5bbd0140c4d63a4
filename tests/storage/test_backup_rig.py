"""Many backups while several processes write, each restored for a trial and compared (G18).

`MILESTONE_BACKUPS=100` makes the long form: a hundred backups of each backend.
"""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from milestone import errors
from milestone.operations import backup
from milestone.storage import located, log_line
from milestone.storage.backups import proving, taking
from milestone.storage.located import Location
from milestone.testing import plain
from milestone.workspace.base import Workspace
from milestone.workspace.opening import open_workspace

COUNT = int(os.environ.get("MILESTONE_BACKUPS", "3"))
WRITER = """
import sys
from pathlib import Path
from milestone.testing import plain
from milestone.workspace.opening import open_workspace

folder, number = Path(sys.argv[1]), int(sys.argv[2])
workspace = open_workspace(folder, environ={"HOME": str(folder)}, as_=f"writer{number}")
done = 0
while True:
    done += 1
    both = [plain.edited(f"{uid:032x}", **{f"w{number}": done}) for uid in (1, 2)]
    written = workspace.write(lambda _txn, _ctx: both)
    print(written.seq, flush=True)
    if (folder / "stop").exists():
        break
"""


def project(folder: Path, kind: str) -> Workspace:
    root = folder / ".milestones"
    (root / "local").mkdir(parents=True)
    if kind != "file":
        located.write(root, Location(kind, None, 1, located.place_of(root)))
    workspace = open_workspace(folder, environ={"HOME": str(folder)}, as_="ana")
    made = [plain.created(f"{number:032x}", number, title="Ship it", status="planned") for number in (1, 2, 3)]
    workspace.write(lambda _txn, _ctx: made)
    return workspace


@pytest.mark.timeout(120 + 20 * COUNT)
@pytest.mark.parametrize("kind", ["file", "hybrid", "sqlite"])
def test_backups_under_load_each_hold_one_moment_and_all_that_was_acknowledged(tmp_path, kind):
    workspace = project(tmp_path, kind)
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), str(n)], stdout=subprocess.PIPE, text=True)
        for n in (1, 2)
    ]
    try:
        for writer in writers:
            writer.stdout.readline()  # each has written at least once
        for _ in range(COUNT):
            acknowledged = [int(writer.stdout.readline()) for writer in writers]
            made = taken(workspace)
            assert made.problems == ()
            assert made.manifest.seq >= max(acknowledged)
            assert_one_moment(workspace, made.manifest.id)
    finally:
        (tmp_path / "stop").touch()
        for writer in writers:
            writer.communicate(timeout=60)
    assert all(not each.problems for each in backup.verify(workspace))


def taken(workspace: Workspace) -> backup.Made:
    """Return a new backup; writers that never rest may keep the store busy for a while on a loaded machine."""
    for _ in range(20):
        try:
            return backup.create(workspace, kind=random.choice([None, "full", "critical"]))
        except errors.Busy:
            time.sleep(0.5)
    raise AssertionError("no turn in twenty tries")


def assert_one_moment(workspace: Workspace, name: str) -> None:
    """Both records of each transaction are there, or neither."""
    shelf, manifest = backup.find(workspace, name)
    values: dict[str, dict[str, int]] = {}
    for text in proving.lines(manifest, shelf):
        for recorded in log_line.decode(text)[0].recorded():
            values.setdefault(recorded.event.uid, {}).update(recorded.event.data.get("set", {}))
    assert values[f"{1:032x}"] == values[f"{2:032x}"]


def test_the_rig_bites_when_a_backup_ends_in_mid_log(tmp_path, monkeypatch):
    """A seeded fault: the last line is left out, though the manifest says it is there."""
    workspace = project(tmp_path, "file")
    workspace.write(lambda _txn, _ctx: [plain.edited(f"{1:032x}", title="Acknowledged")])
    chunks = taking.chunks
    monkeypatch.setattr(taking, "chunks", lambda lines: chunks(list(lines)[:-1]))

    made = backup.create(workspace)

    assert "its log ends at event 3, not at 4" in made.problems
    assert made.verified is None
