"""The clones of a history: on files, on a database, and one that is worked on by hand alone."""

from pathlib import Path

from milestone.domain.document import Body
from milestone.operations.sync import SyncRequest, sync
from milestone.storage import located, record_files, versions
from milestone.storage.located import Location
from milestone.workspace.base import Workspace
from milestone.workspace.opening import open_workspace
from sharing.clones import Clone

BY_HAND = "by hand"  # runs no command ever
FILES = ("file", BY_HAND)


class Peer(Clone):
    """A clone in a history."""

    def __init__(self, folder: Path, name: str, *, kept_in: str = "file", dsn: str = "") -> None:
        super().__init__(folder, name)
        self.by_hand = kept_in == BY_HAND
        self.has_database = kept_in not in FILES
        self.events: list[int] = []
        self.followed = 0
        self._environ = {"MILESTONE_DSN": dsn} if dsn else {}
        if self.has_database:
            located.write(self.root, Location(kept_in))

    def workspace(self) -> Workspace:
        return open_workspace(self.folder, project=str(self.folder), as_=self.name, environ=self._environ)

    def bodies(self) -> dict[str, Body]:
        """Return the live records by uid, as this clone shows them."""
        if self.by_hand:
            return {version.uid: version.body for _, version in self.files()}
        with self.workspace().reading() as reading:
            return {document.uid: document.body for document in reading.find("milestone")}

    def files(self) -> list[tuple[str, versions.Version]]:
        """Return the records in sound files, by path."""
        texts, _ = record_files.read(str(self.root))
        sound = {path: text for path, text in texts.items() if not versions.needs_settling(text)}
        return [(path, version) for path, text in sound.items() for version in versions.read(text, path)]

    def marked(self) -> list[str]:
        """Return the files that hold markers of git."""
        texts, _ = record_files.read(str(self.root))
        return [path for path, text in texts.items() if versions.MARKERS.search(text)]

    def owes(self) -> bool:
        """Tell whether what a command said may not be in the files yet."""
        if self.by_hand or self.has_database:
            return self.has_database
        texts, _ = record_files.read(str(self.root))
        return any(versions.needs_settling(text) for text in texts.values())

    def settle(self, *, commit: bool = True) -> None:
        wanted = SyncRequest(commit=commit, here=True, accept_removals=True)
        sync(self.workspace(), wanted)
        self.follow()

    def follow(self) -> None:
        """Read on where the last reading ended, as `log --since` does."""
        with self.workspace().reading() as reading:
            self.events += [recorded.seq for recorded in reading.events(after=self.followed)]
            self.followed = self.events[-1] if self.events else 0
