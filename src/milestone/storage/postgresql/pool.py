"""Connections of one process to one server: opened when needed, kept for the next, never more than the ceiling."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from milestone import errors
from milestone.storage.postgresql import connection
from milestone.storage.postgresql.address import Address
from milestone.storage.postgresql.connection import Line


class Pool:
    """At most `size` connections; threads share it, a forked child begins its own."""

    def __init__(self, address: Address, size: int) -> None:
        self.address = address
        self.answered = False  # the server did, at least once
        self.size = max(size, 1)  # a ceiling: none is opened before it is needed
        self._begin()

    @contextmanager
    def lease(self, timeout: float) -> Iterator[Line]:
        """Lend a connection; one that broke, or was left inside a transaction, is closed instead of kept.

        Raises:
            Busy: all are in use for longer than `timeout` seconds.
            NotReachable: the server does not answer.
        """
        if self._process != os.getpid():
            self._begin()
        if not self._free.acquire(timeout=max(timeout, 0.0)):
            raise errors.Busy(
                "All connections to the database are in use.",
                why=f"this process may open {self.size}",
                next=["Raise backend.cluster_configuration.connection_pool_size."],
                retry_after_ms=500,
            )
        line = None
        try:
            line = self._taken()
            yield line
        finally:
            if line is not None:
                self._put_back(line)
            self._free.release()

    def forget(self) -> None:
        """Close what is kept: the server it led to is not the one that answers now."""
        while self._kept:
            self._kept.pop().close()

    def close(self) -> None:
        """Close what is kept; what is lent is closed when it comes back."""
        self._is_open = False
        self.forget()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._free = threading.BoundedSemaphore(self.size)
        self._kept: list[Line] = []
        self._is_open = True

    def _taken(self) -> Line:
        try:
            return self._kept.pop()
        except IndexError:
            line = connection.connect(self.address)
            self.answered = True
            return line

    def _put_back(self, line: Line) -> None:
        is_idle = line.pgconn.transaction_status == IDLE
        if is_idle and not line.broken and self._is_open:
            self._kept.append(line)
        else:
            line.close()


IDLE = 0  # PQTRANS_IDLE: no transaction, no answer outstanding
