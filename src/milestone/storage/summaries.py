"""The summary of a clone's files, whichever form it has: a file, or with the hybrid backend an index."""

import os

from milestone import registry
from milestone.storage import disk, located, summary_file
from milestone.storage.summary_file import Summary

INDEX = "milestone.storage.index_file:load"  # imports sqlite3, which the file backend does without
NAMES = (summary_file.NAME, os.path.join("database", "index.db"))


def load(root: str) -> Summary | None:
    """Return the summary as last sealed, whatever log and files say now; None when there is no sound one."""
    if located.read(root).backend == "hybrid":
        found: Summary | None = registry.load(INDEX)(root)
        return found
    return summary_file.load(root)


def forget(root: str) -> None:
    """Remove the summary in every form; the next opener makes it anew."""
    for name in NAMES:
        disk.remove(os.path.join(root, name))


def unused(root: str) -> list[str]:
    """Return the forms that lie there, left by another backend, and that nobody reads."""
    used = {"file": NAMES[0], "hybrid": NAMES[1]}.get(located.read(root).backend)
    return [name for name in NAMES if name != used and os.path.isfile(os.path.join(root, name))]
