"""What caring for a database gives: what was done, and how big it was before and is now."""

import msgspec

from milestone.clock import SystemClock


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """How big a database is."""

    bytes: int  # of its file
    free: int  # bytes inside that hold nothing
    pending: int = 0  # bytes of the write-ahead log beside it


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was done, or why not."""

    name: str
    done: bool
    note: str
    ms: float


class Care(msgspec.Struct, frozen=True, kw_only=True):
    """All of it; without sizes where there is no database of ours."""

    backend: str
    steps: tuple[Step, ...] = ()
    before: Size | None = None
    after: Size | None = None


class Steps:
    """Collects steps with the time each took."""

    def __init__(self) -> None:
        self.found: list[Step] = []
        self._since = SystemClock().monotonic()

    def add(self, name: str, note: str, *, done: bool = True) -> None:
        """Say what was done since the step before."""
        now = SystemClock().monotonic()
        took, self._since = now - self._since, now
        self.found.append(Step(name=name, done=done, note=note, ms=round(took * 1000, 1)))
