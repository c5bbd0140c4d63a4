"""What every way of sending does: take one message to one address, and say whether it arrived."""

from typing import Protocol

import msgspec


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody is told."""

    title: str
    text: str


class NotSent(Exception):
    """A message did not arrive; why, without the address, which may hold a secret."""


class Sender(Protocol):
    """A way of sending."""

    def check(self, address: str) -> None:
        """Let an address pass that this sender knows how to reach. Nothing is sent.

        Raises:
            NotSent: it is no address of any service.
        """
        ...

    def send(self, address: str, message: Message) -> None:
        """Return when the service at an address has taken the message.

        Raises:
            NotSent: it was refused, or cannot be reached.
        """
        ...
