"""What the files of a store that was left say, kept as the base of the copy beside the database."""

import os
from typing import cast

from milestone.storage import copy_index, disk
from milestone.storage.base import Mark, Store
from milestone.storage.copy_index import Entry, Index
from milestone.storage.logged import LoggedStore
from milestone.storage.snapshots import Snapshots


def keep(root: str, left: Store, mark: Mark) -> None:
    """Let the copy know each file that still is what the left store wrote; others are for `sync` to compare.

    Nobody waits for it: the left store is written no more. Without it a reading would call every file edited.
    """
    known = copy_index.read(root)
    if known.epoch == mark.epoch and known.seq >= mark.seq:
        return  # a sync was faster, or this was done before
    drafts = os.path.join(root, "local", "moving")
    shelf = Snapshots(os.path.join(root, "local", "copy"), drafts)
    files: dict[str, Entry] = {}
    with cast(LoggedStore, left).recorded() as moment:
        for path, (kind, uid) in moment.owners().items():
            stored = moment.stored(kind, uid)
            data = disk.read(moment.place.file(path))
            if kind != "milestone" or stored is None or data is None or disk.digest(data) != stored.digest:
                continue
            entry = copy_index.entry(root, path, uid, stored.document.revision)
            if entry is not None:
                shelf.write(stored)
                files[path] = entry
    copy_index.write(root, Index(mark.epoch, mark.seq, files), drafts)
