"""Remove what nobody needs any more: temporary files, caches, old copies; never what a person typed."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from milestone import clock
from milestone.operations.findings import Finding, finding
from milestone.operations.surroundings import DAY_NS
from milestone.storage import replaced, summaries
from milestone.storage.place import Place

OLD_NS = 30 * DAY_NS
CACHES = ("local/settings.json",)
# Folder -> what lies there, and how old it must be.
LEFT = {
    "temp": ("temporary files", DAY_NS),
    "local/drafts": ("half written files", DAY_NS),
    "backups/trials": ("trials of backups", DAY_NS),
    "backups/replaced": ("states that a backup took the place of", OLD_NS),
    "logs/damaged": ("copies of damaged logs", OLD_NS),
    "database/damaged": ("copies of damaged databases", OLD_NS),
}


def clean(root: Path) -> list[Finding]:
    """Remove what is old and return what was done."""
    if (root / "local" / "replaced").is_dir():
        replaced.let_go(Place(root))  # beside a database no transaction does it
    found = [_told(folder, gone) for folder in LEFT if (gone := _remove(root, folder))]
    caches = [name for name in CACHES if (root / name).is_file()] + summaries.unused(str(root))
    for name in caches:
        (root / name).unlink(missing_ok=True)
    if caches:
        message = f"Caches were removed: {', '.join(caches)}. They are made anew where they are needed."
        found.append(finding("note", "cache", "local/", message, repaired=True))
    return found


def _told(folder: str, count: int) -> Finding:
    what, age = LEFT[folder]
    days = age // DAY_NS
    message = f"{count} {what} older than {'a day' if days == 1 else f'{days} days'} were removed."
    return finding("note", "left_over", f"{folder}/", message, repaired=True)


def _remove(root: Path, folder: str) -> int:
    old = list(_old(root / folder, LEFT[folder][1]))
    for path in old:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(old)


def _old(folder: Path, age: int) -> Iterator[Path]:
    """Yield what lies in a folder and was not touched for so long; in `temp` single files, however deep."""
    latest = clock.wall_ns() - age
    there = folder.rglob("*") if folder.name == "temp" else folder.glob("*")
    for path in there:
        if path.is_symlink() or (folder.name == "temp" and not path.is_file()):
            continue
        if path.lstat().st_mtime_ns < latest:
            yield path
