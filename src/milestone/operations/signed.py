"""What a person signs is worked out first, then signed with nothing locked, then recorded as it was signed."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from milestone import errors


class Signer(Protocol):
    """Who can sign in a person's name: `operations.signing`, which imports what that needs."""

    def sign(self, messages: Sequence[bytes]) -> list[str]: ...


class Collected(Exception):
    """A message was noted down to be signed; the rule that asked for it is run again with the signature."""


class Wanted:
    """Notes down what a rule wants signed."""

    def __init__(self, at: str) -> None:
        self.at = at
        self.messages: list[bytes] = []

    def sign(self, message: bytes) -> str:
        """Note down a message. Raises Collected: there is no signature yet."""
        self.messages.append(message)
        raise Collected


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """The signatures of what was wanted, and the moment that stands in them."""

    at: str
    signatures: Mapping[bytes, str]

    @classmethod
    def of(cls, wanted: Wanted, signer: Signer) -> "Signed":
        """Return the signatures of everything that was noted down."""
        made = signer.sign(wanted.messages)
        return cls(at=wanted.at, signatures=dict(zip(wanted.messages, made, strict=True)))

    def sign(self, message: bytes) -> str:
        """Return the signature of a message.

        Raises:
            Stale: it is another one by now: something changed while the person signed.
        """
        if message not in self.signatures:
            raise errors.Stale(
                "What you signed has changed in the meantime.",
                why="the deliverables, or what the gate asks for, are others than a moment ago",
                next=["milestone review"],
            )
        return self.signatures[message]
