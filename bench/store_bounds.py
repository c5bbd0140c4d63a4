"""What is promised of stores with many milestones, as ratios within one run."""

from collections.abc import Sequence
from typing import Protocol

from bench.bounds import BARE, Bound

SIZES = (1_000, 10_000, 100_000)
BACKENDS = ("file", "hybrid", "sqlite", "postgres")
DATABASES = ("sqlite", "postgres")
MOST_FILES = 10_000  # milestones that are still measured in files
BARE_ONES = " without tasks"
FOUR = " with four tasks each"
LOOKS = {10_000: 0.5, 100_000: 0.1}  # of Taskwarrior's list


class Once(Protocol):
    """How much was handed in and moved at once."""

    @property
    def large(self) -> int: ...


def at(size: int, backends: Sequence[str]) -> list[str]:
    """Return the backends that are measured at a size."""
    return [each for each in backends if size <= MOST_FILES or each in DATABASES]


def promised(sizes: Sequence[int], backends: Sequence[str], once: Once) -> list[Bound]:
    """Return the bounds that what was measured allows to judge."""
    found: list[Bound] = []
    for size in sizes:
        if "sqlite" in backends and size in LOOKS:
            status = f"milestone status, sqlite, {size}"
            found.append(Bound(lane=status, beside=f"task list, {size} tasks", limit=LOOKS[size]))
        for backend in at(size, backends):
            for change in ("update", "task start", "task done"):
                lane = f"milestone {change}, {backend}, {size}"
                found.append(Bound(lane=lane, beside=BARE, limit=8, stretch=6))
            if size == 10_000:
                done = f"milestone task done, {backend}, {size}"
                found.append(Bound(lane=done, beside=f"task done, {size} tasks", limit=1))
    return [*found, *_at_once(backends, once.large)]


def _at_once(backends: Sequence[str], large: int) -> list[Bound]:
    found = []
    for backend in backends:
        plan = f"milestone plan --from, {backend}, {large}"
        found.append(Bound(lane=plan, beside=f"task import, {large}", limit=1.5))
        found.append(Bound(lane=plan, beside=f"task import, {large}{FOUR}", limit=1.5))
        found.append(Bound(lane=f"{plan}{BARE_ONES}", beside=f"task import, {large}", limit=1.5))
    found.append(Bound(lane="index rebuilt, 1000 files", beside="yaml.CSafeLoader, 1000 files", limit=2))
    for source, to in (("file", "sqlite"), ("sqlite", "postgres")):
        lane = f"milestone migrate, {source} to {to}, {large}"
        found.append(Bound(lane=lane, beside=f"yaml.CSafeLoader, {large} files", limit=10))
    return found


class Wanted:
    """The lanes to run: all, or those that some of the bounds are about."""

    def __init__(self, promised: Sequence[Bound], words: Sequence[str]) -> None:
        self.bounds = [each for each in promised if not words or any(word in each.lane for word in words)]
        self._lanes = {name for each in self.bounds for name in (each.lane, each.beside)} if words else None

    def __contains__(self, name: str) -> bool:
        return self._lanes is None or name == BARE or name.startswith("bare ") or name in self._lanes

    def any(self, *words: str) -> bool:
        """Tell whether a wanted lane has all these words."""
        return self._lanes is None or any(all(word in name for word in words) for name in self._lanes)
