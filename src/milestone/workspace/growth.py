"""After a write: has the project outgrown its store? Cheap when nothing changed since it was asked last.

What was measured, answered and told is kept in `local/scale.json`, which may be deleted at any time.
"""

import json
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from milestone import clock, registry
from milestone.storage import located

if TYPE_CHECKING:  # most writes need no more than a look at what is kept
    from milestone.domain.context import Person
    from milestone.storage.base import Store, Warning

FILE = "local/scale.json"
DAY_NS = 86_400_000_000_000
MEASURE = "milestone.workspace.measuring:measure"
WISHES = ("backend.type", "scale_override", "scale.override", "features.auto_scale", "project.team_size")
LIMITS = ("scale.file", "scale.hybrid", "scale.database", "scale.thresholds", "storage.thresholds")


class Move(NamedTuple):
    """Where the store should go once the answer is given."""

    to: str
    reasons: tuple[str, ...]
    ask: bool


class Growth:
    """What one opened project knows of its size."""

    def __init__(
        self,
        root: str | os.PathLike[str],
        settings: Mapping[str, Any],
        people: "Sequence[Person]",
        *,
        address: bool,
        asks: bool,
    ) -> None:
        self.root = os.fspath(root)
        self.settings = settings
        self.people = people
        self.address = address  # a PostgreSQL server is named
        self.asks = asks  # somebody is at a terminal
        self.move: Move | None = None  # what is due
        self.advised: Move | None = None  # what was advised for the first time

    def after(self, store: "Store", count: int) -> "Sequence[Warning]":
        """Return what to tell after a write that left so many milestones, and remember in `move` what is due."""
        seen = [located.read(self.root).backend, count, len(self.people), self.address, self.asks]
        seen += [self.settings.get(key) for key in (*WISHES, *LIMITS)]
        kept = read(self.root)
        told_always = not self.address and str(self.settings.get("backend.type")).startswith("postgres")
        if kept.get("seen") == seen and not told_always and not _is_old(kept):
            return ()
        with store.reading() as reading:
            warnings: Sequence[Warning] = registry.load(MEASURE)(self, reading, kept, seen)
        return warnings


def read(root: str) -> dict[str, Any]:
    """Return what is kept; nothing where nothing readable is."""
    try:
        with open(os.path.join(root, FILE), "rb") as file:
            found = json.loads(file.read())
        return found if isinstance(found, dict) else {}
    except (OSError, ValueError):
        return {}


def keep(root: str, known: Mapping[str, Any]) -> None:
    """Keep what is known; where nothing can be written it is measured again."""
    target = os.path.join(root, FILE)
    fresh = f"{target}.{os.getpid()}"
    try:
        if os.path.islink(os.path.dirname(target)):
            return
        with open(fresh, "w", encoding="utf-8") as file:
            json.dump(known, file)
        os.replace(fresh, target)
    except OSError:
        pass


def _is_old(kept: Mapping[str, Any]) -> bool:
    at = kept.get("at")
    return not isinstance(at, int) or not 0 <= clock.wall_ns() - at < DAY_NS
