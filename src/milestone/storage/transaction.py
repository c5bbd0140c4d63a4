"""The open transaction of a file store: recover, adopt, let the caller append, commit."""

import os
import zlib
from collections.abc import Sequence

import msgspec

from milestone import clock, registry
from milestone.domain.document import Event, Recorded
from milestone.storage import disk, located, replaced, summary_file
from milestone.storage.base import Protect, Stamp, Warning
from milestone.storage.commit import commit
from milestone.storage.moment import Key, Moment, Redo
from milestone.storage.place import Place
from milestone.storage.snapshots import Stored
from milestone.storage.summary_entry import Entry
from milestone.storage.summary_writing import SummaryWriter

EPOCH = "epoch"
ADOPT = "milestone.storage.adopting:adopt"  # imports yaml and git's words, which a plain change does not
FOLLOW = "milestone.storage.shared_dependencies:follow"
JSON = msgspec.json.Encoder()


class FileTxn(Moment):
    """The one writing transaction; whoever makes it holds the commit lock."""

    adopted: Sequence[Recorded] = ()
    abandoned = False
    protect: Protect | None = None
    keeper: type[SummaryWriter] = SummaryWriter  # who brings the summary to what was committed

    def append(self, events: Sequence[Event]) -> Sequence[Recorded]:
        return [self.fold(event, self.stamp) for event in events]

    def guarded(self, event: Event, _before: Stored | None) -> Event:
        return self.protect(event, _before.document if _before else None) if self.protect else event

    def abandon(self) -> None:
        self.abandoned = True

    def begin(self, stamp: Stamp) -> None:
        """Bring log, files and store together: redo what a dead writer left, take in what people did."""
        self.stamp = stamp
        if self.summary.seal.get("place") != os.stat(self.place.root).st_ino:
            self.epoch = _epoch(self)
        # What people did is not the caller's operation: its key must stay new, or the caller would be answered
        # with their edits and never be asked.
        self._take_in(msgspec.structs.replace(stamp, operation=None), self.recover())

    def recover(self) -> SummaryWriter:
        """Fold in what the log has and the summary does not, and find the files a dead writer was at."""
        summary = self.keeper(self)
        self.catch_up()
        self.place.log.cut(self.head)
        self.place.clean()
        for key, redo in self.redo.items():
            reconcile(self, key, redo)
            for path in redo.left if redo.path is None else ():
                _leave(self, path, redo)
        for line in self.caught_up:
            summary.took(line)
        self.caught_up = []
        return summary

    def _take_in(self, stamp: Stamp, summary: SummaryWriter) -> None:
        told = replaced.look_back(self, stamp)
        for key in self.summary.entries.without_file():
            self._write_late(key)
        found = summary_file.scan(self.place.root)
        changed = summary_file.changed(self.place.root, self.summary, found)
        summary.settled(_settled(self, found, changed))
        told += self._adopt(stamp, summary, found, changed) if changed else []
        self.adopted = tuple(self.staged)
        if self.staged or self.changed or not self.summary.seal:
            told += commit(self, stamp, summary, found)
        self._writer = summary
        self._found = found
        self.warnings = told

    def _write_late(self, key: Key) -> None:
        """Let a record have the file that could not be written when it was made."""
        stored = self.stored(*key)
        if stored is not None:
            self.put(stored)

    def _adopt(
        self, stamp: Stamp, summary: SummaryWriter, found: dict[str, str], changed: list[str]
    ) -> list[Warning]:
        taken = registry.load(ADOPT)(self, stamp, found, changed)
        for path in changed:
            summary.readable(path)
        for path, warning in taken.unreadable.items():
            check = summary_file.check_of(self.place.file(path))
            summary.unreadable(path, "~" + found[path], check, JSON.encode(warning))
        return list(taken.warnings)

    def finish(self) -> None:
        """Commit what was appended, unless it was abandoned; warnings of files go to `warnings`."""
        if self.staged and not self.abandoned:
            if ("dependencies", "dependencies") in self.summary.entries:
                further = registry.load(FOLLOW)(self)
                self.append([further] if further else [])
            self.warnings = [*self.warnings, *commit(self, self.stamp, self._writer, self._found)]


class FileAlone(FileTxn):
    """A file store while nobody else can write; where it has moved to is said by `local/backend.json`."""

    forwarded = False

    def forward(self, address: str | None) -> None:
        self.forwarded = True
        self.moved_to = address

    def finish_alone(self) -> None:
        """Make the address durable: the clone uses the other store from then on."""
        if not self.forwarded:
            return
        location = located.decode(self.moved_to) if self.moved_to else None
        if location is not None:
            located.write(self.place.root, location)
        located.mark_files(self.place.root, None if location is None or location.is_files else location)


def reconcile(moment: Moment, key: Key, redo: Redo) -> None:
    """Find the file of a redone document: written already, only moved, or still as it was."""
    data = disk.read(moment.place.file(redo.path)) if redo.path else None
    name = disk.digest(data) if data is not None else None
    stored = moment.changed[key]
    if data is not None and name == redo.after:
        revision = stored.document.revision
        kept = {"path": redo.path, "base": data.decode(), "base_revision": revision, "reads": None}
        moment.put(msgspec.structs.replace(stored, **kept))
    elif data is not None and name == stored.digest:
        moment.put(msgspec.structs.replace(stored, path=redo.path))


def _leave(moment: Moment, path: str, redo: Redo) -> None:
    """Take away the file at a path its record moved away from, unless somebody changed it."""
    data = disk.read(moment.place.file(path))
    if data is not None and disk.digest(data) in redo.digests:
        disk.remove(moment.place.file(path))
        disk.sync_folder(os.path.dirname(moment.place.file(path)))


def _settled(moment: Moment, found: dict[str, str], changed: list[str]) -> list[Entry]:
    """Return the entries whose signature can be trusted from now on: unchanged, and no longer young."""
    latest = clock.wall_ns() - summary_file.SETTLED_NS
    young = moment.summary.entries.young()
    return [entry for entry in young if entry.path not in changed and _youngest(found[entry.path]) < latest]


def _youngest(signature: str) -> int:
    modified, created, _ = signature.split(",", 2)
    return max(int(modified), int(created))


def known_epoch(place: Place) -> str:
    """Return the epoch kept for this store at this place; empty for a new store or a copied folder."""
    kept = (disk.read(os.path.join(place.local, EPOCH)) or b"").decode("ascii", "replace").split()
    return kept[0] if len(kept) == 2 and kept[1] == str(os.stat(place.root).st_ino) else ""


def _epoch(moment: Moment) -> str:
    """Return the store's epoch; a new one for a new store or a copied folder."""
    known = known_epoch(moment.place)
    if known:
        return known
    epoch = f"{zlib.crc32(os.urandom(16)):08x}"
    keep_epoch(moment, epoch)
    return epoch


def keep_epoch(moment: Moment, epoch: str) -> None:
    """Let the store have an epoch, bound to the place it lies at."""
    bind_epoch(moment.place, epoch)
    moment.epoch = epoch


def bind_epoch(place: Place, epoch: str) -> None:
    """Keep the epoch of the store at this place; a copy of the folder finds that it lies elsewhere."""
    inode = os.stat(place.root).st_ino
    disk.replace(os.path.join(place.local, EPOCH), f"{epoch} {inode}\n".encode(), place.drafts)
