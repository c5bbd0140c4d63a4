"""Keys of people for tests: `a_key()` signs in memory, plainly or as hardware does, with no passphrase to ask."""

import base64
import hashlib
from collections.abc import Callable, Sequence

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from milestone.domain.context import Person
from milestone.signatures import keys, ssh, verifying


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A private key and its public half."""

    private: Ed25519PrivateKey
    public: keys.PublicKey

    def sign(self, messages: Sequence[bytes]) -> list[str]:
        """Return the signature of each message, as `operations.signing` makes them."""
        return [self.one(message) for message in messages]

    def one(self, message: bytes) -> str:
        """Return the signature of a message."""
        signed = base64.b64encode(self.private.sign(message)).decode()
        return f"{verifying.OWN}:{self.public.name}:{signed}"

    def over_ssh(self, message: bytes, *, flags: int = ssh.TOUCHED, namespace: str = ssh.NAMESPACE) -> str:
        """Return the signature of a message as `ssh-keygen -Y sign` makes it."""
        hashed = hashlib.sha512(message).digest()
        signed = ssh.MAGIC + keys.pack(namespace.encode(), b"", b"sha512", hashed)
        if self.public.application is None:
            inner = keys.pack(keys.PLAIN.encode(), self.private.sign(signed))
        else:
            application = hashlib.sha256(self.public.application.encode()).digest()
            used = bytes([flags]) + (7).to_bytes(4, "big")
            said = self.private.sign(application + used + hashlib.sha256(signed).digest())
            inner = keys.pack(keys.HARDWARE.encode(), said) + used
        parts = keys.pack(self.public.blob, namespace.encode(), b"", b"sha512", inner)
        blob = ssh.MAGIC + (1).to_bytes(4, "big") + parts
        return f"{verifying.SSH}:{self.public.name}:{base64.b64encode(blob).decode()}"


def a_key(*, hardware: bool = False) -> Key:
    """Return a new key; with `hardware` one whose signatures look like those of a security key."""
    private = Ed25519PrivateKey.generate()
    raw = private.public_key().public_bytes_raw()
    return Key(private=private, public=keys.PublicKey(raw=raw, application="ssh:" if hardware else None))


def verifier(*people: Person) -> Callable[[bytes, str, str], bool]:
    """Return `Context.verify` for a team."""
    listed = {person.handle: person.keys for person in people}
    return lambda message, signature, name: verifying.is_signed(message, signature, listed.get(name, ()))
