"""A person's own Ed25519 key in a file, sealed with a passphrase: who has the file alone has nothing."""

import base64
import json
import os
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from milestone.signatures import keys, verifying
from milestone.storage import disk, encryption

KIND = "milestone approval key"
SALT_BYTES = 16
SECRET = disk.NEW


class WrongPassphrase(ValueError):
    """The passphrase does not open the key."""


class OwnKey(msgspec.Struct, frozen=True, kw_only=True):
    """The key file as it lies there: everything but the private key is in the clear."""

    kind: str
    public: str  # as `team.yaml` lists it
    salt: str
    memory_kib: int
    passes: int
    lanes: int
    sealed: str  # the private key, AES-256-GCM under what Argon2id makes of the passphrase


def make(path: Path, passphrase: str) -> keys.PublicKey:
    """Make a key, keep it sealed in a new file of its owner only, and return its public half.

    Raises:
        FileExistsError: there is a file already; it stays as it is.
        OSError: it cannot be written.
    """
    made = Ed25519PrivateKey.generate()
    public = keys.PublicKey(raw=made.public_key().public_bytes_raw())
    salt, nonce = os.urandom(SALT_BYTES), os.urandom(encryption.NONCE_BYTES)
    numbers = {"memory": encryption.MEMORY_KIB, "passes": encryption.PASSES, "lanes": encryption.LANES}
    box = AESGCM(encryption.from_passphrase(passphrase, salt, **numbers))
    sealed = nonce + box.encrypt(nonce, made.private_bytes_raw(), public.line.encode())
    kept = OwnKey(
        kind=KIND,
        public=public.line,
        salt=base64.b64encode(salt).decode(),
        memory_kib=numbers["memory"],
        passes=numbers["passes"],
        lanes=numbers["lanes"],
        sealed=base64.b64encode(sealed).decode(),
    )
    _write(path, json.dumps(msgspec.to_builtins(kept), indent=1).encode() + b"\n")
    return public


def read(data: bytes) -> OwnKey | None:
    """Return the key file that bytes are; None for anything else."""
    try:
        found = msgspec.json.decode(data, type=OwnKey)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return found if found.kind == KIND and keys.read(found.public) else None


def sign(kept: OwnKey, passphrase: str, messages: list[bytes]) -> list[str]:
    """Return the signature of each message, as the record keeps it.

    Raises:
        WrongPassphrase: it does not open the key, or the file was changed.
    """
    public = keys.read(kept.public)
    assert public is not None  # `read` has seen to it
    try:
        salt, sealed = base64.b64decode(kept.salt), base64.b64decode(kept.sealed)
        box = AESGCM(
            encryption.from_passphrase(
                passphrase, salt, memory=kept.memory_kib, passes=kept.passes, lanes=kept.lanes
            )
        )
        nonce = sealed[: encryption.NONCE_BYTES]
        raw = box.decrypt(nonce, sealed[encryption.NONCE_BYTES :], kept.public.encode())
        private = Ed25519PrivateKey.from_private_bytes(raw)
    except (InvalidTag, ValueError) as error:
        raise WrongPassphrase("the passphrase does not open it") from error
    return [f"{verifying.OWN}:{public.name}:{base64.b64encode(private.sign(each)).decode()}" for each in messages]


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, SECRET, 0o600)
    try:
        disk.write_all(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    disk.sync_folder(os.fspath(path.parent))
