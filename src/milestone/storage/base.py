"""What every store does: keep documents and events together, in one order.

No rule of the domain lives in a store; `record` is the only writer and folds with the `evolve` it was given.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

import msgspec

from milestone.domain.document import Actor, Document, Event, Recorded

Row = Mapping[str, Any]  # `domain.summary.row(document)`: what lists and reports need of one document
Evolve = Callable[[Document | None, Recorded], Document]
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


class Reading(Protocol):
    """One moment of the store. Reading records nothing: unadopted edits are shown and counted."""

    seq: int  # position of the last event
    epoch: str
    unrecorded: int  # shared files that changed since the store last wrote or adopted them
    last_number: int  # highest milestone number ever given, 0 in an empty store
    warnings: Sequence[Warning]

    def rows(self) -> Sequence[Row]:
        """Return the summary row of every live milestone (archived included, away and deleted not), by id."""
        ...

    def load(self, kind: str, uid: str) -> Document | None:
        """Return the document as it is now, deleted and away ones too; None when there never was one."""
        ...

    def find(self, kind: str) -> Iterator[Document]:
        """Yield every live document of a kind, by id for milestones, else by uid; nothing when there is none."""
        ...

    def events(self, after: int = 0, limit: int | None = None, newest: bool = False) -> Iterator[Recorded]:
        """Yield events in order with `seq > after`; with `newest` only the last `limit` of them."""
        ...

    def held_by(self) -> Mapping[str, str]:
        """Return milestone uid -> session id for every milestone that a live run holds; empty without one."""
        ...

    def operation(self, key: str) -> Sequence[Recorded]:
        """Return what was recorded under an operation id; empty when it is new."""
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

    def verify(self) -> Mapping[str, Any]:
        """Return `{ok, events, head, findings}` after checking log chain and documents against a fresh fold."""
        ...

    def close(self) -> None: ...


def merge_warnings(*groups: Iterable[Warning]) -> list[Warning]:
    """Return warnings without repeats, in order."""
    return list(dict.fromkeys(w for group in groups for w in group))
