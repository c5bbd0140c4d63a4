"""Files that nobody has yet: each whole or not there, durable when the call returns.

Of many, what they hold is synced at once: twenty thousand syncs, one after another, took minutes where others
worked too.
"""

import contextlib
import errno
import os
from collections.abc import Mapping

from milestone import registry
from milestone.storage import disk

FEW = 16  # files that are synced one by one: a sync of the whole disk also waits for what others wrote
SYNC = "milestone.storage.syncing:sync_disk"  # imports ctypes, which a plain change does not


def write(files: Mapping[str, bytes], drafts: str) -> dict[str, OSError]:
    """Make files; return why one could not be made, or differs from what is there already."""
    failed: dict[str, OSError] = {}
    ready: dict[str, str] = {}  # path -> its draft
    folders: set[str] = set()
    for number, (path, data) in enumerate(files.items()):
        draft = os.path.join(drafts, f"{number}-{os.path.basename(path)}")
        try:
            if os.path.dirname(path) not in folders:
                disk.make_folder(os.path.dirname(path))
                folders.add(os.path.dirname(path))
            disk.remove(draft)
            disk.write_new(draft, data, sync=len(files) <= FEW)
            ready[path] = draft
        except OSError as problem:
            failed[path] = problem
    if ready and len(files) > FEW:
        try:
            registry.load(SYNC)(drafts)
        except OSError as problem:
            failed.update(dict.fromkeys(ready, problem))
    _name({path: draft for path, draft in ready.items() if path not in failed}, files, failed)
    for draft in ready.values():
        with contextlib.suppress(OSError):  # who opens the store next clears them away
            disk.remove(draft)
    return failed


def _name(ready: Mapping[str, str], files: Mapping[str, bytes], failed: dict[str, OSError]) -> None:
    """Give drafts their names; the names in a folder are made durable together."""
    made: dict[str, list[str]] = {}
    for path, draft in ready.items():
        try:
            _give(draft, path, files[path])
            made.setdefault(os.path.dirname(path), []).append(path)
        except OSError as problem:
            failed[path] = problem
    for folder, paths in made.items():
        try:
            disk.sync_folder(folder)
        except OSError as problem:
            failed.update(dict.fromkeys(paths, problem))


def _give(draft: str, path: str, data: bytes) -> None:
    try:
        if not disk.link(draft, path):
            move(draft, path)
    except FileExistsError:
        if disk.read(path) != data:
            raise


def move(old: str, path: str) -> None:
    """Give a file its new name, over nobody's.

    Raises:
        FileExistsError: somebody has it.
    """
    if os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, "a file is there already", path)
    os.rename(old, path)
    disk.sync_folder(os.path.dirname(path))
    disk.sync_folder(os.path.dirname(old))
