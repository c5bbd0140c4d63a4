"""What archived work teaches the next estimate: people's hours and agents' minutes, two classes, never mixed."""

from collections.abc import Iterable, Mapping
from statistics import median
from typing import Any

import msgspec

ENOUGH = 8  # done tasks with recorded time; below that there is no history to speak of
LEAST, MOST = 0.5, 3.0  # a correction beyond these says more about the record than about the work


class Experience(msgspec.Struct, frozen=True, kw_only=True):
    """How estimates of one class went."""

    tasks: int = 0
    ratio: float | None = None  # median of actual / estimate; for agents minutes per estimated hour

    @property
    def is_enough(self) -> bool:
        """Whether the next estimate should follow it."""
        return self.tasks >= ENOUGH and self.ratio is not None


def of_people(rows: Iterable[Mapping[str, Any]], category: str | None = None) -> Experience:
    """Return how people's hours compare with estimates, in one category or in all."""
    return _of([people / guess for guess, people, _ in _measured(rows, category) if people > 0])


def of_agents(rows: Iterable[Mapping[str, Any]], category: str | None = None) -> Experience:
    """Return how many minutes programs needed for an estimated hour; tasks a person worked on too are left out."""
    return _of(
        [minutes / guess for guess, people, minutes in _measured(rows, category) if minutes > 0 and not people]
    )


def corrected(
    hours: float, rows: Iterable[Mapping[str, Any]], category: str | None = None
) -> tuple[float, str | None]:
    """Return an estimate after what was archived, with the reason; the same and None while history is too short.

    The category's own history counts where there is enough of it, else everybody's.
    """
    known = list(rows)
    for name, found in ((category, of_people(known, category)), (None, of_people(known))):
        if found.is_enough and found.ratio is not None:
            ratio = min(MOST, max(LEAST, found.ratio))
            where = f"{name} " if name else ""
            return round(
                hours * ratio, 2
            ), f"{found.tasks} archived {where}tasks took {ratio:.2f} times their estimate"
    return hours, None


def _of(ratios: list[float]) -> Experience:
    return Experience(tasks=len(ratios), ratio=median(ratios) if ratios else None)


def _measured(rows: Iterable[Mapping[str, Any]], category: str | None) -> list[list[float]]:
    return [
        entry for row in rows if category in (None, row.get("category")) for entry in row.get("measured") or []
    ]
