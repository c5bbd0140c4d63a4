"""By when people are asked to judge, and how much of that time has passed."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from milestone import clock
from milestone.domain import durations, schedule, votes
from milestone.domain.context import Context
from milestone.domain.phase import Phase

SLA = 24.0  # hours
DAY, WEEK = 24.0, 168.0
MOST_DAYS = 3660  # a deadline further away is none


def hours(phase: Phase, settings: Mapping[str, Any]) -> float:
    """Return how long people have to judge: by the gate, by `approvals.sla`, else a day; a vote has its window."""
    if votes.is_vote(phase, settings):
        return votes.hours(phase)
    for said in (phase.sla, settings.get("approvals.sla")):
        found = _hours(said)
        if found:
            return found
    return SLA


def due(phase: Phase, ctx: Context) -> str | None:
    """Return the moment by which a phase in review should be judged; None for one that nobody handed in.

    With `approvals.working_time` only working days pass, of 24 hours each: handed in on Friday at three, a day is
    over on Monday at three.
    """
    return at_share(phase, 1.0, ctx)


def at_share(phase: Phase, share: float, ctx: Context) -> str | None:
    """Return the moment at which this share of the time has passed; None as for `due`."""
    begun = _moment(phase.submitted_at)
    if begun is None:
        return None
    left = timedelta(hours=share * hours(phase, ctx.settings))
    if votes.is_vote(phase, ctx.settings) or not ctx.settings.get("approvals.working_time"):
        return clock.format_moment(begun + left)
    found = _over_working_days(begun.astimezone(ctx.zone), left, schedule.calendar(ctx.settings))
    return clock.format_moment(found) if found else None


def is_past(phase: Phase, share: float, ctx: Context) -> bool:
    """Tell whether this share of the time to judge has passed."""
    when = at_share(phase, share, ctx)
    return when is not None and when <= ctx.now


def _over_working_days(begun: datetime, left: timedelta, calendar: schedule.Calendar) -> datetime | None:
    now = begun
    for _ in range(MOST_DAYS):
        midnight = datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo)
        if calendar.is_working(now.date()):
            if now + left <= midnight:
                return now + left
            left -= midnight - now
        now = midnight
    return None


def _hours(said: Any) -> float | None:
    if isinstance(said, bool) or said is None:
        return None
    return float(said) if isinstance(said, int | float) else durations.hours(str(said), day=DAY, week=WEEK)


def _moment(text: str | None) -> datetime | None:
    try:
        return clock.parse_moment(text) if text else None
    except ValueError:  # somebody typed it
        return None
