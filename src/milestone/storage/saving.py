"""Files that somebody is saving right now: half a file is often valid YAML with fewer tasks."""

import errno
import fcntl
import os
import signal
import sys
import time

import msgspec

from milestone.clock import SystemClock, wall_ns
from milestone.storage import disk

PAUSE = 0.003  # seconds between two looks
YOUNG_NS = 30_000_000  # who writes a file in pieces, closing it between, is done with it after so long
SHORT, LONG = 0.09, 1.0  # seconds a file is waited for that is young, that is open for writing or ends in mid-line


class _Look(msgspec.Struct, frozen=True, kw_only=True):
    data: bytes
    is_open: bool | None  # for writing, by somebody; None: the system does not tell
    is_young: bool

    @property
    def is_whole(self) -> bool:
        if self.is_open is None:
            return not self.is_young
        return not self.is_open and (not self.is_young or self.ends_well)

    @property
    def ends_well(self) -> bool:
        return self.data.endswith(b"\n")


def read(path: str) -> bytes | None:
    """Return what a file holds as soon as nobody is in the midst of saving it.

    None: it is gone, or somebody still writes it after a second; whoever looks next finds it whole.

    Raises:
        OSError: it is a link, or may not be read.
    """
    began = SystemClock().monotonic()
    while (look := _look(path)) is not None and not look.is_whole:
        if SystemClock().monotonic() - began > (SHORT if look.ends_well and not look.is_open else LONG):
            return None if look.is_open else look.data
        time.sleep(PAUSE)
    return None if look is None else look.data


def is_open(path: str) -> bool:
    """Tell whether somebody has a file open to write into it; False where the system does not tell."""
    descriptor = _opened(path)
    if descriptor is None:
        return False
    try:
        return _has_writer(descriptor) is True
    finally:
        os.close(descriptor)


def _look(path: str) -> _Look | None:
    descriptor = _opened(path)
    if descriptor is None:
        return None
    with open(descriptor, "rb") as file:
        has_writer = _has_writer(descriptor)  # where nobody has it open, nobody opens it until it is read
        stat = os.fstat(descriptor)
        is_young = wall_ns() - max(stat.st_mtime_ns, stat.st_ctime_ns) < YOUNG_NS
        return _Look(data=file.read(), is_open=has_writer, is_young=is_young)


def _opened(path: str) -> int | None:
    try:
        return os.open(path, disk.READ)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _has_writer(descriptor: int) -> bool | None:
    """Tell whether a file is open for writing; if not, nobody opens it so before the descriptor is closed.

    None: not known; only Linux tells, on its own disks, of files of one's own.
    """
    if sys.platform != "linux":
        return None
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)  # a signal nobody minds; the usual one kills
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as problem:
        return True if problem.errno == errno.EAGAIN else None
    return False
