"""Content by its digest: what two backups have in common is kept once."""

import os
import zlib
from typing import Protocol

from milestone.storage import disk, syncing

SEALED = b"MSEAL1"  # how a content begins that was sealed under a key
FEW = 32  # files whose own syncs cost less than that of a disk others write to
WIDTH = 2  # characters of a name that name its folder


class Guard(Protocol):
    """What seals and opens contents where a project is encrypted at rest."""

    def seal_bytes(self, name: str, data: bytes) -> bytes: ...

    def open_bytes(self, name: str, data: bytes) -> bytes | None: ...


class Objects:
    """The folder of contents, each compressed and named by the SHA-256 of what it was."""

    def __init__(self, folder: str, guard: Guard | None = None) -> None:
        self.folder = folder
        self._guard = guard
        self._fresh: list[str] = []  # written and not yet synced

    def path(self, name: str) -> str:
        """Return where a content lies."""
        return os.path.join(self.folder, name[:WIDTH], f"{name}.z")

    def add(self, data: bytes, *, careful: bool = False) -> str:
        """Keep a content and return its name; durable after the folder's disk is synced.

        `careful` reads one that is there already, and replaces it where it is not what its name says.
        """
        name = disk.digest(data)
        path = self.path(name)
        if careful and self.read(name) is None:
            disk.remove(path)
        if not os.path.exists(path):
            packed = zlib.compress(data, 1)
            self._write(path, SEALED + self._guard.seal_bytes(name, packed) if self._guard else packed)
        return name

    def copy(self, name: str, source: "Objects") -> int:
        """Take a content over from another folder and return how many bytes that took; 0: it was there."""
        path = self.path(name)
        if os.path.exists(path):
            return 0
        data = disk.read(source.path(name)) or b""
        self._write(path, data)
        return len(data)

    def read(self, name: str) -> bytes | None:
        """Return a content; None when it is not there, or not what was kept."""
        try:
            found = zlib.decompress(self._opened(name, disk.read(self.path(name)) or b""))
        except (OSError, zlib.error):
            return None
        return found if disk.digest(found) == name else None

    def _opened(self, name: str, data: bytes) -> bytes:
        """Return what was sealed; nothing without its key."""
        if not data.startswith(SEALED):
            return data
        return (self._guard.open_bytes(name, data[len(SEALED) :]) if self._guard else None) or b""

    def sizes(self) -> dict[str, int]:
        """Return name -> bytes on the disk of every content."""
        found: dict[str, int] = {}
        for part in self._parts():
            with os.scandir(os.path.join(self.folder, part)) as entries:
                found |= {e.name.removesuffix(".z"): e.stat().st_size for e in entries if e.name.endswith(".z")}
        return found

    def tidy(self) -> None:
        """Remove what processes that died left half written; for the one who makes backups."""
        for name in disk.names(self.folder):
            if len(name) != WIDTH:
                disk.remove(os.path.join(self.folder, name))
        for part in self._parts():
            for name in disk.names(os.path.join(self.folder, part)):
                if not name.endswith(".z"):
                    disk.remove(os.path.join(self.folder, part, name))

    def remove(self, name: str) -> None:
        """Forget a content."""
        disk.remove(self.path(name))

    def sync(self) -> None:
        """Make what was added durable: a few files each for itself, many by one sync of their whole disk."""
        if len(self._fresh) > FEW:
            syncing.sync_disk(self.folder)
        else:
            for path in self._fresh:
                disk.sync_file(path)
        self._fresh.clear()

    def _parts(self) -> list[str]:
        return [name for name in disk.names(self.folder) if len(name) == WIDTH]

    def _write(self, path: str, data: bytes) -> None:
        disk.make_folder(os.path.dirname(path))
        draft = f"{path}.{os.getpid()}"
        disk.remove(draft)
        disk.write_new(draft, data, sync=False)
        os.rename(draft, path)
        self._fresh.append(path)
