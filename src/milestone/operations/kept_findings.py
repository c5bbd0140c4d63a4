"""What the doctor says of backups: is there a second place, do they pause, are they needed."""

from collections.abc import Iterator

from milestone.operations import backup, mirrors
from milestone.operations.findings import Finding, finding
from milestone.storage import located
from milestone.storage.backups.manifest import Manifest
from milestone.storage.backups.shelf import Shelf
from milestone.workspace.base import Workspace

FOLDER = "backups/"


def findings(workspace: Workspace) -> Iterator[Finding]:
    """Yield what a person should know."""
    why = backup.paused(workspace.root)
    if why:
        hint = "milestone config set backup.max_megabytes MEGABYTES"
        yield finding("warning", "backup_paused", FOLDER, f"No backups are made: {why}.", hint)
    for name in backup.damaged(workspace):
        message = f"{name} is damaged."
        yield finding(
            "warning", "backup_damaged", f"{FOLDER}{name}.json", message, "milestone backup create --full"
        )
    place = mirrors.place(workspace)
    if place is not None and not place.is_dir():
        yield finding("warning", "mirror_missing", str(place), "The second place for backups is not there.")
    elif place is None and backup.shelf_of(workspace).ids():
        message = "Backups lie beside the project only; `git clean -x`, or a lost disk, takes both."
        yield finding("note", "no_mirror", FOLDER, message, "milestone config set backup.mirror FOLDER")
    if is_gone(workspace):
        message = "The log is gone, and backups of it are there."
        yield finding("error", "log_missing", "logs/events", message, "milestone doctor --repair")


def is_gone(workspace: Workspace) -> bool:
    """Tell whether a log that backups know of is not there at all."""
    if backup.backend_of(workspace) not in located.FILES:
        return False
    there = (workspace.root / "logs" / "events").glob("*.jsonl*")
    return not any(path.stat().st_size for path in there) and any(m.seq for _, _, m in backups(workspace))


def backups(workspace: Workspace) -> list[tuple[str, Shelf, Manifest]]:
    """Return every backup with its place, the newest first."""
    found = [(where, shelf, m) for where, shelf in backup.places(workspace) for m in shelf.all()]
    return sorted(found, key=lambda each: (each[2].at, each[2].id), reverse=True)
