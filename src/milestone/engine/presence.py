"""Being alive for other machines: a lease that is renewed in time, and what follows when it is not."""

import os
import socket
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from milestone.engine import processes
from milestone.errors import MilestoneError

USUAL = 30.0  # seconds
TRIES = 4  # how often a lease is renewed within its time
TURN = 0.4  # share of a lease that is left at any moment while it is renewed in time
LONG = 60.0  # seconds, where nobody waits for us
MARGIN = 0.25  # share of a lease at whose end we stop before others may take over


class Leases(Protocol):
    """Where processes say that they are alive, by the clock of one server."""

    seconds: float

    def hold(self, name: str) -> bool: ...
    def renew(self, name: str) -> bool: ...
    def is_live(self, name: str) -> bool: ...
    def let_go(self, name: str) -> None: ...
    def close(self) -> None: ...


class Presence:
    """This process, as others see it. Without leases nobody else sees it, and only this machine is looked at."""

    def __init__(self, leases: Leases | None = None, clone: str = "") -> None:
        self.name = f"{socket.gethostname()}-{os.getpid()}-{os.urandom(4).hex()}"
        self.clone = clone  # machine and folder: which worktrees and branches are at hand
        self.lost = threading.Event()
        self._leases = leases
        self._until = 0.0
        self._stopped = threading.Event()
        self.on_lost: Callable[[], None] = lambda: None  # called once we cannot say in time that we are alive

    @property
    def is_shared(self) -> bool:
        """Whether other machines can see this process, and go on with what it leaves."""
        return self._leases is not None

    def mine(self) -> dict[str, Any]:
        """Return what names this process for good, in the record of a session."""
        shared = {"worker": self.name, "clone": self.clone} if self._leases is not None else {}
        return {**processes.mine(), **shared}

    def begin(self) -> None:
        """Say that we are alive from now on.

        Raises:
            MilestoneError: the server does not answer, or this role may not say it.
        """
        if self._leases is None or self._until:
            return
        asked = time.monotonic()
        self._leases.hold(self.name)
        self._until = asked + self._leases.seconds
        threading.Thread(target=self._renew, name="milestone-lease", daemon=True).start()

    def end(self) -> None:
        """Say that we are gone, so that nobody waits for our lease to run out."""
        if self._leases is None or self._stopped.is_set() or not self._until:
            return
        self._stopped.set()
        try:
            self._leases.let_go(self.name)
        except MilestoneError:
            return  # it runs out by itself
        finally:
            self._leases.close()

    def is_sure(self, seconds: float = 0.0) -> bool:
        """Say whether nobody may have taken over from us for so many seconds more."""
        if self._leases is None:
            return True
        margin = self._leases.seconds * MARGIN
        return not self.lost.is_set() and time.monotonic() + seconds < self._until - margin

    @property
    def turn(self) -> float:
        """How many seconds something may take that must not outlast our lease."""
        return self._leases.seconds * TURN if self._leases is not None else LONG

    def lives(self, owner: Mapping[str, Any]) -> bool:
        """Say whether the process that a record names still runs, here or elsewhere."""
        worker = owner.get("worker")
        if worker == self.name or processes.lives(owner):
            return True
        return self._leases is not None and bool(worker) and self._leases.is_live(str(worker))

    def _renew(self) -> None:
        assert self._leases is not None
        pause = self._leases.seconds / TRIES
        while not self._stopped.wait(pause if self.is_sure(pause) else pause / TRIES):
            asked = time.monotonic()
            try:
                if not self._leases.renew(self.name):
                    break  # it ran out, and others may have our work by now
                self._until = asked + self._leases.seconds
            except MilestoneError:
                pass  # the server may be back in time
            if not self.is_sure():
                break
        if not self._stopped.is_set():
            self.lost.set()
            self.on_lost()
