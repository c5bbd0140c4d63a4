"""What is promised of stores with many milestones, as ratios within one run."""

from collections.abc import Sequence
from typing import Protocol

from bench.bounds import BARE, Bound

SIZES = (1_000, 10_000)
BACKENDS = ("file", "hybrid", "sqlite", "postgres")
LOOKS = {10_000: 0.5, 100_000: 0.1}  # of Taskwarrior's list


class Once(Protocol):
    """How much was handed in and moved at once."""

    @property
    def large(self) -> int: ...


def promised(sizes: Sequence[int], backends: Sequence[str], once: Once) -> list[Bound]:
    """Return the bounds that what was measured allows to judge."""
    found: list[Bound] = []
    for size in sizes:
        if "sqlite" in backends and size in LOOKS:
            status = f"milestone status, sqlite, {size}"
            found.append(Bound(lane=status, beside=f"task list, {size} tasks", limit=LOOKS[size]))
        for backend in backends:
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
        found.append(Bound(lane=plan, beside=f"task import, {large} with four tasks each", limit=1.5))
    found.append(Bound(lane="index rebuilt, 1000 files", beside="yaml.CSafeLoader, 1000 files", limit=2))
    for source, to in (("file", "sqlite"), ("sqlite", "postgres")):
        lane = f"milestone migrate, {source} to {to}, {large}"
        found.append(Bound(lane=lane, beside=f"yaml.CSafeLoader, {large} files", limit=10))
    return found
