"""Hours: what an estimate says, and what was archived teaches about the next one."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from milestone.domain import tasks
from milestone.domain.document import Body


def hours(value: Any) -> float | None:
    """Return the expected hours of an estimate: a number, or PERT of `{optimistic likely pessimistic}`.

    None for no estimate, a negative one or a text that is no number.
    """
    if isinstance(value, Mapping):
        points = [number(value.get(name)) for name in ("optimistic", "likely", "pessimistic")]
        low, likely, high = points
        if likely is None:
            known = [p for p in points if p is not None]
            return sum(known) / len(known) if known else None
        return ((likely if low is None else low) + 4 * likely + (likely if high is None else high)) / 6
    return number(value)


def number(value: Any) -> float | None:
    """Return a value that is not negative as a float; None for anything else."""
    if type(value) is float or type(value) is int:  # nearly all
        return float(value) if 0 <= value < 1e9 else None
    if isinstance(value, bool) or value is None:
        return None
    try:
        found = float(str(value).strip().removesuffix("h").removesuffix("hours").strip())
    except ValueError:
        return None
    return found if 0 <= found < 1e9 else None


def weights(every: Iterable[tasks.Task]) -> dict[str, float]:
    """Return task id -> hours; one without an estimate weighs the mean, all the same where none has one."""
    known = {str(task.get("id")): hours(task.get("estimated_hours")) for task in every}
    given = [value for value in known.values() if value is not None]
    mean = sum(given) / len(given) if given else 1.0
    return {name: mean if value is None else value for name, value in known.items()}


def total(body: Body, leaves: Sequence[tasks.Task] | None = None) -> float:
    """Return the estimated hours of a milestone: its tasks' (`leaves`, if known), else its own figure, else 0."""
    counted = tasks.leaves(body) if leaves is None else leaves
    if any(hours(task.get("estimated_hours")) is not None for task in counted):
        return sum(weights(counted).values())
    timeline = body.get("timeline")
    return (hours(timeline.get("estimated_hours")) if isinstance(timeline, Mapping) else None) or 0.0
