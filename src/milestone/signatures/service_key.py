"""The key of a service, kept in a file without a passphrase."""

import base64
from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_ssh_private_key

from milestone.signatures import keys, ssh_keygen, verifying


def sign(data: bytes, messages: Sequence[bytes]) -> list[str]:
    """Return the signature of each message by the key that a file holds: OpenSSH's form, or 64 hex digits.

    Raises:
        ValueError: it is no Ed25519 key, or has a passphrase.
    """
    private = _read(data)
    public = keys.PublicKey(raw=private.public_key().public_bytes_raw())
    return [f"{verifying.OWN}:{public.name}:{base64.b64encode(private.sign(each)).decode()}" for each in messages]


def _read(data: bytes) -> Ed25519PrivateKey:
    if not data.startswith(ssh_keygen.BEGIN):
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(data.decode("ascii", "replace").strip()))
    try:
        found = load_ssh_private_key(data, None)
    except TypeError as error:  # it has a passphrase
        raise ValueError("it has a passphrase") from error
    if not isinstance(found, Ed25519PrivateKey):
        raise ValueError("it is no Ed25519 key")
    return found
