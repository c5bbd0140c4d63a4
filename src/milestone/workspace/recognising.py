"""A reading in which signed receipts count, wherever they were made."""

from collections.abc import Iterator
from typing import Any

from milestone.domain import signed_receipts
from milestone.domain.document import Document
from milestone.domain.signed_receipts import Verify


class Recognising:
    """A reading, or a transaction, whose documents have their signed receipts recognised."""

    def __init__(self, reading: Any, verify: Verify) -> None:
        self._reading = reading
        self._verify = verify

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reading, name)

    def load(self, kind: str, uid: str) -> Document | None:
        found = self._reading.load(kind, uid)
        return None if found is None else signed_receipts.recognised(found, self._verify)

    def find(self, kind: str, *args: Any, **fields: Any) -> Iterator[Document]:
        for found in self._reading.find(kind, *args, **fields):
            yield signed_receipts.recognised(found, self._verify)
