"""Our store, as many threads of one process write to it: one at a time, each for its session, patiently."""

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from milestone import errors
from milestone.domain.context import Context
from milestone.domain.document import Actor, Event
from milestone.engine.port import Answer
from milestone.failpoint import reach
from milestone.storage.base import Reading, Txn

Decide = Callable[[Txn, Context], Sequence[Event]]


class Book(Protocol):
    """What a workspace offers a ledger."""

    def reading(self) -> AbstractContextManager[Reading]: ...

    def context(self, reading: Reading) -> Context: ...

    def write(self, decide: Decide, *, operation: str | None = None, actor: Actor | None = None) -> Answer: ...


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
