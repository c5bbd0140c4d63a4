"""Seals: signed words about where the log ended, kept beside it as `logs/seals.jsonl`, one a line.

A seal names position and hash of the log's last line then, and by the chain everything before it. Seals are
chained too: one taken out of the middle is missed. The log is the same on every backend, so its seals stay where
they are when a project moves. `local/pin.json` says how far they went; a second pin lies in the backups' mirror.
"""

import os

import msgspec

from milestone.storage import disk
from milestone.storage.base import Mark

START = "0" * 64
TAIL = 1 << 12  # bytes that surely hold the last seal


class Seal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One seal. `key` is the public key, `signature` its Ed25519 signature over `said()`; both in hex digits."""

    v: int = 1
    n: int  # from 1
    epoch: str
    seq: int  # of the last event that is sealed
    hash: str  # of its line
    at: str
    key: str
    prev: str  # digest of the seal before it
    signature: str = ""

    def said(self) -> bytes:
        """Return the bytes that are signed."""
        return b"milestone seal\n" + ENCODER.encode(msgspec.structs.replace(self, signature=""))

    @property
    def mark(self) -> Mark:
        """Where the log ended."""
        return Mark(epoch=self.epoch, seq=self.seq, hash=self.hash)


class Pin(msgspec.Struct, frozen=True, kw_only=True):
    """How far the seals went when somebody last looked: what is behind it must still be there."""

    seals: int
    last: str  # digest of the last of them
    epoch: str
    seq: int
    hash: str
    keys: tuple[str, ...]


ENCODER = msgspec.json.Encoder()
DECODER = msgspec.json.Decoder(Seal)


def path(root: str) -> str:
    """Return where the seals of the store in `root` (a `.milestones`) lie."""
    return os.path.join(root, "logs", "seals.jsonl")


def pin_path(root: str) -> str:
    """Return where the local pin lies."""
    return os.path.join(root, "local", "pin.json")


def lines(root: str) -> list[bytes]:
    """Return the seals as written, oldest first; a torn last one never happened."""
    return (disk.read(path(root)) or b"").split(b"\n")[:-1]


def newest(root: str) -> tuple[Seal, str] | None:
    """Return the last seal and its digest; None when there is none, or it cannot be read."""
    try:
        with open(path(root), "rb") as file:
            file.seek(max(file.seek(0, os.SEEK_END) - TAIL, 0))
            whole = file.read().split(b"\n")[:-1]
    except FileNotFoundError:
        return None
    try:
        return (DECODER.decode(whole[-1]), disk.digest(whole[-1])) if whole else None
    except msgspec.DecodeError:
        return None


def pins(places: list[str]) -> list[tuple[str, Pin]]:
    """Return each pin that is there and can be read, with its place."""
    found = []
    for place in places:
        data = disk.read(place)
        try:
            if data is not None:
                found.append((place, msgspec.json.decode(data, type=Pin)))
        except msgspec.DecodeError:
            continue
    return found


def pin_to(place: str, seal: Seal, known: Pin | None) -> None:
    """Keep how far the seals go."""
    keys = known.keys if known is not None else ()
    pin = Pin(
        seals=seal.n,
        last=disk.digest(ENCODER.encode(seal)),
        epoch=seal.epoch,
        seq=seal.seq,
        hash=seal.hash,
        keys=keys if seal.key in keys else (*keys, seal.key),
    )
    draft = place + ".new"
    disk.make_folder(os.path.dirname(place))
    disk.remove(draft)
    disk.write_new(draft, ENCODER.encode(pin) + b"\n")
    os.rename(draft, place)
