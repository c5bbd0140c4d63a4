"""How far a database was once, told beside it: one that is missing, older or another is found out, never trusted.

Written after every commit while the writer's turn lasts, without a sync: it may lag behind after a power cut, and
is never ahead of what the database made durable.
"""

import contextlib
import os
import zlib
from typing import NamedTuple

from milestone.storage import disk

SIZE = 96  # always so many bytes, written at one blow


class Witness(NamedTuple):
    """Where the store was known to end."""

    seq: int
    hash: str


def read(path: str) -> Witness | None:
    """Return what is told; None when nothing is. An unreadable one says that there was a database: event 0."""
    data = disk.read(path)
    if data is None:
        return None
    words = data.decode("ascii", "replace").split()
    if len(words) != 3 or not words[0].isdecimal() or words[2] != _check(words[0], words[1]):
        return Witness(0, "")  # torn by a power cut, or changed: neither proves anything
    return Witness(int(words[0]), words[1])


def write(path: str, seq: int, name: str) -> None:
    """Tell where the store ends; a disk that refuses leaves the old one, which only knows less."""
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
        try:
            text = f"{seq} {name} {_check(str(seq), name)}"
            os.pwrite(descriptor, text.ljust(SIZE - 1).encode() + b"\n", 0)
        finally:
            os.close(descriptor)


def _check(seq: str, name: str) -> str:
    return f"{zlib.crc32(f'{seq} {name}'.encode()):08x}"


def forget(path: str) -> None:
    """Let the database be gone on purpose."""
    disk.remove(path)
