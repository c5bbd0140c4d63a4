"""Signatures as `ssh-keygen -Y sign` makes them (SSHSIG), for plain and for hardware Ed25519 keys."""

import base64
import hashlib

import msgspec

from milestone.signatures import keys

MAGIC = b"SSHSIG"
NAMESPACE = "milestone"  # a signature made for git or mail means nothing here
TOUCHED = 0x01  # somebody touched the hardware key
HASHES = {b"sha256": hashlib.sha256, b"sha512": hashlib.sha512}
BEGIN, END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"


class SshSignature(msgspec.Struct, frozen=True, kw_only=True):
    """What is left to check with plain Ed25519: these bytes, this signature, by this key."""

    key: keys.PublicKey
    signed: bytes
    signature: bytes


def read(blob: bytes, message: bytes) -> SshSignature | None:
    """Return what an SSHSIG says of a message; None for another namespace, kind of key, or an untouched key.

    Raises:
        ValueError: it is torn.
    """
    if blob[:6] != MAGIC or int.from_bytes(blob[6:10], "big") != 1:
        return None
    public, namespace, reserved, algorithm, signature = keys.unpack(blob[10:])
    key = keys.from_blob(public)
    if key is None or namespace != NAMESPACE.encode() or algorithm not in HASHES:
        return None
    hashed = HASHES[algorithm](message).digest()
    signed = MAGIC + keys.pack(namespace, reserved, algorithm, hashed)
    return _plain(key, signed, signature) if key.application is None else _hardware(key, signed, signature)


def blob_of(armoured: str) -> bytes:
    """Return the bytes of what ssh-keygen prints. Raises ValueError when it is something else."""
    lines = [line.strip() for line in armoured.strip().splitlines()]
    if not lines or lines[0] != BEGIN or lines[-1] != END:
        raise ValueError("it is no signature of ssh-keygen")
    return base64.b64decode("".join(lines[1:-1]), validate=True)


def _plain(key: keys.PublicKey, signed: bytes, signature: bytes) -> SshSignature | None:
    kind, data = keys.unpack(signature)
    return SshSignature(key=key, signed=signed, signature=data) if kind == keys.PLAIN.encode() else None


def _hardware(key: keys.PublicKey, signed: bytes, signature: bytes) -> SshSignature | None:
    """Return the check of a hardware key: it signs its application, how it was used and a counter besides."""
    flags, counter = signature[-5], signature[-4:]
    kind, data = keys.unpack(signature[:-5])
    if kind != keys.HARDWARE.encode() or not flags & TOUCHED:
        return None
    application = hashlib.sha256((key.application or "").encode()).digest()
    whole = application + bytes([flags]) + counter + hashlib.sha256(signed).digest()
    return SshSignature(key=key, signed=whole, signature=data)
