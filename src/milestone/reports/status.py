"""Where the project stands: counts, progress, path, risks, blockers, who is needed, what is next."""

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple

from milestone.domain import graph, risk, weighing
from milestone.domain.questions import Question
from milestone.domain.rows import Rows, links
from milestone.domain.rows import of as rows_of
from milestone.registry import load
from milestone.reports import events, inbox, ready, resume

Row = Mapping[str, Any]
SHOWN = 20
BUFFER = 1.2  # the share a plan keeps for surprises: the late end of a range
DAY = timedelta(days=1)


class Project(NamedTuple):
    """What is known of the project besides its records."""

    name: str
    backend: str = "file"
    ui_level: int = 0
    timezone: str = "UTC"
    epoch: str = ""
    hours_per_week: float = 10.0
    people: int = 1
    escalate_after: float | None = None  # hours; None: as `domain.blockers` has it

    @property
    def capacity(self) -> float:
        """Hours all people can give in a week."""
        return self.hours_per_week * max(1, self.people)


class Moment(NamedTuple):
    """One reading, as a view needs it."""

    rows: Sequence[Row]
    now: datetime
    project: Project
    current: str | None = None
    sessions: Sequence[Row] = ()
    held: Mapping[str, str] = {}
    recent: Sequence[Row] = ()
    leases: Sequence[Row] = ()  # of claims that say who may work

    @property
    def today(self) -> date:
        """The day where the person is."""
        return self.now.astimezone().date()


def view(moment: Moment, limit: int | None = None, start: int = 0) -> dict[str, Any]:
    """Return the `status` shape of the contract; counts and critical path are never cut."""
    rows = rows_of(moment.rows)
    totals = rows.totals()
    exact, percentage = totals.progress()
    needs = links(rows)
    waits = ready.Waits(rows, needs)
    path = critical_path(rows, needs)
    shown = in_order(rows, moment.current, start, (SHOWN if limit is None else limit) or None)
    able = ready.ready(rows, moment.current, waits)
    if moment.leases:
        able = filter(load("milestone.reports.handed:of_moment")(moment).is_free, able)
    startable = [task(sight) for sight in islice(able, 3)]
    kept = ("hours_per_week", "people", "escalate_after")
    project = {k: v for k, v in moment.project._asdict().items() if k not in kept}
    return {
        "project": {**project, "hours_per_week": moment.project.hours_per_week, "people": moment.project.people},
        "as_of": moment.now.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "counts": counts(totals),
        "percentage": percentage,
        "hours": _hours(totals, exact),
        "forecast": forecast(rows, totals, moment),
        "current": moment.current,
        "milestones": [milestone(row, waits.of(row), moment, path) for row in shown],
        "critical_path": path,
        "blockers": blockers(rows, path, moment),
        "risks": risks(rows, path),
        "needs_you": waiting(moment, path),
        "resume": resume.view(rows, moment.sessions, moment.held, moment.recent, startable),
        "next": startable,
        "recent": [events.short(event) for event in moment.recent],
    }


def counts(totals: weighing.Totals) -> dict[str, int]:
    """Return how many milestones are where; cancelled ones count nowhere."""
    found = {"total": totals.counted, "completed": totals.in_state(*ready.FINISHED)}
    for state in ("in_progress", "planned", "blocked", "paused"):
        found[state] = totals.in_state(state)
    return found


def in_order(rows: Sequence[Row], current: str | None, start: int = 0, limit: int | None = None) -> list[Row]:
    """Return the rows as a person wants them: the current one, open ones by id, finished, archived ones last."""
    known, one = rows_of(rows), () if current is None else (current,)
    first = list(known.select(Question(ids=one))) if one else []
    rest = Question(but=current or "", order="standing", start=max(start - len(first), 0), limit=limit)
    return [*([] if start else first), *known.select(rest)][:limit]


def critical_path(rows: Sequence[Row], needs: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the longest chain of open milestones by hours left; it decides the end."""
    known = rows_of(rows)
    linked = _open(known, needs)
    waiting = {name: wanted for name, wanted in needs.items() if wanted and name in linked}
    tied = {name: [d for d in wanted if d in linked] for name, wanted in waiting.items()}
    for other in [other for wanted in tied.values() for other in wanted]:
        tied.setdefault(other, [])
    left = {name: float(linked[name]["hours_left"] or 0) for name in tied}
    alone = next((row for row in known.each(Question(has=("open",), order="left")) if row["id"] not in tied), None)
    if alone is not None:
        tied[alone["id"]], left[alone["id"]] = [], float(alone["hours_left"] or 0)
    return graph.critical_path(tied, left)


def _open(rows: Rows, needs: Mapping[str, Sequence[str]]) -> dict[str, Row]:
    """Return the open milestones that have to do with another, by id."""
    linked = {row["id"]: row for row in rows.linked()}
    names = {name for waiting, wanted in needs.items() for name in (waiting, *wanted)}
    further = rows.select(Question(ids=sorted(names - linked.keys()))) if names else ()
    return {row["id"]: row for row in (*linked.values(), *further) if row["status"] not in ready.CLOSED}


def milestone(row: Row, waits: Sequence[str], moment: Moment, path: Sequence[str]) -> dict[str, Any]:
    """Return one line of the table."""
    return {
        "id": row["id"],
        "ref": row["id"],
        "title": row["title"],
        "status": row["status"],
        "priority": row["priority"],
        "percentage": row["percentage"],
        "assigned_to": row["owner"],
        "due": row["due"],
        "blocked_by": list(waits),
        "health": health(row, moment),
        "critical": row["id"] in path,
    }


def health(row: Row, moment: Moment) -> str | None:
    """Return `late`, `risk` or `ok` of an open milestone: by its date, the hours left, its risks and blockers."""
    if row["status"] in ready.CLOSED:
        return None
    due = _date(row["due"])
    if due and due < moment.today:
        return "late"
    if due and row["hours_left"] and finish(row["hours_left"], moment) > due and row["status"] == "in_progress":
        return "late"
    if row["status"] == "blocked" or row["blockers"] or any(risk.alerts(each) for each in row["risks"]):
        return "risk"
    return "ok"


def finish(hours: float, moment: Moment) -> date:
    """Return the day when so many hours are done at what people can give."""
    return moment.today + DAY * math.ceil(hours / moment.project.capacity * 7) if hours else moment.today


def forecast(rows: Sequence[Row], totals: weighing.Totals, moment: Moment) -> dict[str, Any] | None:
    """Return when the open work is likely done; None when nothing is open or nothing is estimated."""
    left = totals.hours_left
    if not left:
        return None
    latest = rows_of(rows).select(Question(has=("open", "due"), order="due", limit=1))
    return {
        "earliest": finish(left, moment).isoformat(),
        "latest": finish(left * BUFFER, moment).isoformat(),
        "hours_left": round(left, 2),
        "hours_per_week": moment.project.capacity,
        "basis": "estimate",
        "due": latest[0]["due"] if latest else None,
    }


def blocker(row: Row, each: Row, moment: Moment, *, on_path: bool = False) -> dict[str, Any]:
    """Return what a blocker costs, how bad that is, who hears of it and the way out."""
    room = load("milestone.domain.blockers")
    after = moment.project.escalate_after or room.ESCALATE_AFTER
    found = room.standing(row, each, moment.now, on_path=on_path, escalate_after=after)
    return {**found._asdict(), "cost": room.words(found)}


def _hours(totals: weighing.Totals, exact: float) -> dict[str, float]:
    whole = totals.hours_whole
    return {"total": round(whole, 2), "done": round(whole * exact / 100, 2)}


def blockers(rows: Sequence[Row], path: Sequence[str], moment: Moment) -> list[dict[str, Any]]:
    """Return what is stopped, with its cost and the way out: critical ones first, then the oldest."""
    found = [
        {
            "ref": f"{row['id']}/{each['task']}" if each["task"] else row["id"],
            "reason": each["reason"],
            "since": each["since"],
            "kind": each["kind"],
            "critical": row["id"] in path,
            **blocker(row, each, moment, on_path=row["id"] in path),
        }
        for row in rows_of(rows).select(Question(has=("open", "blockers")))
        for each in row["blockers"]
    ]
    return sorted(found, key=lambda each: (not each["critical"], each["since"] or "9", each["ref"]))


def risks(rows: Sequence[Row], path: Sequence[str]) -> list[dict[str, Any]]:
    """Return the open risks, highest first, with mitigation and why they need attention."""
    found = [
        {
            "ref": row["id"],
            **{key: each[key] for key in ("id", "description", "score", "band", "mitigation", "owner")},
            "alerts": risk.alerts(each, on_critical_path=row["id"] in path),
        }
        for row in rows_of(rows).select(Question(has=("open", "risks")))
        for each in row["risks"]
        if risk.is_open(each)
    ]
    bands = {"high": 0, "medium": 1, "unknown": 2, "low": 3}
    return sorted(found, key=lambda each: (bands.get(each["band"], 2), -(each["score"] or 0), each["ref"]))


def waiting(moment: Moment, path: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Return what waits for a person at a moment; `path` is the critical path, where it is known already."""
    rows = rows_of(moment.rows)
    found = critical_path(rows, links(rows)) if path is None else path
    return inbox.entries(rows, moment.sessions, found, moment.now)


def task(sight: ready.Sight) -> dict[str, Any]:
    """Return a task in short."""
    return {
        "id": sight.task["id"],
        "milestone": sight.row["id"],
        "ref": sight.ref,
        "title": sight.task["title"],
        "hours": sight.task["hours"],
        "assigned_to": sight.task["assigned_to"],
        "critical": bool(sight.task["critical"]),
        "run": bool(sight.task["run"]),
    }


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None
