"""Time really spent, people's hours and agents' minutes apart (R-EXEC-13).

An entry of `time` is `{who date hours source}`. Sources: `logged` (`task log`), `spent` (`task done --spent`),
`session` (a person's session without idle gaps), `executor` (a program's measured time). A correction is an entry
with negative hours.
"""

import itertools
from collections.abc import Iterable, Mapping
from typing import Any

from milestone.domain import estimate, progress, tasks
from milestone.domain.document import Body

SOURCES = ("logged", "spent", "session", "executor")


def entries(task: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the time entries of a task that have hours."""
    found = task.get("time")
    items = found if isinstance(found, list) else []
    return [e for e in items if isinstance(e, Mapping) and _hours(e) is not None]


def of_task(task: Mapping[str, Any]) -> tuple[float, float]:
    """Return (people's hours, agents' hours) of a task; `actual_hours` alone counts as people's."""
    found = entries(task)
    people = sum(_hours(e) or 0.0 for e in found if not is_agents(e))
    agents = sum(_hours(e) or 0.0 for e in found if is_agents(e))
    if not found and isinstance(task.get("actual_hours"), int | float):
        people = float(task["actual_hours"])
    return people, agents


def totals(body: Body) -> tuple[float, float]:
    """Return (people's hours, agents' minutes) of a milestone."""
    pairs = [of_task(task) for task in tasks.of(body)]
    return round(sum(p for p, _ in pairs), 6), round(sum(a for _, a in pairs) * 60, 6)


def is_agents(entry: Mapping[str, Any]) -> bool:
    """Tell whether an entry was a program's work."""
    return entry.get("source") == "executor" or str(entry.get("who") or "").startswith("agent:")


def efficiency(bodies: Iterable[Body]) -> float | None:
    """Return people's earned hours / spent hours, earned = estimate × progress; None before any is spent.

    Only tasks on which people's time was logged, and no program's, count: neither side's work makes the other's
    look faster.
    """
    earned = spent = 0.0
    for body in bodies:
        counted = tasks.leaves(body)
        if not any(of_task(task)[0] > 0 for task in counted):
            continue
        far, weights = progress.of_tasks(body), estimate.weights(counted)
        for task in counted:
            people, agents = of_task(task)
            if people > 0 and not agents and estimate.hours(task.get("estimated_hours")) is not None:
                earned += weights[str(task.get("id"))] * far[str(task.get("id"))] / 100
                spent += people
    return earned / spent if spent > 0 else None


def active_hours(moments: Iterable[float], idle_seconds: float = 15 * 60) -> float:
    """Return the hours between moments (seconds) of work; gaps longer than `idle_seconds` count as nothing."""
    ordered = sorted(moments)
    gaps = (later - earlier for earlier, later in itertools.pairwise(ordered))
    return sum(gap for gap in gaps if gap <= idle_seconds) / 3600


def _hours(entry: Mapping[str, Any]) -> float | None:
    value = entry.get("hours")
    if isinstance(value, bool):
        return None
    try:
        return float(str(value))
    except ValueError:
        return None
