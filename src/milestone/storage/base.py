"""What every store does: keep documents and events together, in one order.

No rule of the domain lives in a store; `record` is the only writer and folds with the `evolve` it was given.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

import msgspec

from milestone.domain.document import Actor, Document, Event, Recorded
from milestone.domain.rows import Rows

Row = Mapping[str, Any]  # `domain.summary.row(document)`: what lists and reports need of one document
Evolve = Callable[[Document | None, Recorded], Document]
Protect = Callable[[Event, Document | None], Event]  # an event as it may be kept, and the document it changes
Summarise = Callable[[Document], dict[str, Any]]


class Warning(msgspec.Struct, frozen=True, kw_only=True):
    """Something to tell that stopped nothing: an unreadable file, a file that was put right."""

    code: str
    message: str
    path: str | None = None
    line: int | None = None
    column: int | None = None
    hint: str | None = None


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """Who writes, when, for which session and operation; one per transaction."""

    actor: Actor
    at: str  # RFC 3339 UTC
    session: str | None = None
    operation: str | None = None  # exactly-once key: a repeated one finds what was recorded

    def on(self, event: Event, seq: int) -> Recorded:
        """Return the event as the log keeps it at that position."""
        return Recorded(
            seq=seq,
            at=self.at,
            actor=self.actor,
            event=event,
            session=self.session,
            operation=self.operation,
        )


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """Where a store ends: as long as the hash is the same, everything before it is."""

    epoch: str
    seq: int  # of the last event, 0 in an empty store
    hash: str  # of the last line; `log_line.GENESIS` in an empty store


class Reading(Protocol):
    """One moment of the store. Reading records nothing: unadopted edits are shown and counted."""

    seq: int  # position of the last event
    epoch: str
    moved_to: str | None  # forwarding address, when this store is no longer the one to use
    unrecorded: int  # shared files that changed since the store last wrote or adopted them
    last_number: int  # highest milestone number ever given, 0 in an empty store
    warnings: Sequence[Warning]

    def rows(self) -> Rows:
        """Return the summary row of every live milestone (archived included, away and deleted not), by id.

        They answer questions (`domain.questions`) while the reading is open; no more is read than is asked for.
        """
        ...

    def load(self, kind: str, uid: str) -> Document | None:
        """Return the document as it is now, deleted and away ones too; None when there never was one."""
        ...

    def find(self, kind: str, states: Sequence[str] = ()) -> Iterator[Document]:
        """Yield every live document of a kind, by id for milestones, else by uid; nothing when there is none.

        With `states` only those whose body has one of them as its `state`, as sessions do.
        """
        ...

    def events(
        self, after: int = 0, limit: int | None = None, newest: bool = False, since: str = ""
    ) -> Iterator[Recorded]:
        """Yield events in order with `seq > after`; with `newest` only the last `limit` of them.

        With `since` (RFC 3339) only those of that moment and later; older transactions are then not unpacked.
        """
        ...

    @property
    def mark(self) -> Mark:
        """Where what is recorded ends; what is staged or not yet adopted does not count."""
        ...

    def lines(self, after: int = 0) -> Iterator[bytes]:
        """Yield the transactions that hold an event after `after`, in order: their bytes, without newline."""
        ...

    def held_by(self) -> Mapping[str, str]:
        """Return milestone uid -> session id for every milestone that a live run holds; empty without one."""
        ...

    def operation(self, key: str) -> Sequence[Recorded]:
        """Return what was recorded under an operation id; empty when it is new."""
        ...

    def now(self) -> str | None:
        """Return the time of the store's own clock (RFC 3339 UTC), where several machines write; else None."""
        ...


class Txn(Reading, Protocol):
    """A serialisable transaction: what people changed is adopted first, all is stored or nothing."""

    adopted: Sequence[Recorded]  # events made of hand edits and of what git brought, before the caller's own

    def append(self, events: Sequence[Event]) -> Sequence[Recorded]:
        """Stage events and fold each into its document; later loads see them. Durable when the block ends."""
        ...

    def abandon(self) -> None:
        """Leave without storing what was appended (dry runs); adopted edits are stored all the same."""
        ...


class Alone(Reading, Protocol):
    """The store while nobody else can write; what is read is its end."""

    def forward(self, address: str | None) -> None:
        """Let the store say, durably when the block ends, that another is to be used; None: this one is again."""
        ...


class Store(Protocol):
    """Where records are kept. Any number of processes may hold one open."""

    def reading(self) -> AbstractContextManager[Reading]:
        """Open one consistent moment, without a lock that a writer would wait for."""
        ...

    def transaction(self, stamp: Stamp, *, timeout: float = 10.0) -> AbstractContextManager[Txn]:
        """Open the one writing transaction; on a clean exit all is durable, on an exception nothing was stored.

        Raises:
            Busy: another writer kept the store longer than `timeout` seconds.
            NotWritable: disk full, read-only or failing; nothing was changed.
            Damaged: the log does not verify.
        """
        ...

    def receive(self, lines: Sequence[bytes], *, epoch: str) -> Mark:
        """Take in transactions of another store as they are, in one durable step, and return where this one ends.

        Chain and `seq` go on unbroken. Files people may have edited are not adopted; the next transaction does.

        Raises:
            Damaged: a line does not follow the one before it, or is not what was written; nothing was changed.
            NotWritable: the disk refused; nothing was changed.
        """
        ...

    def alone(self, *, limit: float) -> AbstractContextManager[Alone]:
        """Keep every writer out, in this clone and any other; readers go on. Nothing is adopted.

        Raises:
            Busy: a writer was not done after `limit` seconds; nobody is kept waiting any more.
        """
        ...

    def verify(self) -> Mapping[str, Any]:
        """Return `{ok, events, head, findings}` after checking log chain and documents against a fresh fold."""
        ...

    def close(self) -> None: ...


def merge_warnings(*groups: Iterable[Warning]) -> list[Warning]:
    """Return warnings without repeats, in order."""
    return list(dict.fromkeys(w for group in groups for w in group))
