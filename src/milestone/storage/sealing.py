"""Sign where the log ends, with this clone's own Ed25519 key; the key is made on first need."""

import fcntl
import os
from collections.abc import Sequence

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from milestone.storage import disk, seals
from milestone.storage.base import Mark
from milestone.storage.seals import Seal

LOCK = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
SECRET = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def seal(root: str, mark: Mark, at: str, *, pins: Sequence[str] = ()) -> Seal | None:
    """Sign that the log ends at a mark and write that to the pins; None when that, or more, is sealed already.

    Raises:
        OSError: the disk refused. The log is as good as before, its end is not signed yet.
        ValueError: the key file holds no key.
    """
    if not mark.seq:
        return None
    disk.make_folder(os.path.dirname(seals.path(root)))
    descriptor = os.open(seals.path(root), LOCK, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        return _add(root, descriptor, mark, at, pins)
    finally:
        os.close(descriptor)


def is_signed(found: Seal) -> bool:
    """Tell whether a seal says what its key has signed."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(found.key)).verify(
            bytes.fromhex(found.signature), found.said()
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def _add(root: str, descriptor: int, mark: Mark, at: str, pins: Sequence[str]) -> Seal | None:
    last = seals.newest(root)
    if last is not None and last[0].epoch == mark.epoch and last[0].seq >= mark.seq:
        return None
    key = _key(root)
    made = Seal(
        n=last[0].n + 1 if last else 1,
        epoch=mark.epoch,
        seq=mark.seq,
        hash=mark.hash,
        at=at,
        key=key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex(),
        prev=last[1] if last else seals.START,
    )
    made = msgspec.structs.replace(made, signature=key.sign(made.said()).hex())
    _write(descriptor, seals.ENCODER.encode(made) + b"\n", sync=bool(pins))
    for place in pins:
        known = seals.pins([place])
        seals.pin_to(place, made, known[0][1] if known else None)
    return made


def _write(descriptor: int, line: bytes, *, sync: bool) -> None:
    """Add a line behind the last whole one; a torn one that a crash left is cut off.

    One that a power cut takes leaves events unsigned, which is seen; what is pinned must not be taken.
    """
    data = os.pread(descriptor, seals.TAIL, max(os.fstat(descriptor).st_size - seals.TAIL, 0))
    size = os.fstat(descriptor).st_size - (len(data) - data.rfind(b"\n") - 1)
    os.ftruncate(descriptor, size)
    os.lseek(descriptor, size, os.SEEK_SET)
    try:
        disk.write_all(descriptor, line)
        if sync:
            os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, size)
        raise


def _key(root: str) -> Ed25519PrivateKey:
    folder = os.path.join(root, "local", "keys")
    place = os.path.join(folder, "log.key")
    kept = disk.read(place)
    if kept is not None:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(kept.decode("ascii").strip()))
    made = Ed25519PrivateKey.generate()
    os.makedirs(folder, mode=0o700, exist_ok=True)
    descriptor = os.open(place, SECRET, 0o600)
    try:
        disk.write_all(descriptor, made.private_bytes_raw().hex().encode() + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    disk.sync_folder(folder)
    return made
