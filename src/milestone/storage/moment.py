"""One moment of a file store: the summary, the log behind it, and documents read when asked for."""

import collections
import itertools
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from milestone import registry
from milestone.domain.document import Body, Document, Event, Recorded
from milestone.ids import number_of
from milestone.storage import locks, log_line, summary_file
from milestone.storage.base import Evolve, Mark, Stamp, Summarise, Warning
from milestone.storage.entry_rows import EntryRows
from milestone.storage.event_log import START, Head
from milestone.storage.log_line import FileMark, Line
from milestone.storage.place import Place
from milestone.storage.snapshots import Stored
from milestone.storage.summary_entry import Entry, order
from milestone.storage.summary_file import Summary

Key = tuple[str, str]  # kind, uid
LOCAL = ("session", "lease")  # kinds of whose bodies the summary keeps the state
READ_RECORD = "milestone.storage.yaml_reader:read_record"  # imports yaml, which a plain change does not


class Redo:
    """What lines behind the summary say about one document's file: any of these states is our own doing."""

    def __init__(self) -> None:
        self.revision = 0
        self.path: str | None = None
        self.after: str | None = None
        self.digests: set[str | None] = set()
        self.left: set[str] = set()  # paths it moved away from

    def add(self, mark: FileMark) -> None:
        self.revision = mark.revision
        self.path = mark.path
        self.after = mark.after
        self.digests |= {mark.before, mark.after}
        if mark.was:
            self.left.add(mark.was)
        self.left.discard(mark.path or "")


class Moment:
    """What the store says at one `seq`, with what was folded in since on top."""

    listing: type[EntryRows] = EntryRows  # what answers questions about rows

    def __init__(self, place: Place, summary: Summary, evolve: Evolve, summarise: Summarise) -> None:
        self.place = place
        self.summary = summary
        self.evolve = evolve
        self.summarise = summarise
        self.head = head_of(summary)
        self.moved_to: str | None = None  # `local/backend.json` says it for a file store
        self.unrecorded = 0
        self.warnings: list[Warning] = []
        self.changed: dict[Key, Stored] = {}
        self.kept: dict[Key, Stored] = {}  # as the folder of documents holds them, where that was looked at
        self._rows: EntryRows | None = None  # until something changes
        self._names: dict[str, dict[Key, None]] = {}  # which of `changed` have or had an id, now or before
        self._sealed_names: dict[str, list[Key]] | None = None  # the same of the summary, once somebody asks
        self.staged: list[Recorded] = []  # folded in, not in the log
        self.redo: dict[Key, Redo] = {}
        self.caught_up: list[Line] = []  # in the log, not in the summary
        self.last_number = summary.last_number
        self.epoch = summary.epoch

    @property
    def seq(self) -> int:
        return self.head.seq + len(self.staged)

    # -- what is there

    def stored(self, kind: str, uid: str) -> Stored | None:
        """Return a document with what is known of its file; None when there never was one."""
        found = self.changed.get((kind, uid))
        if found is not None:
            return found
        entry = self.summary.entries.get((kind, uid))
        return self.as_sealed(entry) if entry is not None else None

    def load(self, kind: str, uid: str) -> Document | None:
        found = self.stored(kind, uid)
        return found.document if found is not None else None

    def find(self, kind: str, states: Sequence[str] = ()) -> Iterator[Document]:
        keys = {key for key in (*self.summary.entries, *self.changed) if key[0] == kind}
        if states and kind in LOCAL:
            keys -= self.summary.in_other_states(keys - self.changed.keys(), list(states))
        found = [d for d in (self.load(*key) for key in keys) if d is not None and not (d.away or d.deleted)]
        found = [d for d in found if not states or d.body.get("state") in states]
        if kind == "milestone":
            return iter(sorted(found, key=lambda d: (*order(str(d.body.get("id", ""))), d.uid)))
        return iter(sorted(found, key=lambda d: d.uid))

    def rows(self) -> EntryRows:
        if self._rows is None:
            self._rows = self._listed()
        return self._rows

    def _listed(self) -> EntryRows:
        entries: Any = self.summary.entries
        rows = entries.live()
        changed = {entries.standing(key) for key in self.changed}
        if changed:
            rows = [standing for standing in rows if standing not in changed]
        listing = self.listing(rows, self.summary)
        for key, stored in self.changed.items():
            document = stored.document
            if key[0] == "milestone" and not (document.away or document.deleted):
                row = stored.row if stored.row is not None else dict(self.summarise(document))
                self.changed[key] = msgspec.structs.replace(stored, row=row)  # which the summary keeps, too
                listing.put(row)
        return listing

    def events(
        self, after: int = 0, limit: int | None = None, newest: bool = False, since: str = ""
    ) -> Iterator[Recorded]:
        if not newest:
            lines = (line for line in self.place.log.lines(after, self.head) if line.at >= since)
            kept = (r for line in lines for r in line.recorded() if r.seq > after)
            return itertools.islice(itertools.chain(kept, (r for r in self.staged if r.seq > after)), limit)
        found: list[Recorded] = [r for r in reversed(self.staged) if r.seq > after]
        for line in self.place.log.newest(self.head, since):
            if line.last_seq <= after or (limit is not None and len(found) >= limit):
                break
            found.extend(r for r in reversed(line.recorded()) if r.seq > after)
        return iter(found[:limit][::-1])

    @property
    def mark(self) -> Mark:
        return Mark(epoch=self.epoch, seq=self.head.seq, hash=self.head.hash)

    def lines(self, after: int = 0) -> Iterator[bytes]:
        return self.place.log.raw(after, self.head)

    def held_by(self) -> Mapping[str, str]:
        if not locks.run_is_live(self.place.root):
            return {}
        running = [d.body for d in self.find("session") if d.body.get("state") == "running"]
        return {str(uid): str(body.get("id")) for body in running for uid in body.get("holds") or ()}

    def now(self) -> str | None:
        return None

    def operation(self, key: str) -> Sequence[Recorded]:
        first = self.summary.operations.get(key)
        if first is None:
            return [r for line in self.caught_up if line.operation == key for r in line.recorded()]
        for line in self.place.log.lines(first - 1, self.head):
            return line.recorded()
        return ()

    def owners(self) -> dict[str, Key]:
        """Return whose file lies at each path."""
        known = {path: key for path, key in self.summary.entries.owners().items() if key not in self.changed}
        known.update({s.path: key for key, s in self.changed.items() if s.path is not None})
        return known

    def named(self, name: str) -> str | None:
        """Return the uid of the milestone that has an id or had it, gone ones too; None when nobody ever did."""
        for key in self._names.get(name, ()):
            body = self.changed[key].document.body if key in self.changed else {}
            if body.get("id") == name or name in (body.get("formerly") or ()):
                return key[1]
        if self._sealed_names is None:  # whoever takes in many files asks once for each
            self._sealed_names = {}
            for entry in self.summary.entries.values():
                if entry.kind == "milestone":
                    self._sealed_names.setdefault(entry.id, []).append(entry.key)
        sealed = (key for key in self._sealed_names.get(name, ()) if key not in self.changed)
        return next((uid for _, uid in sealed), None)

    def base_body(self, stored: Stored) -> Body | None:
        """Return what the text last in agreement with a file reads as; None when there is no such text."""
        if stored.reads is not None or stored.base is None:
            return stored.reads
        if stored.base_revision == stored.document.revision:
            return stored.document.body
        reads: Body = registry.load(READ_RECORD)(stored.base, stored.path or "").body
        return reads

    # -- folding

    def fold(self, event: Event, stamp: Stamp) -> Recorded:
        """Stage an event and fold it into its document."""
        before = self.stored(event.document, event.uid)
        recorded = stamp.on(self.guarded(event, before), self.seq + 1)
        document = self.evolve(before.document if before else None, recorded)
        self.put(before.folded(document) if before else Stored(document=document))
        self.staged.append(recorded)
        return recorded

    def guarded(self, event: Event, _before: Stored | None) -> Event:
        """Return an event as the log may keep it; what is only looked at stays as it is."""
        return event

    def put(self, stored: Stored) -> None:
        """Keep a document as it is now."""
        document = stored.document
        self.changed[document.kind, document.uid] = stored
        self._rows = None
        if document.kind == "milestone":
            names = [str(name) for name in (document.body.get("id"), *(document.body.get("formerly") or ()))]
            self.last_number = max(self.last_number, *(number_of(name) or 0 for name in names))
            for name in names:
                self._names.setdefault(name, {})[document.kind, document.uid] = None

    def saved(self) -> None:
        """The summary and the documents on disk are at this moment now."""
        self.changed, self.redo, self._rows = {}, {}, None
        self._names, self._sealed_names = {}, None

    def catch_up(self) -> None:
        """Fold in what the log has and the summary does not.

        Raises:
            Damaged: the log is shorter than the summary, or broken.
        """
        lines, self.head = self.place.log.since(self.head)
        for line in lines:
            for mark in line.files:
                self.redo.setdefault((mark.kind, mark.uid), Redo()).add(mark)
        for line in lines:
            due = {(mark.kind, mark.uid): mark.revision for mark in line.files}
            left = collections.Counter(_key(recorded) for recorded in line.recorded())
            for recorded in line.recorded():
                left[_key(recorded)] -= 1
                self._redo(recorded, due[_key(recorded)] - left[_key(recorded)])
        self.caught_up.extend(lines)

    def _redo(self, recorded: Recorded, revision: int) -> None:
        """Fold an event unless the snapshot on disk has it already."""
        key = _key(recorded)
        before = self.changed.get(key) or self._start(key)
        if before is None or before.document.revision < revision:
            document = self.evolve(before.document if before else None, recorded)
            before = before.folded(document) if before else Stored(document=document)
        self.put(before)

    def _start(self, key: Key) -> Stored | None:
        """Return the document from which the tail of the log goes on; its snapshot may be ahead of the summary."""
        entry = self.summary.entries.get(key)
        kept = self.place.snapshots.read(*key)
        first = entry.revision if entry else 1
        if kept is not None and first <= kept.document.revision <= self.redo[key].revision:
            self.kept[key] = kept
            return kept
        return self._rebuild(entry) if entry else None

    def as_sealed(self, entry: Entry) -> Stored:
        """Return the document as the summary's entry says it was."""
        kept = self.place.snapshots.read(entry.kind, entry.uid)
        if kept is None or kept.document.revision != entry.revision:
            kept = self._rebuild(entry)
        return kept

    def _rebuild(self, entry: Entry) -> Stored:
        """Return a document folded from the whole log, up to the summary's moment."""
        document: Document | None = None
        named = log_line.ENCODER.encode(entry.uid)
        for text in self.place.log.raw(0, head_of(self.summary)):
            if named not in text:
                continue
            for recorded in log_line.DECODER.decode(text).recorded():
                if _key(recorded) == entry.key:
                    document = self.evolve(document, recorded)
        if document is None:
            raise LookupError(f"{entry.kind} {entry.uid} is in the summary and not in the log")
        return Stored(document=document, path=entry.path or None, base=self._base(entry))

    def _base(self, entry: Entry) -> str | None:
        """Return the text of a file that still is what the summary says we last wrote."""
        if not entry.path or summary_file.check_of(self.place.file(entry.path)) != entry.check:
            return None
        with open(os.path.join(self.place.root, entry.path), encoding="utf-8", newline="") as file:
            return file.read()


def _key(recorded: Recorded) -> Key:
    return recorded.event.document, recorded.event.uid


def head_of(summary: Summary) -> Head:
    """Return where the log ended when the summary was sealed."""
    seal = summary.seal
    if not seal:
        return START
    return Head(
        segment=int(str(seal["segment"])),
        size=int(str(seal["size"])),
        hash=str(seal["hash"]),
        seq=int(str(seal["seq"])),
    )
