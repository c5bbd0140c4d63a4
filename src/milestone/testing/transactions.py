"""One transaction in a line, for tests of stores."""

from typing import cast

from milestone.domain.document import Actor, Document, Event
from milestone.storage.base import Stamp, Store
from milestone.storage.memory import MemoryStore
from milestone.testing import plain

ANA = Actor(name="ana")
NOON = "2026-11-20T12:00:00.000Z"


def stamp(operation: str | None = None, session: str | None = None, at: str = NOON) -> Stamp:
    """Return a stamp of Ana's, at noon unless said."""
    return Stamp(actor=ANA, at=at, operation=operation, session=session)


def write(store: Store, *events: Event, operation: str | None = None, at: str = NOON) -> list[int]:
    """Append events in one transaction and return their positions."""
    with store.transaction(stamp(operation, at=at)) as txn:
        return [recorded.seq for recorded in txn.append(events)]


def load(store: Store, uid: str, kind: str = "milestone") -> Document | None:
    """Return a document as a fresh reading sees it."""
    with store.reading() as reading:
        return reading.load(kind, uid)


def a_model() -> Store:
    """Return an empty store in memory, which all others are compared with."""
    # its numbers are computed where the protocol has fields: the same for every reader
    return cast(Store, MemoryStore(evolve=plain.evolve, summarise=plain.row))
