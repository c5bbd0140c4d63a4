"""What is promised, as ratios within one run, and whether it held."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bench.timing import Lane

BARE = "python -c pass"
SIZES = (20, 100, 1000)


@dataclass(frozen=True, kw_only=True)
class Bound:
    """`lane` takes at most `limit` times what `beside` takes; `stretch` is hoped for, not promised."""

    lane: str
    beside: str
    limit: float
    stretch: float | None = None


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A bound and the ratio of the medians of wall time, which decides; `None` where the peer is missing."""

    bound: Bound
    ratio: float | None

    @property
    def held(self) -> bool:
        return self.ratio is None or self.ratio <= self.bound.limit

    @property
    def word(self) -> str:
        if self.ratio is None:
            return "not measured"
        if not self.held:
            return "MISSED"
        return "held, stretch too" if self.bound.stretch and self.ratio <= self.bound.stretch else "held"


def promised(sizes: Iterable[int] = SIZES) -> list[Bound]:
    """Return the bounds that the sizes measured allow to judge."""
    bounds = [Bound(lane="milestone --version", beside=BARE, limit=2.5)]
    for size in sizes:
        status = f"milestone status, {size} files"
        if size <= 100:
            bounds.append(Bound(lane=status, beside=BARE, limit=4))
        else:
            bounds.append(Bound(lane=status, beside=f"task list, {size} tasks", limit=3))
        for change in ("update", "task start", "task done"):
            bounds.append(Bound(lane=f"milestone {change}, {size} files", beside=BARE, limit=8, stretch=6))
    return bounds


def judge(bound: Bound, lanes: Mapping[str, Lane], by: str = "wall") -> Verdict:
    """Return whether a bound held; not measured where one of its lanes did not run."""
    if bound.lane not in lanes or bound.beside not in lanes:
        return Verdict(bound=bound, ratio=None)
    return Verdict(bound=bound, ratio=lanes[bound.lane].median(by) / lanes[bound.beside].median(by))
