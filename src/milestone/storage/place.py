"""Where the parts of a file store lie under `.milestones/`."""

import os

from milestone.storage import disk
from milestone.storage.event_log import EventLog
from milestone.storage.snapshots import Snapshots


class Place:
    """The folders of one store."""

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self.root = os.path.abspath(os.fspath(root))
        self.local = os.path.join(self.root, "local")
        self.replaced = os.path.join(self.local, "replaced")
        self.summary = os.path.join(self.local, "summary")
        self.log = EventLog(os.path.join(self.root, "logs", "events"))
        self.drafts = os.path.join(self.local, "drafts")
        self.snapshots = Snapshots(os.path.join(self.local, "documents"), self.drafts)

    def file(self, path: str) -> str:
        """Return where a record's file lies on the disk."""
        return os.path.join(self.root, path)

    def make(self) -> None:
        """Make the folders a writer needs."""
        for folder in (self.local, os.path.join(self.replaced, "base"), self.drafts, self.log.folder):
            disk.make_folder(folder)

    def clean(self) -> None:
        """Remove what writers that died left half written; only for whoever holds the commit lock."""
        for name in disk.names(self.drafts):
            disk.remove(os.path.join(self.drafts, name))
