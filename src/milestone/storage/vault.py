"""What a database seals everything with, where that is wished, and opens what is sealed."""

from collections.abc import Callable
from typing import NamedTuple, Protocol


class Box(Protocol):
    """What seals a content under a name, and opens it under the same one."""

    def seal_bytes(self, name: str, data: bytes) -> bytes: ...

    def open_bytes(self, name: str, data: bytes) -> bytes | None:
        """Return what was sealed under that name; None when no key opens it."""
        ...

    def knows(self, data: bytes) -> bool:
        """Tell whether the key is at hand that a content says it was sealed with."""
        ...


class Vault(NamedTuple):
    """Whether what is written is sealed, and the keys; these are asked for when one is needed."""

    box: Callable[[], Box]  # raises Refused without a usable key
    seals: bool = False
