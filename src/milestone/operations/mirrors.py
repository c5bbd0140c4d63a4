"""The second place for backups, outside the repository: `backup.mirror`."""

import re
from collections.abc import Iterator
from pathlib import Path

from milestone.storage import disk
from milestone.storage.backups import keeping
from milestone.storage.backups.keeping import Policy
from milestone.storage.backups.manifest import Manifest
from milestone.storage.backups.shelf import Shelf
from milestone.workspace.base import Workspace

SHORT = 12  # characters of a history's name


def copy(workspace: Workspace, shelf: Shelf, manifest: Manifest, policy: Policy) -> list[str]:
    """Copy a backup to the mirror and return what went wrong; nothing happens without a mirror."""
    folder = place(workspace)
    if folder is None:
        return []
    if not folder.is_dir():
        return [f"backup.mirror {folder} is not there; the backup was not copied."]
    target = Shelf(str(folder / f"{name(workspace)}-{manifest.project[:SHORT] or 'new'}"), workspace.secrecy)
    try:
        target.copy(manifest, shelf)
        keeping.trim(target, workspace.clock.now(), policy)
    except OSError as problem:
        return [f"The backup was not copied to {folder}: {problem.strerror or problem}."]
    return []


def shelves(workspace: Workspace) -> Iterator[Shelf]:
    """Yield the shelves of this project in the mirror: of its own history first, else all under its name."""
    folder = place(workspace)
    if folder is None:
        return
    for each in disk.names(str(folder)):
        if each.rpartition("-")[0] == name(workspace):
            yield Shelf(str(folder / each), workspace.secrecy)


def place(workspace: Workspace) -> Path | None:
    """Return the mirror's folder; None when none is set."""
    said = workspace.settings.get("backup.mirror")
    return workspace.root.parent / Path(str(said)).expanduser() if said else None


def name(workspace: Workspace) -> str:
    """Return the name under which a project lies in the mirror."""
    said = str(workspace.settings.get("project.name") or workspace.root.parent.name)
    return re.sub(r"[^\w.-]+", "-", said).strip("-.") or "project"
