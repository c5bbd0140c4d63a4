"""What the files of a store that was left say, kept as the base of the copy beside the database."""

import os
import zlib
from typing import cast

from milestone.storage import copy_index, disk, summary_file
from milestone.storage.base import Mark, Store
from milestone.storage.copy_index import Entry, Index
from milestone.storage.logged import LoggedStore
from milestone.storage.moment import Key, Moment
from milestone.storage.snapshots import Snapshots, Stored


def keep(root: str, left: Store, mark: Mark) -> None:
    """Let the copy know each file that still is what the left store wrote; others are for `sync` to compare.

    Nobody waits for it: the left store is written no more. Without it a reading would call every file edited.
    """
    known = copy_index.read(root)
    if known.epoch == mark.epoch and known.seq >= mark.seq:
        return  # a sync was faster, or this was done before
    drafts = os.path.join(root, "local", "moving")
    disk.make_folder(drafts)
    shelf = Snapshots(os.path.join(root, "local", "copy"), drafts)
    files: dict[str, Entry] = {}
    with cast(LoggedStore, left).recorded() as moment:
        for path, key in moment.owners().items():
            entry = _kept(moment, path, key, shelf) if key[0] == "milestone" else None
            if entry is not None:
                files[path] = entry
    copy_index.write(root, Index(mark.epoch, mark.seq, files), drafts)


def _kept(moment: Moment, path: str, key: Key, shelf: Snapshots) -> Entry | None:
    """Keep the base of one file; None when it is gone or says something else."""
    target = moment.place.file(path)
    try:
        stat = os.stat(target, follow_symlinks=False)  # before it is read: what changes later is seen
        data = disk.read(target)
    except OSError:
        return None
    stored, there = _stored(moment, key)
    if stored is None or data is None or disk.digest(data) != stored.digest:
        return None
    if not (there and shelf.share(moment.place.snapshots, *key)):
        shelf.write(stored)
    return Entry(key[1], stored.document.revision, summary_file.signature(stat), f"{zlib.crc32(data):x}")


def _stored(moment: Moment, key: Key) -> tuple[Stored | None, bool]:
    """Return a document, and whether the left store's own folder holds it just so."""
    entry = moment.summary.entries.get(key)
    if entry is not None and key not in moment.changed:
        found = moment.place.snapshots.read(*key)
        if found is not None and found.document.revision == entry.revision:
            return found, True
    return moment.stored(*key), False
