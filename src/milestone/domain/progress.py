"""How far work is: one rule for task, phase, milestone and project (`records.md`, Progress)."""

from collections.abc import Callable

import msgspec

from milestone.domain import estimate, phases, tasks
from milestone.domain.document import Body
from milestone.domain.weighing import mean, of_project, rounded

__all__ = ["Progress", "mean", "of", "of_phases", "of_project", "of_task", "of_tasks", "rounded"]

Counts = Callable[[tasks.Task], bool]  # does this completed task count?


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a milestone is. `exact` is never rounded; `percentage` is, once."""

    exact: float
    percentage: int
    hours: float
    hours_left: float
    tasks_total: int
    tasks_completed: int


def of_task(body: Body, task: tasks.Task, counts: Counts | None = None) -> float:
    """Return how far one task without subtasks is: 0 or 100, or its weighted phases."""
    if tasks.status(task) == "completed":
        return 100.0 if counts is None or counts(task) else 0.0
    found = phases.of_task(body, task)
    return phases.weighted(found) if found else 0.0


def of_tasks(body: Body, counts: Counts | None = None) -> dict[str, float]:
    """Return task id -> how far it is, a parent being the mean of its subtasks; cancelled ones are left out."""
    found = {str(t.get("id")): of_task(body, t, counts) for t in tasks.leaves(body)}
    for parent in tasks.parents(body):
        inside = [t for t in tasks.children(body, parent) if str(t.get("id")) in found]
        found[parent] = mean((estimate.weights(inside)[str(t["id"])], found[str(t["id"])]) for t in inside)
    return found


def of(body: Body, counts: Counts | None = None) -> Progress:
    """Return how far a milestone is; `counts` may leave completions out (`evidence: required`)."""
    counted = tasks.leaves(body)
    if not counted:
        return _without_tasks(body)
    far, weights = of_tasks(body, counts), estimate.weights(counted)
    done = [t for t in counted if tasks.status(t) == "completed" and (counts is None or counts(t))]
    exact = mean((weights[str(t.get("id"))], far[str(t.get("id"))]) for t in counted)
    whole = estimate.total(body, counted)
    return Progress(
        exact=exact,
        percentage=rounded(exact, len(done) == len(counted)),
        hours=whole,
        hours_left=whole * (100 - exact) / 100,
        tasks_total=len(counted),
        tasks_completed=len(done),
    )


def of_phases(body: Body) -> dict[str, float]:
    """Return phase -> how far the milestone is in it: its own phases', else its tasks' weighted by hours."""
    own = phases.of_milestone(body)
    if own:
        return {phase.name: phases.percentage(phase) for phase in own}
    if not any(task.get("kiro_workflow") for task in tasks.of(body)):
        return {}
    working = {str(t.get("id")): (t, phases.of_task(body, t)) for t in tasks.leaves(body)}
    weights = estimate.weights(task for task, found in working.values() if found)
    parts: dict[str, list[tuple[float, float]]] = {}
    for name, (task, found) in working.items():
        for phase in found:
            far = 100.0 if tasks.status(task) == "completed" else phases.percentage(phase)
            parts.setdefault(phase.name, []).append((weights[name], far))
    return {name: mean(pairs) for name, pairs in parts.items()}


def _without_tasks(body: Body) -> Progress:
    whole = estimate.total(body)
    done = body.get("status") in ("completed", "archived")
    exact = 100.0 if done else phases.weighted(phases.of_milestone(body))
    return Progress(
        exact=exact,
        percentage=rounded(exact, done),
        hours=whole,
        hours_left=whole * (100 - exact) / 100,
        tasks_total=0,
        tasks_completed=0,
    )
