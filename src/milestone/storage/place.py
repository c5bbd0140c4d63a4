"""Where the parts of a file store lie under `.milestones/`."""

import os

from milestone import errors
from milestone.storage import disk
from milestone.storage.event_log import EventLog
from milestone.storage.snapshots import Snapshots

FOLDERS = (
    *("active", "completed", "config", "deliverables", "sessions", "templates", "temp", "worktrees", "agents"),
    *("database", "local", "local/documents", "local/drafts", "local/replaced", "logs", "logs/events"),
)


def check_inside(root: str | os.PathLike[str]) -> None:
    """Refuse a folder that is a link: a clone must not make us write where it points.

    Raises:
        Refused: naming the link.
    """
    for name in FOLDERS:
        if os.path.islink(os.path.join(root, name)):
            raise errors.Refused(
                f".milestones/{name} is a link.",
                why="records are written inside .milestones/ only, and a link may lead anywhere",
                hint="Put a folder in its place, if the link is yours.",
                code="link_refused",
            )


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
