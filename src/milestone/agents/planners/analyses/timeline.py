"""Timeline: hours in three points, a buffer, and dates that follow the hours people have."""

import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import msgspec

from milestone import errors
from milestone.agents.planners.brief import WEEKS, Brief, Finding, Planned, PlanOptions

NAME = "timeline"
BUFFER = 20.0
BUFFER_GENERAL = 30.0  # where no recipe knows the work, less is known about its length
IN_TEAMS = 2.5  # hours of a step with review, hand-over and operation, against one person's smallest version
OPTIMISTIC, PESSIMISTIC = 0.6, 1.7


class Timed(msgspec.Struct, frozen=True, kw_only=True):
    """How long it takes."""

    hours: Mapping[str, float]  # expected hours of each task
    buffer: float  # per cent
    weeks: float  # with buffer, at the hours people have
    findings: tuple[Finding, ...]

    @property
    def total(self) -> float:
        """Expected hours of all tasks."""
        return round(sum(self.hours.values()), 2)


def timeline(brief: Brief, tasks: Sequence[Planned]) -> Timed:
    """Return hours and weeks for the tasks."""
    options = brief.options
    hours = {t.key: expected(brief, t) for t in tasks}
    buffer = buffer_of(brief)
    weeks = weeks_for(options, tasks, hours, buffer)
    return Timed(hours=hours, buffer=buffer, weeks=weeks, findings=tuple(_findings(brief, hours, buffer, weeks)))


def expected(brief: Brief, task: Planned) -> float:
    """Return a task's expected hours: the recipe's, for a team or one person, corrected by what was archived."""
    factor = IN_TEAMS if brief.options.is_team else 1.0
    history = brief.correct.get(category_of(brief), (1.0, ""))[0]
    return max(0.5, round(task.hours * factor * history * 2) / 2)


def category_of(brief: Brief) -> str:
    """Return the category that the flags or the first recipe give."""
    return brief.options.category or brief.matches[0].recipe.category


def buffer_of(brief: Brief) -> float:
    """Return the buffer in per cent."""
    if brief.options.buffer is not None:
        return brief.options.buffer
    return BUFFER_GENERAL if brief.is_general else BUFFER


def three_points(hours: float) -> dict[str, float]:
    """Return optimistic, likely and pessimistic hours whose PERT mean is exactly `hours`."""
    low = round(hours * OPTIMISTIC * 4) / 4
    likely = round((6 * hours - low - hours * PESSIMISTIC) / 4 * 4) / 4
    high = 6 * hours - low - 4 * likely
    return {"optimistic": tidy(low), "likely": tidy(likely), "pessimistic": tidy(high)}


def tidy(number: float) -> float:
    """Return 3 for 3.0, else at most two digits."""
    return int(number) if number == int(number) else round(number, 2)


def weeks_for(options: PlanOptions, tasks: Sequence[Planned], hours: Mapping[str, float], buffer: float) -> float:
    """Return weeks with buffer: all hours over all people, never less than the longest chain for one of them."""
    share = sum(hours.values()) / options.capacity
    chain = longest_chain(tasks, hours) / options.hours_per_week
    return max(share, chain) * (1 + buffer / 100)


def longest_chain(tasks: Sequence[Planned], hours: Mapping[str, float]) -> float:
    """Return the hours of the longest chain of tasks that wait for each other; tasks stand in order."""
    ends: dict[str, float] = {}
    for task in tasks:
        ends[task.key] = hours[task.key] + max((ends.get(key, 0.0) for key in task.after), default=0.0)
    return max(ends.values(), default=0.0)


def window(options: PlanOptions) -> float | None:
    """Return the weeks that flags allow; None without any."""
    spans = [options.duration_days] if options.duration_days is not None else []
    if options.deadline is not None:
        spans.append((options.deadline - options.today).days + 1)
    return min(spans) / 7 if spans else None


def check_possible(brief: Brief, tasks: Sequence[Planned]) -> None:
    """Refuse what cannot be done even if all goes well.

    Raises:
        Refused: the duration or deadline leaves less than the smallest plan's optimistic hours.
    """
    options = brief.options
    weeks = window(options)
    if weeks is None:
        return
    if options.deadline is not None and options.deadline < options.today:
        raise _impossible(
            f"{options.deadline} is past.", f"today is {options.today}", "milestone plan GOAL --deadline +3w"
        )
    if weeks <= 0:
        raise _impossible(
            "A duration must be longer than nothing.", "it was 0", 'milestone plan GOAL --duration "2 weeks"'
        )
    hours = {t.key: expected(brief, t) for t in tasks}
    least = weeks_for(options, tasks, hours, 0) * OPTIMISTIC
    if least > weeks:
        raise _too_short(options, weeks, sum(hours.values()) * OPTIMISTIC, least)


def _too_short(options: PlanOptions, weeks: float, hours: float, least: float) -> errors.Refused:
    there = weeks * options.capacity
    who = (
        f"{options.team_size} people at {options.hours_per_week:g} h"
        if options.team_size > 1
        else f"{options.hours_per_week:g} h"
    )
    needed = math.ceil(options.hours_per_week * least / weeks)
    return _impossible(
        f"{span(weeks)} is too short for this goal.",
        f"at {who} a week that is {there:.1f} h; the smallest plan takes {hours:.1f} h if all goes well",
        f'milestone plan GOAL --duration "{math.ceil(least * 7 / 5)} weeks", or --hours-per-week {needed}',
    )


def _impossible(text: str, why: str, following: str) -> errors.Refused:
    return errors.Refused(text, why=why, next=[following], code="impossible_duration")


def span(weeks: float) -> str:
    """Return `2 weeks` or `3 days`."""
    if weeks >= 1 and weeks == int(weeks):
        return f"{int(weeks)} week{'s' if weeks > 1 else ''}"
    days = weeks * 7
    return f"{days:.0f} day{'s' if round(days) != 1 else ''}" if days >= 1 else f"{days * 24:.0f} hours"


def start_of(options: PlanOptions, rows: Sequence[Mapping[str, Any]]) -> date:
    """Return the first day: today, or the day after the last open milestone it waits for is due."""
    due = [
        str(r["due"])[:10]
        for r in rows
        if str(r.get("id")) in options.depends_on and r.get("due") and r.get("status") != "completed"
    ]
    days = [d for text in due if (d := _day(text))]
    return max([options.today, *(d + timedelta(days=1) for d in days)])


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def end_after(start: date, weeks: float) -> date:
    """Return the day on which so many weeks of work that begin at `start` are done."""
    return start + timedelta(days=max(0, math.ceil(round(weeks * 7, 6))))


def _findings(brief: Brief, hours: Mapping[str, float], buffer: float, weeks: float) -> list[Finding]:
    options = brief.options
    total = sum(hours.values())
    people = (
        f"{options.team_size} people with {options.hours_per_week:g} h"
        if options.team_size > 1
        else f"{options.hours_per_week:g} h"
    )
    found = [
        Finding(
            analysis=NAME,
            text=f"{total:g} h + {buffer:g} % buffer at {people} a week: {weeks:.1f} weeks",
            why="three-point estimates of the recipe, expected value (optimistic + 4 likely + pessimistic) / 6",
        )
    ]
    reason = brief.correct.get(category_of(brief), (1.0, ""))[1]
    found.append(
        Finding(
            analysis=NAME,
            text=reason or "No history yet: estimates stay as the recipe has them",
            why="8 finished tasks with time make a history",
        )
    )
    if options.is_team:
        found.append(
            Finding(
                analysis=NAME,
                text=f"Hours are {IN_TEAMS:g} times one person's",
                why="review, hand-over and operation come with a team",
            )
        )
    if brief.is_general and options.buffer is None:
        found.append(
            Finding(
                analysis=NAME,
                text=f"The buffer is {BUFFER_GENERAL:g} %",
                why="no recipe knows how long this takes",
            )
        )
    allowed = window(options)
    if allowed is not None and weeks > allowed:
        needed = math.ceil(options.hours_per_week * weeks / allowed)
        found.append(
            Finding(
                analysis=NAME,
                severity="warning",
                code="tight",
                path="timeline.estimated_end",
                text=f"{span(allowed)} leaves no buffer: {weeks:.1f} weeks are likely",
                why=f"{needed} h a week each would do",
            )
        )
    if options.single and weeks > WEEKS:
        found.append(
            Finding(
                analysis=NAME,
                severity="warning",
                code="too_long",
                text=f"One milestone of {weeks:.1f} weeks",
                why="--single keeps it whole; over 4 weeks are hard to follow",
            )
        )
    return found
