"""Who is alive: a lock named after each executor, let go by the kernel when its process dies."""

import fcntl
import os
from pathlib import Path

SUFFIX = ".lease"


class Leases:
    """The executors' leases in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._held: dict[str, int] = {}

    def hold(self, executor: str) -> bool:
        """Take an executor's lease; say whether it is ours. It stays ours until `let_go` or death."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{executor}{SUFFIX}"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._held[executor] = descriptor
        return True

    def is_dead(self, executor: str) -> bool:
        """Say whether nobody holds an executor's lease. One that never had any is dead."""
        if executor in self._held or not self.hold(executor):
            return False
        self.let_go(executor)
        return True

    def let_go(self, executor: str) -> None:
        """Give a lease back and forget its file; nothing happens when it is not ours."""
        descriptor = self._held.pop(executor, None)
        if descriptor is not None:
            (self.folder / f"{executor}{SUFFIX}").unlink(missing_ok=True)
            os.close(descriptor)
