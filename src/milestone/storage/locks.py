"""Turns between processes: `flock` on files that are never renamed or deleted, freed by the kernel at death.

Order: turnstile, gate (shared by operations, exclusive for a cut-over), commit. Everybody passes the turnstile,
so that one who wants the gate alone is not starved by those who share it.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator

from milestone import errors
from milestone.clock import SystemClock
from milestone.storage import disk

PAUSE = 0.001  # seconds before the second try; grows to LONGEST
LONGEST = 0.02
OPEN = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW


@contextlib.contextmanager
def commit_turn(folder: str, timeout: float) -> Iterator[None]:
    """Hold the one right to write inside the block.

    Raises:
        Busy: somebody else kept it for longer than `timeout` seconds.
    """
    deadline = SystemClock().monotonic() + timeout
    with _held() as held:
        _pass(folder, deadline, held)
        commit = _take(folder, "commit.lock", fcntl.LOCK_EX, deadline, held)
        with contextlib.suppress(OSError):  # only for the message of who waits
            os.pwrite(commit, f"{os.getpid():<10}".encode(), 0)
        yield


@contextlib.contextmanager
def receiving(folder: str, timeout: float) -> Iterator[None]:
    """Hold the right to bring a store up to another one; writers of the other, and its gate, are not touched.

    Raises:
        Busy: somebody else kept it for longer than `timeout` seconds.
    """
    with _held() as held:
        _take(folder, "receive.lock", fcntl.LOCK_EX, SystemClock().monotonic() + timeout, held)
        yield


@contextlib.contextmanager
def noting(folder: str, timeout: float) -> Iterator[None]:
    """Hold the right to write down where the store is, while no cut-over is made.

    Raises:
        Busy: somebody else kept it for longer than `timeout` seconds.
    """
    with passage(folder, timeout), _held() as held:
        _take(folder, "note.lock", fcntl.LOCK_EX, SystemClock().monotonic() + timeout, held)
        yield


@contextlib.contextmanager
def passage(folder: str, timeout: float) -> Iterator[None]:
    """Be one of those who share the gate; for a store whose own lock gives the right to write.

    Raises:
        Busy: somebody kept the gate alone for longer than `timeout` seconds.
    """
    with _held() as held:
        _pass(folder, SystemClock().monotonic() + timeout, held)
        yield


@contextlib.contextmanager
def alone(folder: str, limit: float) -> Iterator[None]:
    """Hold the gate while nobody else is past it; whoever comes waits at the turnstile.

    Raises:
        Busy: those past the gate were not done after `limit` seconds; nobody waits any more.
    """
    deadline = SystemClock().monotonic() + limit
    with _held() as held:
        _take(folder, "turn.lock", fcntl.LOCK_EX, deadline, held)
        _take(folder, "gate.lock", fcntl.LOCK_EX, deadline, held)
        yield


@contextlib.contextmanager
def sole(folder: str, name: str, doing: str) -> Iterator[None]:
    """Be the only process that does something; nobody waits for it.

    Raises:
        Busy: another process does it.
    """
    with _held() as held:
        descriptor = os.open(os.path.join(folder, name), OPEN, 0o644)
        held.append(descriptor)
        if not _locked(descriptor, fcntl.LOCK_EX):
            who = os.pread(descriptor, 10, 0).decode("ascii", "replace").strip()
            raise errors.Busy(
                "This is being done already.",
                why=f"process {who or 'unknown'} {doing}",
                next=["Wait for it, then try again."],
                retry_after_ms=2000,
            )
        os.pwrite(descriptor, f"{os.getpid():<10}".encode(), 0)
        yield


@contextlib.contextmanager
def _held() -> Iterator[list[int]]:
    """Collect descriptors that hold locks and let all of them go at the end."""
    held: list[int] = []
    try:
        yield held
    finally:
        for descriptor in reversed(held):
            os.close(descriptor)


def _pass(folder: str, deadline: float, held: list[int]) -> None:
    turn = _take(folder, "turn.lock", fcntl.LOCK_EX, deadline, held)
    _take(folder, "gate.lock", fcntl.LOCK_SH, deadline, held)
    held.remove(turn)
    os.close(turn)


def _take(folder: str, name: str, how: int, deadline: float, held: list[int]) -> int:
    """Return a descriptor that holds the lock; it is in `held` from its first moment."""
    with disk.telling(folder):
        descriptor = os.open(os.path.join(folder, name), OPEN, 0o644)
    held.append(descriptor)
    pause = PAUSE
    while not _locked(descriptor, how):
        if SystemClock().monotonic() >= deadline:
            raise _busy(folder)
        time.sleep(pause * (0.5 + os.urandom(1)[0] / 512))  # unevenly, so that two do not wait in step
        pause = min(pause * 1.5, LONGEST)
    return descriptor


def _locked(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _busy(folder: str) -> errors.Busy:
    holder = _holder(folder)
    return errors.Busy(
        "The store is busy.",
        why=f"process {holder} is writing" if holder else "another process is writing",
        next=["Try again, or wait longer with --lock-timeout SECONDS."],
        retry_after_ms=500,
    )


def _holder(folder: str) -> str:
    held = disk.read(os.path.join(folder, "commit.lock")) or b""
    return held[:10].decode("ascii", "replace").strip()


class RunLock:
    """Held by the one process that executes this project's milestones, for as long as it lives."""

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self._path = os.path.join(os.fspath(root), "local", "run.lock")
        self._descriptor: int | None = None

    def acquire(self, timeout: float = 0.5) -> bool:
        """Tell whether the lock is ours now; a reader's probe, which holds it for a moment, is waited for."""
        os.makedirs(os.path.dirname(self._path), exist_ok=True)
        descriptor = os.open(self._path, OPEN, 0o644)
        deadline = SystemClock().monotonic() + timeout
        while not _locked(descriptor, fcntl.LOCK_EX):
            if SystemClock().monotonic() >= deadline:
                os.close(descriptor)
                return False
            time.sleep(PAUSE)
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Let the next process run; nothing happens when the lock is not ours."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def run_is_live(root: str | os.PathLike[str]) -> bool:
    """Tell whether some process executes this project's milestones now."""
    try:
        descriptor = os.open(os.path.join(os.fspath(root), "local", "run.lock"), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return not _locked(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)
