"""Whether a signature is one of these bytes by a key that is listed for a person."""

import base64
import binascii
from collections.abc import Iterable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from milestone.domain import signing
from milestone.signatures import keys, ssh

OWN, SSH = "ed25519", "sshsig"


def is_signed(message: bytes, signature: str, listed: Iterable[str]) -> bool:
    """Tell whether one of the listed keys signed a message; anything torn, foreign or unknown is no."""
    found = signing.parts(signature)
    if found is None:
        return False
    scheme, name, text = found
    key = next((key for line in listed if (key := keys.read(line)) and key.name == name), None)
    if key is None:
        return False
    try:
        data = base64.b64decode(text, validate=True)
        if scheme == OWN and key.application is None:
            return _is_ed25519(key.raw, message, data)
        said = ssh.read(data, message) if scheme == SSH else None
    except (ValueError, IndexError, binascii.Error):
        return False
    return said is not None and said.key == key and _is_ed25519(key.raw, said.signed, said.signature)


def _is_ed25519(raw: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(raw).verify(signature, message)
    except InvalidSignature:
        return False
    return True
