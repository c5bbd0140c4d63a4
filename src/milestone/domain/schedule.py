"""Dates from hours: what people have in a week says when work ends (R-PLAN-11).

Below 20 hours a week all seven days count (evenings and week-ends), else Monday to Friday; a calendar may say
otherwise. A day has its share of the week's hours.
"""

import heapq
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import msgspec

from milestone.domain import durations, estimate, graph, tasks
from milestone.domain.document import Body

EVENINGS = 20.0  # hours a week below which people work whenever they can
_LONGEST = timedelta(days=365 * 50)


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    """When people work."""

    hours_per_week: float = 40.0  # of one person
    people: int = 1
    work_days: tuple[int, ...] = ()  # 0 is Monday; none: by the hours a week
    holidays: frozenset[date] = frozenset()

    @property
    def days(self) -> tuple[int, ...]:
        """The days of the week on which work happens."""
        usual = (0, 1, 2, 3, 4, 5, 6) if self.hours_per_week < EVENINGS else (0, 1, 2, 3, 4)
        return self.work_days or usual

    @property
    def per_day(self) -> float:
        """Hours one person has on a working day."""
        return max(self.hours_per_week, 0.1) / len(self.days)

    def is_working(self, day: date) -> bool:
        """Tell whether anybody works on a day."""
        return day.weekday() in self.days and day not in self.holidays


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """When a milestone's work happens: the dates of its tasks, and its own with the buffer."""

    start: date
    end: date
    hours: float
    with_buffer: float
    tasks: Mapping[str, tuple[date, date]]


def calendar(settings: Mapping[str, Any], people: int = 1) -> Calendar:
    """Return the project's calendar: its hours a week, else 10 for one person and 40 for each of a team."""
    size = settings.get("project.team_size")
    count = max(people, size if isinstance(size, int) else 1, 1)
    hours = estimate.number(settings.get("project.hours_per_week"))
    return Calendar(hours_per_week=hours or (40.0 if count > 1 else 10.0), people=count)


def day_at(start: date, hours: float, when: Calendar) -> date:
    """Return the day on which one person who begins on `start` has worked so many hours."""
    day, left = start, hours
    while day - start < _LONGEST:
        if when.is_working(day):
            left -= when.per_day
            if left <= 1e-9:
                return day
        day += timedelta(days=1)
    return day


def hours_between(start: date, end: date, when: Calendar) -> float:
    """Return the hours all people together have from one day to another, both included."""
    span = range(max(0, (end - start).days + 1))
    return sum(when.per_day * when.people for n in span if when.is_working(start + timedelta(days=n)))


def plan(body: Body, start: date, when: Calendar, buffer_percentage: float = 20.0) -> Timeline:
    """Return when a milestone's tasks can happen if it begins on `start`: so many at once as there are people."""
    counted = tasks.leaves(body)
    weights = estimate.weights(counted) if counted else {}
    slots = _in_parallel(_among(body, list(weights)), weights, when.people)
    factor = 1 + max(0.0, buffer_percentage) / 100
    length = max((end for _, end in slots.values()), default=estimate.total(body) / max(1, when.people))
    return Timeline(
        start=_first_day(start, when),
        end=day_at(start, length * factor, when),
        hours=estimate.total(body),
        with_buffer=estimate.total(body) * factor,
        tasks={
            name: (day_at(start, begin + 1e-6, when), day_at(start, end, when))
            for name, (begin, end) in slots.items()
        },
    )


def shortfall(needed: float, start: date, end: date, when: Calendar) -> float:
    """Return how many hours are missing until a date; 0 when it can be kept."""
    return max(0.0, needed - hours_between(start, end, when))


def end_of(timeline: Mapping[str, Any]) -> str | None:
    """Return the end a timeline states: a date, or its start and a duration (`6 weeks`); None for neither."""
    stated = timeline.get("estimated_end") or timeline.get("estimated_duration") or timeline.get("duration")
    if stated is None:
        return None
    if _iso(stated):
        return str(stated)[:10]
    start, length = _iso(timeline.get("estimated_start")), durations.days(str(stated))
    return (start + timedelta(days=length)).isoformat() if start and length else None


def _iso(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _first_day(start: date, when: Calendar) -> date:
    return day_at(start, 1e-6, when)


def _among(body: Body, names: Sequence[str]) -> dict[str, list[str]]:
    """Return what tasks wait for, in terms of these tasks alone: a parent stands for its subtasks."""
    waits = tasks.needs(body)
    return {name: [d for d in graph.reachable(waits, name) if d in names and d != name] for name in names}


def _in_parallel(waits: graph.Needs, length: Mapping[str, float], people: int) -> dict[str, tuple[float, float]]:
    """Return id -> (begin, end) in one person's hours; who is free takes what most else waits for."""
    urgent = {name: slot.latest_start for name, slot in graph.schedule(waits, length).items()}
    todo = [name for name in graph.order(waits) if name in urgent]
    running: list[tuple[float, str]] = []
    found: dict[str, tuple[float, float]] = {}
    done: set[str] = set()
    now = 0.0
    while todo or running:
        free = sorted(graph.ready(waits, done, todo), key=lambda name: (urgent[name], name))
        for name in free[: max(1, people) - len(running)]:
            found[name] = (now, now + length[name])
            heapq.heappush(running, (now + length[name], name))
            todo.remove(name)
        if not running:
            break
        now, finished = heapq.heappop(running)
        done.add(finished)
    return found
