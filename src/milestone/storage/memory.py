"""A store in memory: the model every other store is compared with, and what tests of higher rooms use."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec

from milestone import errors
from milestone.domain.document import Document, Event, Recorded
from milestone.domain.rows import Listed, Rows
from milestone.ids import number_of
from milestone.storage import log_line
from milestone.storage.base import Evolve, Mark, Protect, Stamp, Summarise, Warning
from milestone.storage.log_line import FileMark

Key = tuple[str, str]  # kind, uid


class Present(msgspec.Struct, frozen=True, kw_only=True):
    """All a store in memory holds."""

    mark: Mark = Mark(epoch="memory", seq=0, hash=log_line.GENESIS)
    lines: tuple[bytes, ...] = ()
    events: tuple[Recorded, ...] = ()
    documents: dict[Key, Document] = {}
    moved_to: str | None = None


class MemoryReading:
    """One moment of a store in memory."""

    def __init__(
        self,
        present: Present,
        summarise: Summarise,
        held: Mapping[str, str],
    ) -> None:
        self.mark = present.mark
        self.epoch = present.mark.epoch
        self.moved_to = present.moved_to
        self.unrecorded = 0
        self.warnings: list[Warning] = []
        self._present = present
        self._events = present.events
        self._documents = dict(present.documents)
        self._summarise = summarise
        self._held = held

    @property
    def seq(self) -> int:
        return len(self._events)

    @property
    def last_number(self) -> int:
        bodies = (d.body for (kind, _), d in self._documents.items() if kind == "milestone")
        names = (name for body in bodies for name in (body.get("id"), *body.get("formerly", ())))
        return max((number_of(str(name)) or 0 for name in names), default=0)

    def rows(self) -> Rows:
        return Listed([self._summarise(document) for document in self.find("milestone")])

    def load(self, kind: str, uid: str) -> Document | None:
        return self._documents.get((kind, uid))

    def find(self, kind: str, states: Sequence[str] = ()) -> Iterator[Document]:
        live = [d for d in self._documents.values() if d.kind == kind and not (d.away or d.deleted)]
        live = [d for d in live if not states or d.body.get("state") in states]
        return iter(sorted(live, key=lambda d: (str(d.body.get("id", "")) if kind == "milestone" else "", d.uid)))

    def events(
        self, after: int = 0, limit: int | None = None, newest: bool = False, since: str = ""
    ) -> Iterator[Recorded]:
        found = [recorded for recorded in self._events[after:] if recorded.at >= since]
        if limit is None:
            return iter(found)
        return iter(found[max(len(found) - limit, 0) :] if newest else found[:limit])

    def lines(self, after: int = 0) -> Iterator[bytes]:
        return (line for line in self._present.lines if log_line.last_seq(line) > after)

    def held_by(self) -> Mapping[str, str]:
        return self._held

    def now(self) -> str | None:
        return None

    def operation(self, key: str) -> Sequence[Recorded]:
        return [recorded for recorded in self._events if recorded.operation == key]


class MemoryTxn(MemoryReading):
    """The open transaction of a store in memory."""

    def __init__(self, store: "MemoryStore", stamp: Stamp) -> None:
        super().__init__(store.present, store.summarise, store.held)
        self.adopted: Sequence[Recorded] = ()
        self.abandoned = False
        self._store = store
        self._stamp = stamp

    def append(self, events: Sequence[Event]) -> Sequence[Recorded]:
        return [self._append(event) for event in events]

    def abandon(self) -> None:
        self.abandoned = True

    def _append(self, event: Event) -> Recorded:
        protect = self._store.protect
        kept = protect(event, self.load(event.document, event.uid)) if protect else event
        recorded = self._stamp.on(kept, self.seq + 1)
        _fold(self._documents, recorded, self._store.evolve)
        self._events = (*self._events, recorded)
        return recorded

    def keep(self) -> Present:
        """Return the store's present after what was appended."""
        staged = list(self._events[self.mark.seq :])
        if not staged:
            return self._present
        touched = dict.fromkeys((r.event.document, r.event.uid) for r in staged)
        marks = [FileMark(kind=k, uid=u, revision=self._documents[k, u].revision) for k, u in touched]
        line = log_line.make(self._stamp, self.mark.hash, staged, marks)
        text, name = log_line.encode(line)
        return msgspec.structs.replace(
            self._present,
            mark=Mark(epoch=self.epoch, seq=line.last_seq, hash=name),
            lines=(*self._present.lines, text.removesuffix(b"\n")),
            events=self._events,
            documents=self._documents,
        )


def _fold(documents: dict[Key, Document], recorded: Recorded, evolve: Evolve) -> None:
    key = (recorded.event.document, recorded.event.uid)
    documents[key] = evolve(documents.get(key), recorded)


class MemoryAlone(MemoryReading):
    """A store in memory while nobody else can write."""

    def forward(self, address: str | None) -> None:
        self.moved_to = address


class MemoryStore:
    """Documents and events of one process, gone with it."""

    def __init__(
        self,
        *,
        evolve: Evolve,
        summarise: Summarise,
        held: Mapping[str, str] | None = None,
        protect: Protect | None = None,
    ) -> None:
        self.evolve = evolve
        self.protect = protect
        self.summarise = summarise
        self.held = held or {}  # what `held_by` answers
        self.present = Present()
        self._turn = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[MemoryReading]:
        yield MemoryReading(self.present, self.summarise, self.held)

    @contextmanager
    def transaction(self, stamp: Stamp, *, timeout: float = 10.0) -> Iterator[MemoryTxn]:
        with self._held(timeout):
            txn = MemoryTxn(self, stamp)
            yield txn
            if not txn.abandoned:
                self.present = txn.keep()

    def receive(self, lines: Sequence[bytes], *, epoch: str) -> Mark:
        with self._held(10.0):
            before = self.present
            taken = log_line.following(lines, seq=before.mark.seq, prev=before.mark.hash)
            events = [recorded for line, _ in taken for recorded in line.recorded()]
            documents = dict(before.documents)
            for recorded in events:
                _fold(documents, recorded, self.evolve)
            seq, name = (taken[-1][0].last_seq, taken[-1][1]) if taken else (before.mark.seq, before.mark.hash)
            self.present = msgspec.structs.replace(
                before,
                mark=Mark(epoch=epoch, seq=seq, hash=name),
                lines=(*before.lines, *lines),
                events=(*before.events, *events),
                documents=documents,
            )
            return self.present.mark

    @contextmanager
    def alone(self, *, limit: float) -> Iterator[MemoryAlone]:
        with self._held(limit):
            alone = MemoryAlone(self.present, self.summarise, self.held)
            yield alone
            self.present = msgspec.structs.replace(self.present, moved_to=alone.moved_to)

    @contextmanager
    def _held(self, timeout: float) -> Iterator[None]:
        if not self._turn.acquire(timeout=max(timeout, 0)):
            raise errors.Busy("The store is busy.", why="another transaction is open", next=["Try again."])
        try:
            yield
        finally:
            self._turn.release()

    def verify(self) -> Mapping[str, Any]:
        folded: dict[Key, Document] = {}
        for recorded in self.present.events:
            _fold(folded, recorded, self.evolve)
        findings = [
            {
                "severity": "error",
                "code": "document_differs",
                "where": f"{kind}/{uid}",
                "message": "differs from its events",
            }
            for (kind, uid), document in self.present.documents.items()
            if folded.get((kind, uid)) != document
        ]
        mark = self.present.mark
        return {"ok": not findings, "events": mark.seq, "head": mark.hash, "findings": findings}

    def close(self) -> None:
        """Keep nothing open."""
