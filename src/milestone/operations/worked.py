"""The time a person was seen at work on a task: between commands of theirs, without idle gaps (R-EXEC-13)."""

from collections.abc import Mapping
from typing import Any

from milestone import clock
from milestone.domain import time_spent, words
from milestone.domain.context import Context
from milestone.storage.base import Reading

LEAST = 1 / 60  # hours; less is not worth an entry
LOOK_BACK = 300  # events


def hours(reading: Reading, task: Mapping[str, Any], ctx: Context) -> float | None:
    """Return the hours between a person's commands since they began this task, or finished another after that.

    None for a program, for a task on which they logged time already, and where nothing was seen.
    """
    who, started = ctx.actor.name, task.get("started_at")
    if ctx.actor.kind != "person" or not started or any(e.get("who") == who for e in time_spent.entries(task)):
        return None
    seen = [_seconds(str(started)), _seconds(ctx.now)]
    for recorded in reading.events(limit=LOOK_BACK, newest=True, since=str(started)):
        if recorded.actor.name != who:
            continue
        if recorded.event.kind == "task.completed":
            seen = [_seconds(ctx.now)]  # what came before went into that task
        seen.append(_seconds(recorded.at))
    found = time_spent.active_hours(seen, idle_seconds=_idle(ctx))
    return round(found, 2) if found >= LEAST else None


def _idle(ctx: Context) -> float:
    gap = words.number(str(ctx.settings.get("sessions.idle_gap") or "15m"))
    return float(gap or 0.25) * 3600


def _seconds(moment: str) -> float:
    return clock.parse_moment(moment).timestamp()
