"""Our store, as many threads of one process write to it: one at a time, each for its session, patiently."""

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

from milestone import errors
from milestone.domain.context import Context
from milestone.domain.document import Actor, Event
from milestone.engine.port import Answer
from milestone.failpoint import reach
from milestone.storage.base import Reading, Txn

T = TypeVar("T")
Decide = Callable[[Txn, Context], Sequence[Event]]
LOOKS = 30  # how often a store is asked that went away while it was read


class Book(Protocol):
    """What a workspace offers a ledger."""

    def reading(self) -> AbstractContextManager[Reading]: ...

    def context(self, reading: Reading) -> Context: ...

    def write(self, decide: Decide, *, operation: str | None = None, actor: Actor | None = None) -> Answer: ...


class Readable(Protocol):
    """What can be looked at."""

    def reading(self) -> AbstractContextManager[Reading]: ...


def look(ledger: Readable, ask: Callable[[Reading], T]) -> T:
    """Return what `ask` finds at one moment of the store; it is asked anew when the store went away meanwhile.

    Raises:
        Busy: it stayed away.
    """
    for _ in range(LOOKS - 1):
        try:
            with ledger.reading() as reading:
                return ask(reading)
        except errors.Busy:
            continue
    with ledger.reading() as reading:
        return ask(reading)


class SharedLedger:
    """One ledger for all threads of a run; `book(session)` is the workspace as that session writes."""

    def __init__(self, book: Callable[[str], Book], patience: int = 30) -> None:
        self._book = book
        self._patience = patience  # how often a busy store is asked again, each time for its own time limit
        self._turn = threading.Lock()
        self._news = threading.Condition()

    def reading(self) -> AbstractContextManager[Reading]:
        return self._book("").reading()

    def context(self, reading: Reading) -> Context:
        return self._book("").context(reading)

    def write(
        self, session: str, decide: Decide, *, operation: str | None = None, actor: Actor | None = None
    ) -> Answer:
        reach("ledger.before")
        with self._turn:
            answer = self._patiently(session, decide, operation, actor)
        reach("ledger.after")
        self.tell()
        return answer

    def wait(self, seconds: float) -> None:
        with self._news:
            self._news.wait(seconds)

    def tell(self) -> None:
        """Wake everybody who waits: something was recorded, here or by another process."""
        with self._news:
            self._news.notify_all()

    def _patiently(self, session: str, decide: Decide, operation: str | None, actor: Actor | None) -> Answer:
        for _ in range(self._patience - 1):
            try:
                return self._book(session).write(decide, operation=operation, actor=actor)
            except errors.Busy:
                continue
        return self._book(session).write(decide, operation=operation, actor=actor)
