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


def of_project(rows: Iterable[Mapping[str, Any]]) -> tuple[float, int]:
    """Return (exact, percentage) of all milestones weighted by hours, archived included, cancelled nowhere."""
    counted = [row for row in rows if row["status"] != "cancelled"]
    if not counted:
        return 0.0, 0
    given = [row["hours"] for row in counted if row["hours"]]
    usual = sum(given) / len(given) if given else 1.0
    exact = mean((row["hours"] or usual, row["exact"]) for row in counted)
    return exact, rounded(exact, all(row["percentage"] == 100 for row in counted))
