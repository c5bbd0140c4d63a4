"""A store in memory: the model every other store is compared with, and what tests of higher rooms use."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from milestone import errors
from milestone.domain.document import Document, Event, Recorded
from milestone.ids import number_of
from milestone.storage.base import Evolve, Row, Stamp, Summarise, Warning

Key = tuple[str, str]  # kind, uid


class MemoryReading:
    """One moment of a store in memory."""

    def __init__(
        self,
        events: tuple[Recorded, ...],
        documents: dict[Key, Document],
        summarise: Summarise,
        held: Mapping[str, str],
    ) -> None:
        self.epoch = "memory"
        self.unrecorded = 0
        self.warnings: list[Warning] = []
        self._events = events
        self._documents = documents
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

    def rows(self) -> Sequence[Row]:
        return [self._summarise(document) for document in self.find("milestone")]

    def load(self, kind: str, uid: str) -> Document | None:
        return self._documents.get((kind, uid))

    def find(self, kind: str) -> Iterator[Document]:
        live = [d for d in self._documents.values() if d.kind == kind and not (d.away or d.deleted)]
        return iter(sorted(live, key=lambda d: (str(d.body.get("id", "")) if kind == "milestone" else "", d.uid)))

    def events(self, after: int = 0, limit: int | None = None, newest: bool = False) -> Iterator[Recorded]:
        found = self._events[after:]
        if limit is None:
            return iter(found)
        return iter(found[max(len(found) - limit, 0) :] if newest else found[:limit])

    def held_by(self) -> Mapping[str, str]:
        return self._held

    def operation(self, key: str) -> Sequence[Recorded]:
        return [recorded for recorded in self._events if recorded.operation == key]


class MemoryTxn(MemoryReading):
    """The open transaction of a store in memory."""

    def __init__(self, store: "MemoryStore", stamp: Stamp) -> None:
        super().__init__(store.recorded, dict(store.documents), store.summarise, store.held)
        self.adopted: Sequence[Recorded] = ()
        self.abandoned = False
        self._store = store
        self._stamp = stamp

    def append(self, events: Sequence[Event]) -> Sequence[Recorded]:
        return [self._append(event) for event in events]

    def abandon(self) -> None:
        self.abandoned = True

    def _append(self, event: Event) -> Recorded:
        recorded = self._stamp.on(event, self.seq + 1)
        key = (event.document, event.uid)
        self._documents[key] = self._store.evolve(self._documents.get(key), recorded)
        self._events = (*self._events, recorded)
        return recorded

    def keep(self) -> None:
        """Make what was appended the store's present."""
        self._store.recorded, self._store.documents = self._events, self._documents


class MemoryStore:
    """Documents and events of one process, gone with it."""

    def __init__(self, *, evolve: Evolve, summarise: Summarise, held: Mapping[str, str] | None = None) -> None:
        self.evolve = evolve
        self.summarise = summarise
        self.held = held or {}  # what `held_by` answers
        self.recorded: tuple[Recorded, ...] = ()
        self.documents: dict[Key, Document] = {}
        self._turn = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[MemoryReading]:
        yield MemoryReading(self.recorded, dict(self.documents), self.summarise, self.held)

    @contextmanager
    def transaction(self, stamp: Stamp, *, timeout: float = 10.0) -> Iterator[MemoryTxn]:
        if not self._turn.acquire(timeout=max(timeout, 0)):
            raise errors.Busy("The store is busy.", why="another transaction is open", next=["Try again."])
        try:
            txn = MemoryTxn(self, stamp)
            yield txn
            if not txn.abandoned:
                txn.keep()
        finally:
            self._turn.release()

    def verify(self) -> Mapping[str, Any]:
        folded: dict[Key, Document] = {}
        for recorded in self.recorded:
            key = (recorded.event.document, recorded.event.uid)
            folded[key] = self.evolve(folded.get(key), recorded)
        findings = [
            {
                "severity": "error",
                "code": "document_differs",
                "where": f"{kind}/{uid}",
                "message": "differs from its events",
            }
            for (kind, uid), document in self.documents.items()
            if folded.get((kind, uid)) != document
        ]
        return {"ok": not findings, "events": len(self.recorded), "head": "", "findings": findings}

    def close(self) -> None:
        """Keep nothing open."""
