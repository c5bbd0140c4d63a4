"""Public Ed25519 keys in the forms people write them: OpenSSH lines, hex digits, base64."""

import base64
import hashlib
import struct
from collections.abc import Sequence

import msgspec

PLAIN, HARDWARE = "ssh-ed25519", "sk-ssh-ed25519@openssh.com"
BYTES = 32
NAME = 16  # hex digits that name a key


class PublicKey(msgspec.Struct, frozen=True, kw_only=True):
    """One Ed25519 key; with `application` it lives in hardware that asks to be touched."""

    raw: bytes
    application: str | None = None

    @property
    def blob(self) -> bytes:
        """The key as OpenSSH writes it, before base64."""
        if self.application is None:
            return pack(PLAIN.encode(), self.raw)
        return pack(HARDWARE.encode(), self.raw, self.application.encode())

    @property
    def name(self) -> str:
        """A short name that says nothing about the key."""
        return hashlib.sha256(self.blob).hexdigest()[:NAME]

    @property
    def line(self) -> str:
        """The key as a line of `authorized_keys`, to be listed in `team.yaml`."""
        kind = PLAIN if self.application is None else HARDWARE
        return f"{kind} {base64.b64encode(self.blob).decode()}"


def read(text: str) -> PublicKey | None:
    """Return the key a line means; None for anything that is no Ed25519 key."""
    found = text.split()
    if not found:
        return None
    try:
        if found[0] in (PLAIN, HARDWARE):
            return from_blob(base64.b64decode(found[1], validate=True)) if len(found) > 1 else None
        word = found[0].removeprefix("ed25519:")
        raw = bytes.fromhex(word) if len(word) == 2 * BYTES else base64.b64decode(word, validate=True)
    except ValueError:
        return None
    return PublicKey(raw=raw) if len(raw) == BYTES else None


def from_blob(blob: bytes) -> PublicKey | None:
    """Return the key of OpenSSH's binary form; None for other kinds of key. Raises ValueError when it is torn."""
    found = unpack(blob)
    if len(found) == 2 and found[0] == PLAIN.encode() and len(found[1]) == BYTES:
        return PublicKey(raw=found[1])
    if len(found) == 3 and found[0] == HARDWARE.encode() and len(found[1]) == BYTES:
        return PublicKey(raw=found[1], application=found[2].decode())
    return None


def pack(*parts: bytes) -> bytes:
    """Return byte strings as OpenSSH writes them: each behind its length."""
    return b"".join(struct.pack(">I", len(part)) + part for part in parts)


def unpack(data: bytes) -> Sequence[bytes]:
    """Return the byte strings of `pack`. Raises ValueError when the lengths do not fit."""
    found, place = [], 0
    while place < len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        place += 4 + size
        if place > len(data):
            raise ValueError("it is cut off")
        found.append(data[place - size : place])
    return found
