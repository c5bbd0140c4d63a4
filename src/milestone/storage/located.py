"""Which store this clone uses: `local/backend.json`. Every command reads it, so it imports next to nothing.

Without it the files are the store. A store that was left keeps the address of the next one: a database in its head
row, a file store in `logs/moved.json`, which stands in when `local/` is lost.
"""

import json
import os
import zlib
from typing import NamedTuple

from milestone import errors
from milestone.storage import disk

NOTES = ("local/backend.json", "logs/moved.json")
FILES = ("file", "hybrid")  # both are the log and the files of the clone; only what makes reading fast differs


class Location(NamedTuple):
    """A store, and how many moves led to it: of two addresses the later one counts."""

    backend: str = "file"
    dsn: str | None = None  # postgres: an address without password, `env:NAME`, or None for the configured one
    move: int = 0
    place: str = ""  # whose move it was, see `place_of`: nobody else can reach files of that clone

    @property
    def is_files(self) -> bool:
        """Tell whether the log and the files of the clone are the store."""
        return self.backend in FILES


HERE = Location()


def read(root: str | os.PathLike[str]) -> Location:
    """Return the store of the clone whose `.milestones` is `root`; without a note the files are it.

    Raises:
        Damaged: there is a note and nobody can read it: to take another store for the one in use would lose work.
    """
    broken = ""
    for name in NOTES:
        try:
            with open(os.path.join(root, name), "rb") as file:
                return decode(file.read())
        except (FileNotFoundError, NotADirectoryError):
            continue
        except ValueError:
            broken = broken or name
    if broken:
        raise errors.Damaged(
            "Nobody can tell which store this project is kept in.",
            why=f"{broken} is not what was written",
            next=["milestone doctor --repair"],
            code="note_damaged",
        )
    return HERE


def decode(text: bytes | str) -> Location:
    """Return the location in an address; unknown keys of a newer program are passed over.

    Raises:
        ValueError: it is no address.
    """
    said = json.loads(text)
    if not isinstance(said, dict) or not isinstance(said.get("backend"), str):
        raise ValueError(f"{text!r} names no store")
    check = said.pop("check", None)
    if check is not None and check != _check(said):
        raise ValueError(f"{text!r} is not what was written")
    return Location(said["backend"], said.get("dsn"), int(said.get("move", 0)), str(said.get("place", "")))


def encode(location: Location) -> str:
    """Return a location as the address a store keeps."""
    said = {key: value for key, value in location._asdict().items() if value is not None}
    return json.dumps({**said, "check": _check(said)})


def _check(said: dict[str, object]) -> int:
    return zlib.crc32(json.dumps(said, sort_keys=True).encode())


def place_of(root: str | os.PathLike[str]) -> str:
    """Return the name of a clone: its machine and folder."""
    return f"{os.uname().nodename}:{os.path.abspath(os.fspath(root))}"


def write(root: str | os.PathLike[str], location: Location) -> None:
    """Let the clone use a store from now on, durably.

    Raises:
        OSError: the disk refused; the clone uses what it used.
    """
    keep(root, os.path.join("local", "backend.json"), encode(location).encode() + b"\n")


def mark_files(root: str | os.PathLike[str], location: Location | None) -> None:
    """Let the file store say where it has moved to, or that it is in use again."""
    path = os.path.join(root, "logs", "moved.json")
    if location is None:
        disk.remove(path)
        return
    keep(root, os.path.join("logs", "moved.json"), encode(location).encode() + b"\n")


def keep(root: str | os.PathLike[str], path: str, data: bytes) -> None:
    """Write a note about where a store is, durably; its draft has a folder of its own, which no writer cleans.

    Raises:
        OSError: the disk refused; the note is as it was.
    """
    drafts = os.path.join(root, "local", "moving")
    target = os.path.join(root, path)
    for folder in (drafts, os.path.dirname(target)):
        disk.make_folder(folder)
    disk.replace(target, data, drafts)
