"""Leave a database for the files that a backup was brought back into."""

import contextlib
import shutil
from pathlib import Path

from milestone import errors
from milestone.storage import located, witness
from milestone.storage.located import Location
from milestone.workspace.base import Workspace

SQLITE = ("database/milestones.db", "database/milestones.db-wal", "database/milestones.db-shm")
WITNESS = "local/milestones.db.head"


def to_files(workspace: Workspace, aside: str) -> str | None:
    """Let the clone use its files from now on; return the kind of database it used, None where it used files.

    Whoever has the database open follows; one that is damaged cannot say so, and is only set aside.
    """
    root = str(workspace.root)
    before = located.read(root)
    located.mark_files(root, None)
    if before.is_files:
        return None
    onward = Location("file", None, before.move + 1, located.place_of(root))
    with (
        contextlib.suppress(errors.MilestoneError),
        workspace.store.alone(limit=workspace.options.lock_timeout) as alone,
    ):
        alone.forward(located.encode(onward))
    located.write(root, onward)
    if before.backend == "sqlite":
        _set_aside(workspace.root, workspace.root / aside)
    return before.backend


def _set_aside(root: Path, aside: Path) -> None:
    witness.forget(str(root / WITNESS))
    for name in SQLITE:
        if (root / name).exists():
            (aside / "database").mkdir(parents=True, exist_ok=True)
            shutil.move(root / name, aside / name)
