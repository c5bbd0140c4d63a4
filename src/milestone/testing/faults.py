"""A disk that fails on purpose: at the n-th call that changes something, a process dies or is refused.

Calls made through `os` count, and those SQLite makes. Works wherever `fork` does, without strace.
"""

import errno
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from milestone.errors import MilestoneError
from milestone.testing import sqlite_disk

CHANGING = (
    "open",
    "write",
    "pwrite",
    "fsync",
    "rename",
    "replace",
    "link",
    "unlink",
    "mkdir",
    "truncate",
    "ftruncate",
)
KILLED = -signal.SIGKILL
DONE, RAISED, BROKEN = 0, 3, 4  # how a child ends

Effect = Callable[[str, tuple[Any, ...], Callable[..., Any]], Any]  # name of the call, its arguments, the call


def killed(_name: str, _args: tuple[Any, ...], _call: Callable[..., Any]) -> Any:
    """Die before the call is made."""
    os.kill(os.getpid(), signal.SIGKILL)


def torn(name: str, args: tuple[Any, ...], call: Callable[..., Any]) -> Any:
    """Die when half of a write is made; before any other call."""
    if name == "write":
        call(args[0], bytes(args[1])[: len(args[1]) // 2])
    os.kill(os.getpid(), signal.SIGKILL)


def refused(number: int) -> Effect:
    """Return the effect of a call that fails with an error number, once."""

    def effect(_name: str, _args: tuple[Any, ...], _call: Callable[..., Any]) -> Any:
        raise OSError(number, os.strerror(number))

    return effect


REFUSALS = (errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE)


class Faults:
    """Counts changing calls; the n-th has the effect instead."""

    def __init__(self, at: int, effect: Effect) -> None:
        self.at = at
        self.effect = effect
        self.calls: list[str] = []

    @contextmanager
    def installed(self) -> Iterator["Faults"]:
        """Change `os` inside the block."""
        real = {name: getattr(os, name) for name in CHANGING}
        try:
            for name, call in real.items():
                setattr(os, name, self._counted(name, call))
            with sqlite_disk.installed(self._heard):
                yield self
        finally:
            for name, call in real.items():
                setattr(os, name, call)

    def _heard(self, name: str, _path: str, args: tuple[Any, ...], call: Callable[..., int]) -> int:
        self.calls.append(name)
        return int(self.effect(name, args, call) if len(self.calls) == self.at else call())

    def _counted(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **kwargs: Any) -> Any:
            if name == "open" and not args[1] & (os.O_CREAT | os.O_TRUNC):
                return call(*args, **kwargs)
            self.calls.append(name)
            return self.effect(name, args, call) if len(self.calls) == self.at else call(*args, **kwargs)

        return counted


def in_child(work: Callable[[], None], at: int, effect: Effect) -> int:
    """Do the work in a child process with the fault and return how it ended.

    `DONE`: the call returned, so what it did is acknowledged; `KILLED`; `RAISED`: it told of a failure in words
    for people; `BROKEN`: it failed in any other way.
    """
    child = os.fork()
    if child == 0:
        _end(work, at, effect)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def _end(work: Callable[[], None], at: int, effect: Effect) -> None:
    code = BROKEN
    try:
        with Faults(at, effect).installed():
            work()
        code = DONE
    except MilestoneError:
        code = RAISED
    finally:
        os._exit(code)


def calls_of(work: Callable[[], None]) -> list[str]:
    """Do the work without a fault and return the changing calls it made."""
    with Faults(0, killed).installed() as faults:
        work()
    return faults.calls
