"""The YAML files beside a database: taken in three-way, written anew, like those of a file store.

In one transaction of the database what people and git did to the files becomes events; when that is durable the
files are brought to what the database says. A crash in between costs nothing: the same edit meets itself.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import msgspec

from milestone.domain.document import Document, Event, Recorded
from milestone.domain.evolve import evolve
from milestone.domain.summary import row
from milestone.storage import adopting, commit, copy_index, copy_versions, disk, replaced, summary_file
from milestone.storage.base import Stamp, Txn, Warning
from milestone.storage.copy_index import Index
from milestone.storage.event_log import EventLog
from milestone.storage.moment import Key, Moment
from milestone.storage.place import Place
from milestone.storage.snapshots import Snapshots, Stored
from milestone.storage.summary_entry import Entries
from milestone.storage.summary_file import Summary

KINDS = ("milestone", "dependencies")  # those that have a file


class _Known(msgspec.Struct, frozen=True, kw_only=True):
    """A live record of the database, as far as names need it."""

    id: str
    uid: str
    kind: str = "milestone"
    is_live: bool = True

    @property
    def key(self) -> Key:
        return self.kind, self.uid


class CopyMoment(Moment):
    """An open transaction of a database, seen as the moment of a file store."""

    def __init__(self, place: Place, txn: Any, index: Index) -> None:
        super().__init__(place, Summary(), evolve, row)
        self.txn = txn
        self.index = index
        self.shelf = Snapshots(os.path.join(place.local, "copy"), place.drafts)
        self.bases: dict[str, tuple[str, str]] = {}  # uid -> path and text, where the base had to be guessed
        self.epoch = txn.epoch
        self.last_number = txn.last_number
        rows = txn.rows()
        known = [_Known(id=str(each["id"]), uid=str(each["uid"])) for each in rows]
        entries: Any = Entries({each.key: each for each in known})  # type: ignore[misc]
        self.summary.entries = entries

    def stored(self, kind: str, uid: str) -> Stored | None:
        found = self.changed.get((kind, uid))
        document: Document | None = self.txn.load(kind, uid) if found is None else None
        if document is None:
            return found
        kept = self.shelf.read(kind, uid)
        if kept is not None and kept.path in self.index.files:
            return msgspec.structs.replace(kept, document=document, row=None)
        path, text = self.bases.get(uid, (None, None))
        return Stored(document=document, path=path, base=text)

    def load(self, kind: str, uid: str) -> Document | None:
        found = self.stored(kind, uid)
        return found.document if found is not None else None

    def find(self, kind: str, states: Sequence[str] = ()) -> Iterator[Document]:
        found: Iterator[Document] = self.txn.find(kind, states)
        return found

    def owners(self) -> dict[str, Key]:
        known: dict[str, Key] = {path: ("milestone", entry.uid) for path, entry in self.index.files.items()}
        known = {path: key for path, key in known.items() if key not in self.changed}
        known.update({path: ("milestone", uid) for uid, (path, _) in self.bases.items()})
        known.update({stored.path: key for key, stored in self.changed.items() if stored.path is not None})
        return known

    def held_by(self) -> Any:
        return self.txn.held_by()

    def fold(self, event: Event, stamp: Stamp) -> Recorded:
        before = self.stored(event.document, event.uid)
        mine, self.txn.stamp = self.txn.stamp, stamp
        try:
            recorded: Recorded = self.txn.append([event])[0]
        finally:
            self.txn.stamp = mine
        document = self.txn.load(event.document, event.uid)
        self.put(before.folded(document) if before else Stored(document=document))
        self.staged.append(recorded)
        return recorded


def take_in(txn: Txn, root: str, stamp: Stamp) -> CopyMoment:
    """Stage what the files say that the database does not know; `write` goes on with what is returned."""
    place = Place(root)
    place.log = EventLog(os.path.join(place.local, "copy", "no-log"))  # the log is in the database
    for folder in (os.path.join(place.replaced, "base"), place.drafts):
        disk.make_folder(folder)
    moment = CopyMoment(place, txn, copy_index.read(root))
    found = summary_file.scan(root)
    changed = copy_index.edited(root, moment.index, found)
    moment.bases = copy_versions.bases(moment, [path for path in changed if path in found])
    moment.warnings = replaced.look_back(moment, stamp)
    left_over = {path: uid for uid, path in _left_over(moment)}
    taken = adopting.adopt(moment, stamp, found, [path for path in changed if path not in left_over])
    for uid in left_over.values():
        _put(moment, uid)
    moment.warnings += [*taken.unreadable.values(), *taken.warnings]
    for uid in _late(txn, moment):
        _put(moment, uid)
    txn.adopted = tuple(moment.staged)
    return moment


def _put(moment: CopyMoment, uid: str) -> None:
    """Let a record's file be brought to what the database says."""
    stored = moment.stored("milestone", uid)
    if stored is not None:
        moment.put(stored)


def _left_over(moment: CopyMoment) -> Iterator[tuple[str, str]]:
    """Yield uid and path of each file whose record was deleted before anybody looked at the files of this store.

    Nothing was typed into it: it did not come back, it was never taken away.
    """
    if moment.index.epoch == moment.epoch:
        return
    for uid, (path, text) in moment.bases.items():
        document = moment.txn.load("milestone", uid)
        if document is not None and document.deleted and disk.read(moment.place.file(path)) == text.encode():
            yield uid, path


def write(moment: CopyMoment, *, seq: int) -> list[Warning]:
    """Bring the files to what the database says at `seq`, and keep what they are; called when that is durable."""
    root = moment.place.root
    files = dict(moment.index.files)
    changes = commit.planned(moment, summary_file.scan(root))
    shared = {key: change for key, change in changes.items() if key[0] in KINDS}
    told = commit.apply(moment, shared.values())
    paths: dict[str, list[str]] = {}
    for path, entry in files.items():
        paths.setdefault(entry.uid, []).append(path)
    for key in shared:
        told += _remember(partial(_keep, moment, key, files, paths.get(key[1], [])))
    # What could not be written is late still: the next sync looks from where the last whole one was.
    is_whole = not any(warning.code == "file_not_written" for warning in told)
    before = moment.index.seq if moment.index.epoch == moment.epoch else 0
    index = Index(moment.epoch, seq if is_whole else before, files)
    return [*told, *_remember(partial(copy_index.write, root, index, moment.place.drafts))]


def _remember(keep: Callable[[], None]) -> list[Warning]:
    """Keep what a file is now; what is not remembered is compared by the next sync."""
    try:
        keep()
    except OSError as problem:
        why = disk.WORDS.get(problem.errno or 0, problem.strerror or str(problem))
        message = f"The files are brought up to date, but that could not be remembered: {why}."
        return [Warning(code="file_not_written", message=message, hint="milestone sync")]
    return []


def _keep(moment: CopyMoment, key: Key, files: dict[str, copy_index.Entry], known: Iterable[str]) -> None:
    """Keep what a record's file is now; one that somebody changed meanwhile stays known as it was."""
    stored, root = moment.changed[key], moment.place.root
    for path in known:
        if path != stored.path:
            del files[path]
    if stored.path is None:
        moment.shelf.write(stored)
        return
    data = disk.read(moment.place.file(stored.path))
    entry = copy_index.entry(root, stored.path, key[1], stored.document.revision)
    if data is not None and entry is not None and disk.digest(data) == stored.digest:
        moment.shelf.write(stored)
        files[stored.path] = entry


def _late(txn: Txn, moment: CopyMoment) -> Iterable[str]:
    """Return the uids of records whose files may not say what the database says."""
    there = {entry.uid for entry in moment.index.files.values()}
    missing = {known.uid for known in _live(moment) if known.uid not in there}
    if moment.index.epoch != txn.epoch:
        return {known.uid for known in _live(moment)}
    recent = txn.events(after=moment.index.seq)
    return missing | {recorded.event.uid for recorded in recent if recorded.event.document == "milestone"}


def _live(moment: CopyMoment) -> list[_Known]:
    entries: Any = moment.summary.entries
    return list(entries.values())
