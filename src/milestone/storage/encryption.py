"""AES-256-GCM over single values and whole contents, with a key that is named in what it sealed."""

import base64
import hashlib
import os
from collections.abc import Sequence
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from milestone.domain.sensitive import PREFIX

KEY_BYTES = 32
NONCE_BYTES = 12
NAME = 8  # hex digits that name a key
MEMORY_KIB, PASSES, LANES = 64 * 1024, 3, 1
MOST_MEMORY_KIB, MOST_PASSES, MOST_LANES = 1024 * 1024, 16, 8  # more is an attack on who opens it
SALTED = b"Salted__"
OPENSSL_ROUNDS = 10_000  # what `openssl enc -pbkdf2` does


class Box:
    """Seals with the first key, opens with any."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = {name_of(key): AESGCM(key) for key in keys}
        self.name = name_of(keys[0])

    def seal(self, uid: str, place: str, value: Any) -> str:
        """Return a value as one word, bound to its record and place."""
        plain = msgspec.json.encode(value)
        nonce = os.urandom(NONCE_BYTES)
        text = self._keys[self.name].encrypt(nonce, plain, _about(uid, place, self.name))
        return f"{PREFIX}{self.name}:{place}:{base64.urlsafe_b64encode(nonce + text).decode()}"

    def unseal(self, uid: str, place: str, word: str) -> Any:
        """Return what was sealed; the word itself when no key of ours opens it there."""
        try:
            _, _, name, _, text = word.split(":", 4)
            data = base64.b64decode(text, altchars=b"-_", validate=True)
            about = _about(uid, place, name)
            return msgspec.json.decode(self._keys[name].decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], about))
        except (KeyError, ValueError, InvalidTag, msgspec.DecodeError):
            return word

    def seal_bytes(self, name: str, data: bytes) -> bytes:
        """Return a whole content, bound to its name."""
        nonce = os.urandom(NONCE_BYTES)
        about = _about(name, "content", self.name)
        return self.name.encode() + nonce + self._keys[self.name].encrypt(nonce, data, about)

    def open_bytes(self, name: str, data: bytes) -> bytes | None:
        """Return what was sealed under that name; None when no key of ours opens it."""
        key = data[:NAME].decode("ascii", "replace")
        nonce, text = data[NAME : NAME + NONCE_BYTES], data[NAME + NONCE_BYTES :]
        try:
            return self._keys[key].decrypt(nonce, text, _about(name, "content", key))
        except (KeyError, ValueError, InvalidTag):
            return None

    def knows(self, data: bytes) -> bool:
        """Tell whether the key is at hand that a whole content says it was sealed with."""
        return data[:NAME].decode("ascii", "replace") in self._keys


def name_of(key: bytes) -> str:
    """Return the name of a key: it says nothing about the key."""
    return hashlib.sha256(b"milestone key\n" + key).hexdigest()[:NAME]


def from_passphrase(passphrase: str, salt: bytes, *, memory: int, passes: int, lanes: int) -> bytes:
    """Return the key a passphrase makes with Argon2id.

    Raises:
        ValueError: the parameters are out of bounds.
    """
    in_bounds = 8 * lanes <= memory <= MOST_MEMORY_KIB and 1 <= passes <= MOST_PASSES and 1 <= lanes <= MOST_LANES
    if not in_bounds or len(salt) < 16:
        raise ValueError("the parameters of the passphrase are out of bounds")
    made = Argon2id(salt=salt, length=KEY_BYTES, iterations=passes, lanes=lanes, memory_cost=memory)
    return made.derive(passphrase.encode())


def is_of_openssl(word: Any) -> bool:
    """Tell whether a text is what `openssl enc -base64` made."""
    return isinstance(word, str) and word.startswith(base64.b64encode(SALTED)[:10].decode())


def from_openssl(word: str, passphrase: str) -> str:
    """Return what `openssl enc -aes-256-cbc -pbkdf2` had encrypted.

    CBC is not authenticated: a text that was changed may open as another one. So it is only read, never made.

    Raises:
        ValueError: the passphrase is another, or it is no such text.
    """
    data = base64.b64decode("".join(word.split()))
    if not data.startswith(SALTED) or len(data) < 32 or len(data) % 16:
        raise ValueError("it is not what openssl enc makes")
    made = hashlib.pbkdf2_hmac("sha256", passphrase.encode(), data[8:16], OPENSSL_ROUNDS, KEY_BYTES + 16)
    opener = Cipher(algorithms.AES(made[:KEY_BYTES]), modes.CBC(made[KEY_BYTES:])).decryptor()
    plain = opener.update(data[16:]) + opener.finalize()
    padding = plain[-1]
    if not 1 <= padding <= 16 or plain[-padding:] != bytes([padding]) * padding:
        raise ValueError("the passphrase is another")
    return plain[:-padding].decode()


def _about(uid: str, place: str, key: str) -> bytes:
    return "\n".join(["milestone sealed v1", uid, place, key]).encode()
