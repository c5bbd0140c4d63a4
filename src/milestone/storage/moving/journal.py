"""What a clone remembers of its last move: how far it got, where it came from; and the log of all of them."""

import json
import os
from typing import Any

import msgspec

from milestone.storage import disk, located
from milestone.storage.located import Location

NAME = os.path.join("local", "migration.json")
STATES = ("moving", "moved", "back", "given up", "joined")


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One move between stores."""

    source: Location
    target: Location
    state: str = "moving"  # of STATES; `back`: a rollback that is done; `joined`: a clone that came to others
    begun: str  # RFC 3339 UTC
    epoch: str | None = None  # what the target begins; None: the source's goes on
    moved: int = 0  # events that arrived
    total: int = 0  # events there were at last sight
    backup: str | None = None  # the backup made before

    @property
    def is_rollback(self) -> bool:
        return self.epoch is not None


DECODER = msgspec.json.Decoder(Move)
ENCODER = msgspec.json.Encoder()


def read(root: str | os.PathLike[str]) -> Move | None:
    """Return the last move of a clone; None when there was none, or its note cannot be read."""
    data = disk.read(os.path.join(root, NAME))
    try:
        return DECODER.decode(data) if data else None
    except msgspec.DecodeError:
        return None


def keep(root: str | os.PathLike[str], move: Move) -> None:
    """Remember a move, durably."""
    located.keep(root, NAME, ENCODER.encode(move))


def note(root: str | os.PathLike[str], at: str, move: Move, what: str, **facts: Any) -> None:
    """Add a line to `logs/migration.jsonl`; no address of a server is in it."""
    said = {"at": at, "from": move.source.backend, "to": move.target.backend, "what": what, **facts}
    folder = os.path.join(root, "logs")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "migration.jsonl"), "a", encoding="utf-8") as file:
        file.write(json.dumps(said, separators=(",", ":")) + "\n")
