"""Ports for tasks that start servers: each task of a process has a block of its own while it runs."""

import socket
import threading

FIRST, LAST, BLOCK = 20000, 32000, 10


class Ports:
    """Hands out blocks of ten ports, the first of which is free when it is handed out."""

    def __init__(self, seed: int = 0) -> None:
        self._lock = threading.Lock()
        self._held: dict[str, int] = {}
        self._next = FIRST + seed % ((LAST - FIRST) // BLOCK) * BLOCK  # two projects do not begin at one place

    def of(self, task: str) -> int:
        """Return the first port of a task's block; the same until `release`."""
        with self._lock:
            if task not in self._held:
                self._held[task] = self._free()
            return self._held[task]

    def release(self, task: str) -> None:
        """Let others have the block."""
        with self._lock:
            self._held.pop(task, None)

    def _free(self) -> int:
        for _ in range((LAST - FIRST) // BLOCK):
            port, self._next = self._next, self._next + BLOCK
            if self._next >= LAST:
                self._next = FIRST
            if port not in self._held.values() and _is_free(port):
                return port
        return 0  # none is free: programs that take port 0 get any


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
