"""The YAML files beside a database: taken in three-way, written anew, like those of a file store.

The files are looked at while others go on writing. In one transaction of the database what people and git did to
them becomes events, and their files are brought to what it says; then the others, which nobody waits for either.
A crash in between costs nothing: the same edit meets itself.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple, cast

import msgspec

from milestone.domain.document import Document, Event, Recorded
from milestone.domain.evolve import evolve
from milestone.domain.summary import row
from milestone.storage import adopting, commit, copy_index, copy_versions, disk, replaced, summary_file
from milestone.storage.base import Reading, Stamp, Txn, Warning
from milestone.storage.copy_index import Index
from milestone.storage.event_log import EventLog
from milestone.storage.moment import Key, Moment
from milestone.storage.place import Place
from milestone.storage.snapshots import Snapshots, Stored
from milestone.storage.summary_entry import Entries
from milestone.storage.summary_file import Summary

KINDS = ("milestone", "dependencies")  # those that have a file
FEW = 20  # records that are read one by one


class _Known(msgspec.Struct, frozen=True, kw_only=True):
    """A live record of the database, as far as names need it."""

    id: str
    uid: str
    kind: str = "milestone"
    is_live: bool = True

    @property
    def key(self) -> Key:
        return self.kind, self.uid


class Seen(NamedTuple):
    """What the files and the database said before anybody's turn to write."""

    epoch: str
    seq: int
    entries: dict[Key, Any]  # of the live milestones
    found: dict[str, str]  # the files there are, with their signatures
    changed: list[str]  # paths that came, went or hold something else
    bases: dict[str, tuple[str, str]]  # uid -> path and text, where the base had to be guessed
    were_replaced: bool  # files that an editor may still write into

    @property
    def is_edited(self) -> bool:
        """Whether there may be something to take in."""
        return bool(self.changed) or self.were_replaced


class CopyMoment(Moment):
    """One moment of a database, or its open transaction, seen as the moment of a file store."""

    def __init__(self, place: Place, txn: Any, index: Index, seen: Seen | None = None) -> None:
        super().__init__(place, Summary(), evolve, row)
        self.txn = txn
        self.at = 0  # the last event of this moment
        self.at_hand: dict[str, Document] = {}  # milestones that were read together
        self.index = index
        self.shelf = Snapshots(os.path.join(place.local, "copy"), place.drafts)
        self.bases: dict[str, tuple[str, str]] = {}  # uid -> path and text, where the base had to be guessed
        self.epoch = txn.epoch
        self.last_number = txn.last_number
        self.summary.entries = Entries(_entries(txn, seen))

    def stored(self, kind: str, uid: str) -> Stored | None:
        found = self.changed.get((kind, uid))
        if found is not None:
            return found
        document: Document | None = self.at_hand.get(uid) or self.txn.load(kind, uid)
        if document is None:
            return None
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


def _entries(txn: Any, seen: Seen | None) -> dict[Key, Any]:
    """Return the live milestones; of those that were seen before, only what happened since is asked for."""
    if seen is None or seen.epoch != txn.epoch:
        known = [_Known(id=str(each["id"]), uid=str(each["uid"])) for each in txn.rows()]
        return {each.key: each for each in known}
    entries = dict(seen.entries)
    since = [recorded.event for recorded in txn.events(after=seen.seq)]
    for uid in dict.fromkeys(event.uid for event in since if event.document == "milestone"):
        document = txn.load("milestone", uid)
        entries.pop(("milestone", uid), None)
        if document is not None and not (document.away or document.deleted):
            entries["milestone", uid] = _Known(id=str(document.body["id"]), uid=uid)
    return entries


def _place(root: str) -> Place:
    place = Place(root)
    place.log = EventLog(os.path.join(place.local, "copy", "no-log"))  # the log is in the database
    for folder in (os.path.join(place.replaced, "base"), place.drafts):
        disk.make_folder(folder)
    return place


def look(reading: Reading, root: str) -> Seen:
    """Return what the files say otherwise than when both last agreed; whoever writes meanwhile is not held up."""
    place = _place(root)
    moment = CopyMoment(place, reading, copy_index.read(root))
    found = summary_file.scan(root)
    changed = copy_index.edited(root, moment.index, found)
    return Seen(
        epoch=moment.epoch,
        seq=reading.seq,
        entries=dict(cast(Entries, moment.summary.entries)),
        found=found,
        changed=changed,
        bases=copy_versions.bases(moment, [path for path in changed if path in found]),
        were_replaced=replaced.are_there(place),
    )


def take_in(txn: Txn, root: str, stamp: Stamp, seen: Seen) -> CopyMoment:
    """Stage what the files say that the database does not know; `write` goes on with what is returned."""
    moment = CopyMoment(_place(root), txn, copy_index.read(root), seen)
    moment.bases = seen.bases
    moment.warnings = replaced.look_back(moment, stamp)
    left_over = {path: uid for uid, path in _left_over(moment)}
    taken = adopting.adopt(moment, stamp, seen.found, [path for path in seen.changed if path not in left_over])
    for uid in left_over.values():
        _put(moment, uid)
    moment.warnings += [*taken.unreadable.values(), *taken.warnings]
    txn.adopted = tuple(moment.staged)
    return moment


def late(reading: Reading, root: str) -> CopyMoment:
    """Return the records whose files do not say what the database says at this moment, for `renew`.

    All that is needed of the database is read here: nobody keeps a moment of it open while files are written.
    """
    moment = CopyMoment(_place(root), reading, copy_index.read(root))
    uids = _late(reading, moment)
    if len(uids) > FEW:  # one by one each is a trip to the database
        moment.at_hand = {document.uid: document for document in reading.find("milestone")}
    for uid in uids:
        _put(moment, uid)
    moment.at = reading.seq
    return moment


def renew(moment: CopyMoment) -> list[Warning]:
    """Bring the files of late records to what the database said then."""
    return _write(moment, epoch=moment.epoch, seq=moment.at)


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


def write(moment: CopyMoment) -> list[Warning]:
    """Bring the files of what was taken in to what the database says; called when that is durable."""
    return _write(moment, epoch=moment.index.epoch, seq=moment.index.seq)


def _write(moment: CopyMoment, *, epoch: str, seq: int) -> list[Warning]:
    """Bring files to what the database says, and keep what they are; `seq` is what all of them say then."""
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
    before = moment.index.seq if moment.index.epoch == epoch else 0
    index = Index(epoch, seq if is_whole else before, files)
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
        # By now the path may be another record's, which was kept a moment ago.
        if path != stored.path and path in files and files[path].uid == key[1]:
            del files[path]
    if stored.path is None:
        moment.shelf.write(stored)
        return
    data = disk.read(moment.place.file(stored.path))
    entry = copy_index.entry(root, stored.path, key[1], stored.document.revision)
    if data is not None and entry is not None and disk.digest(data) == stored.digest:
        moment.shelf.write(stored)
        files[stored.path] = entry


def _late(reading: Reading, moment: CopyMoment) -> set[str]:
    """Return the uids of records whose files may not say what the database says."""
    there = {entry.uid for entry in moment.index.files.values()}
    missing = {known.uid for known in _live(moment) if known.uid not in there}
    if moment.index.epoch != reading.epoch:
        return {known.uid for known in _live(moment)}
    recent = reading.events(after=moment.index.seq)
    return missing | {recorded.event.uid for recorded in recent if recorded.event.document == "milestone"}


def _live(moment: CopyMoment) -> list[_Known]:
    entries: Any = moment.summary.entries
    return list(entries.values())
