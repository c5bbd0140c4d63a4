"""Whether every document arrived as it left, looked at while both stores are in use."""

import time
from collections.abc import Iterable

import msgspec

from milestone.domain.document import Document
from milestone.storage.base import Reading, Store
from milestone.storage.moving import foreign
from milestone.storage.moving.recorded import recorded

Key = tuple[str, str]  # kind, uid


class Touched(msgspec.Struct, frozen=True):
    """How much of an event tells which document it changed."""

    document: str
    uid: str


class Touching(msgspec.Struct, frozen=True):
    """How much of a line tells which documents it changed."""

    events: list[Touched]


TOUCHING = msgspec.json.Decoder(Touching)
ENCODER = msgspec.json.Encoder(order="deterministic")


class Comparing:
    """What is still to be compared."""

    def __init__(self, source: Store, target: Store) -> None:
        self._source = source
        self._target = target
        self.open: dict[Key, None] = {}
        self.known: set[Key] = set()  # compared once at least
        self.compared = 0

    @property
    def unknown(self) -> int:
        """How many documents were never compared; those that change again and again are left to the end."""
        return sum(key not in self.known for key in self.open)

    def note(self, lines: Iterable[bytes]) -> None:
        """Remember the documents that lines changed."""
        for line in lines:
            for touched in TOUCHING.decode(line).events:
                self.open[touched.document, touched.uid] = None

    def look(self, seconds: float) -> None:
        """Compare for so long; a document that is changed meanwhile stays to be compared.

        Raises:
            Damaged: one differs at the same revision.
        """
        deadline = time.monotonic() + seconds
        with recorded(self._target) as there, recorded(self._source) as here:
            for key in sorted(self.open, key=self.known.__contains__):  # those never compared first
                self._one(key, here, there)
                if time.monotonic() > deadline:
                    return

    def finish(self, here: Reading, deadline: float) -> bool:
        """Compare the rest against a source that nobody writes to; False when time is up before.

        Raises:
            Damaged: one differs, or is missing.
        """
        with recorded(self._target) as there:
            for key in list(self.open):
                if time.monotonic() > deadline:
                    return False
                self._one(key, here, there)
        if self.open:
            kind, uid = next(iter(self.open))
            raise foreign.differs(f"{kind} {uid} is at another revision")
        return time.monotonic() <= deadline

    def _one(self, key: Key, here: Reading, there: Reading) -> None:
        mine, theirs = here.load(*key), there.load(*key)
        if mine is None or theirs is None:
            raise foreign.differs(f"{key[0]} {key[1]} is missing in the {'old' if mine is None else 'new'} one")
        if mine.revision != theirs.revision:
            return
        if mine is not theirs and digest(mine) != digest(theirs):
            raise foreign.differs(f"{key[0]} {key[1]} arrived otherwise than it left")
        del self.open[key]
        self.known.add(key)
        self.compared += 1


def digest(document: Document) -> bytes:
    """Return what two stores must have the same of a document."""
    return ENCODER.encode(document)
