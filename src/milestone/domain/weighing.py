"""Weighted means and the one rounding: percentages of rows. Imports nothing of ours: `status` uses it."""

import math
from collections.abc import Iterable, Mapping
from typing import Any


def mean(parts: Iterable[tuple[float, float]]) -> float:
    """Return the mean of (weight, value) pairs; where nothing weighs anything, all weigh the same."""
    pairs = list(parts)
    whole = sum(weight for weight, _ in pairs)
    if whole:
        return sum(weight * value for weight, value in pairs) / whole
    return sum(value for _, value in pairs) / len(pairs) if pairs else 0.0


def rounded(exact: float, all_completed: bool) -> int:
    """Return the percentage people see: half up, and never above 99 until all is completed."""
    if all_completed:
        return 100
    return max(0, min(99, math.floor(round(exact, 9) + 0.5)))


NANO = 10**9  # sums are whole numbers, so that they are the same in whatever order and by whatever way they came
FINISHED = ("completed", "archived")
CLOSED = (*FINISHED, "cancelled")


class Totals:
    """Sums over the rows of milestones: what a status says of all of them. Add a row, or take one away."""

    __slots__ = ("bare", "bare_exact", "counted", "done", "full", "given", "hours", "left", "states")

    def __init__(self, states: Mapping[str, int] | None = None, **sums: int) -> None:
        self.states = dict(states or {})  # status -> how many
        self.counted = 0  # those that are not cancelled; so all that follows
        self.full = 0  # ... that are at 100 %
        self.given = 0  # ... that say how many hours they take
        self.hours = 0  # of those, in billionths
        self.done = 0  # of those hours, in billionths
        self.bare = 0  # ... that say nothing of hours
        self.bare_exact = 0  # percentages of those, in billionths
        self.left = 0  # hours left of open ones, in billionths
        for name, value in sums.items():
            setattr(self, name, value)

    def add(self, row: Mapping[str, Any], times: int = 1) -> None:
        """Count a row; `times` is -1 to count it no longer."""
        status, hours = str(row["status"]), row["hours"]
        self.states[status] = self.states.get(status, 0) + times
        if status == "cancelled":
            return
        self.counted += times
        self.full += times * (row["percentage"] == 100)
        if hours:
            self.given += times
            self.hours += times * round(hours * NANO)
            self.done += times * round(hours * row["exact"] * NANO / 100)
        else:
            self.bare += times
            self.bare_exact += times * round(row["exact"] * NANO)
        if status not in CLOSED:
            self.left += times * round(float(row["hours_left"] or 0) * NANO)

    def in_state(self, *states: str) -> int:
        """Return how many are in any of these states."""
        return sum(self.states.get(state, 0) for state in states)

    @property
    def open(self) -> int:
        """How many are not finished and not cancelled."""
        return sum(self.states.values()) - self.in_state(*CLOSED)

    @property
    def hours_whole(self) -> float:
        """Hours of all that say how many they take."""
        return self.hours / NANO

    @property
    def hours_left(self) -> float:
        """Hours left of open ones."""
        return self.left / NANO

    def progress(self) -> tuple[float, int]:
        """Return (exact, percentage): weighted by hours, one without hours weighing as much as the usual one."""
        if not self.counted:
            return 0.0, 0
        usual = self.hours / self.given if self.given else float(NANO)
        whole = self.hours + usual * self.bare
        exact = (100 * self.done + usual / NANO * self.bare_exact) / whole if whole else 0.0
        return exact, rounded(exact, self.full == self.counted)

    def sums(self) -> dict[str, Any]:
        """Return all of it, for `Totals(**sums)`; states of which there are none are left out."""
        found = {name: getattr(self, name) for name in self.__slots__}
        return found | {"states": {state: count for state, count in sorted(self.states.items()) if count}}


def totals(rows: Iterable[Mapping[str, Any]]) -> Totals:
    """Return the sums over rows."""
    found = Totals()
    for row in rows:
        found.add(row)
    return found


def of_project(rows: Iterable[Mapping[str, Any]]) -> tuple[float, int]:
    """Return (exact, percentage) of all milestones weighted by hours, archived included, cancelled nowhere."""
    return totals(rows).progress()
