"""The store of a clone, wherever it is: when it moves, whoever has it open goes on in the new one."""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

from milestone import errors, registry
from milestone.storage import known_files, located, locks
from milestone.storage.base import Alone, Mark, Reading, Stamp, Store, Txn
from milestone.storage.located import Location

TELL = "milestone.storage.copy_index:tell"  # what the files beside a database say otherwise
KNOWN = "milestone.storage.copy_index:known"
TRIES = 50  # a store that moves so often within one operation is followed no further
SETTLING = 10.0  # seconds to wait for the right to put an address right
TURN = 0.25  # seconds to wait for it at a time

Open = Callable[[Location], Store]


class FollowingStore:
    """Asks before each operation where the store is, and again once it holds the right to write."""

    def __init__(self, root: str | os.PathLike[str], open_at: Open) -> None:
        self._root = os.fspath(root)
        self.open_at = open_at
        self._open: dict[Location, Store] = {}  # left ones too: another thread may be reading there
        self._onward: Location | None = None  # where an address led that `local/backend.json` does not know yet

    @property
    def location(self) -> Location:
        """Return where the store is now."""
        known, found = self._onward, located.read(self._root)
        return known if known is not None and known.move > found.move else found

    def find(self) -> Location:
        """Return where the store is, following an address that a killed migration left."""
        with self.reading():
            return self.location

    def settle(self, location: Location) -> None:
        """Let the clone's note say what the address of the store that was left says."""
        with locks.noting(f"{self._root}/local", SETTLING):
            if located.read(self._root).move < location.move:
                located.write(self._root, location)

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        with ExitStack() as held:
            yield self._reading(held)

    @contextmanager
    def transaction(self, stamp: Stamp, *, timeout: float = 10.0) -> Iterator[Txn]:
        with ExitStack() as held:
            yield self._transaction(held, stamp, timeout)

    def receive(self, lines: Sequence[bytes], *, epoch: str) -> Mark:
        return self._current()[1].receive(lines, epoch=epoch)

    def alone(self, *, limit: float) -> AbstractContextManager[Alone]:
        return self._current()[1].alone(limit=limit)

    def verify(self) -> Mapping[str, Any]:
        return self._current()[1].verify()

    def reseal(self, timeout: float) -> int:
        """Bring a server's tables to what the settings say of encryption; return how many lines were written.

        Raises:
            NotPermitted: only the owner of the tables may write the log again.
        """
        store: Any = self._current()[1]
        written: int = store.reseal(timeout)
        return written

    def leases(self, seconds: float) -> Any:
        """Return where the processes of all machines say that they are alive; None for a store of one clone."""
        make = getattr(self._current()[1], "leases", None)
        return make(seconds) if make is not None else None

    def known_files(self) -> Mapping[str, str]:
        """Return the uid of the record in each file, as the store last knew it."""
        location, store = self._current()
        return known_files.of(store) if location.is_files else registry.load(KNOWN)(self._root)

    def close(self) -> None:
        for store in self._open.values():
            store.close()
        self._open.clear()

    def _current(self) -> tuple[Location, Store]:
        location = self.location
        store = self._open.get(location)
        if store is None:
            opened = self.open_at(location)
            store = self._open.setdefault(location, opened)
            if store is not opened:  # another thread was faster
                opened.close()
        return location, store

    def _reading(self, held: ExitStack) -> Reading:
        for _ in range(TRIES):
            location, store = self._current()
            with ExitStack() as attempt:
                reading = attempt.enter_context(store.reading())
                onward = self._leads_to(reading, location)
                if onward is None:
                    if not location.is_files:
                        registry.load(TELL)(self._root, reading)
                    held.push(attempt.pop_all())
                    return reading
            self._onward = onward
        raise _restless()

    def _transaction(self, held: ExitStack, stamp: Stamp, timeout: float) -> Txn:
        for _ in range(TRIES):
            self._settle()
            location, store = self._current()
            with ExitStack() as attempt:
                try:
                    txn = attempt.enter_context(store.transaction(stamp, timeout=timeout))
                except errors.StoreMoved:
                    continue
                if txn.moved_to is None and self.location == location:
                    held.push(attempt.pop_all())
                    return txn
                txn.abandon()
                self._onward = self._leads_to(txn, location)
            if self.location == location:
                take_back(store)
        raise _restless()

    def _leads_to(self, reading: Reading, location: Location) -> Location | None:
        """Return where a store has moved to; None when that was before we came here.

        Raises:
            Refused: to files of another clone.
        """
        if reading.moved_to is None:
            return None
        onward = located.decode(reading.moved_to)
        if onward.backend != "postgres" and onward.place != located.place_of(self._root):
            raise errors.Refused(
                f"The project was moved to {onward.backend} in another clone.",
                why=f"it is kept at {onward.place}",
                next=["milestone migrate --status", "milestone migrate --rollback   (in that clone)"],
                code="store_moved",
            )
        return onward if onward.move > location.move else None

    def _settle(self) -> None:
        """Finish what a killed migration left: the clone's own note of where its store is."""
        onward = self._onward
        if onward is None:
            return
        self.settle(onward)
        self._onward = None


def take_back(store: Store) -> None:
    """Let a store that is in use again forget where it had moved to; may be done already.

    Raises:
        Busy: those who write were never done for so long; nobody is kept waiting for it.
    """
    deadline = time.monotonic() + SETTLING
    while True:
        try:
            with store.alone(limit=TURN) as alone:
                alone.forward(None)
        except errors.Busy:
            if time.monotonic() > deadline:
                raise
            time.sleep(TURN)  # those who stand at the turnstile go first
        else:
            return


def _restless() -> errors.Busy:
    return errors.Busy(
        "The store could not be reached.",
        why="it moved each time it was opened",
        next=["milestone migrate --status", "Try again."],
        retry_after_ms=1000,
    )
