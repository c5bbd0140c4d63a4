"""Where the project stands: counts, progress, path, risks, blockers, who is needed, what is next."""

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple

from milestone.domain import graph, risk, weighing
from milestone.reports import events, ready, resume
from milestone.reports.names import short

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

    @property
    def today(self) -> date:
        """The day where the person is."""
        return self.now.astimezone().date()


def view(moment: Moment, limit: int | None = None, start: int = 0) -> dict[str, Any]:
    """Return the `status` shape of the contract; counts and critical path are never cut."""
    rows = moment.rows
    needs = graph.of_rows(rows)
    waits = ready.milestone_waits(rows, needs)
    exact, percentage = weighing.of_project(rows)
    path = critical_path(rows, needs)
    ordered = in_order(rows, moment.current)
    size = SHOWN if limit is None else limit
    shown = ordered[start : start + size] if size else ordered[start:]
    startable = [task(sight) for sight in islice(ready.ready(rows, moment.current, waits), 3)]
    project = {k: v for k, v in moment.project._asdict().items() if k not in ("hours_per_week", "people")}
    return {
        "project": {**project, "hours_per_week": moment.project.hours_per_week, "people": moment.project.people},
        "as_of": moment.now.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "counts": counts(rows),
        "percentage": percentage,
        "hours": _hours(rows, exact),
        "forecast": forecast(rows, moment),
        "current": moment.current,
        "milestones": [milestone(row, waits[row["id"]], moment, path) for row in shown],
        "critical_path": path,
        "blockers": blockers(rows, path),
        "risks": risks(rows, path),
        "needs_you": needs_you(rows),
        "resume": resume.view(rows, moment.sessions, moment.held, moment.recent, startable),
        "next": startable,
        "recent": [events.short(event) for event in moment.recent],
    }


def counts(rows: Sequence[Row]) -> dict[str, int]:
    """Return how many milestones are where; cancelled ones count nowhere."""
    states = [row["status"] for row in rows if row["status"] != "cancelled"]
    found = {"total": len(states), "completed": sum(state in ready.FINISHED for state in states)}
    for state in ("in_progress", "planned", "blocked", "paused"):
        found[state] = states.count(state)
    return found


def in_order(rows: Sequence[Row], current: str | None) -> list[Row]:
    """Return the rows as a person wants them: the current one, open ones by id, finished, archived ones last."""
    rank = {"completed": 2, "cancelled": 3, "archived": 4}
    return sorted(rows, key=lambda row: (row["id"] != current, rank.get(row["status"], 1), row["id"]))


def critical_path(rows: Sequence[Row], needs: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the longest chain of open milestones by hours left; it decides the end."""
    left = {row["id"]: float(row["hours_left"] or 0) for row in rows if row["status"] not in ready.CLOSED}
    tied = {name: [d for d in wanted if d in left] for name, wanted in needs.items() if wanted and name in left}
    for other in [other for wanted in tied.values() for other in wanted]:
        tied.setdefault(other, [])
    alone = max((name for name in left if name not in tied), key=left.__getitem__, default=None)
    return graph.critical_path(tied if alone is None else {**tied, alone: []}, left)


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


def forecast(rows: Sequence[Row], moment: Moment) -> dict[str, Any] | None:
    """Return when the open work is likely done; None when nothing is open or nothing is estimated."""
    left = sum(float(row["hours_left"] or 0) for row in rows if row["status"] not in ready.CLOSED)
    if not left:
        return None
    due = max((row["due"] for row in rows if row["due"] and row["status"] not in ready.CLOSED), default=None)
    return {
        "earliest": finish(left, moment).isoformat(),
        "latest": finish(left * BUFFER, moment).isoformat(),
        "hours_left": round(left, 2),
        "hours_per_week": moment.project.capacity,
        "basis": "estimate",
        "due": due,
    }


def _hours(rows: Sequence[Row], exact: float) -> dict[str, float]:
    whole = sum(float(row["hours"] or 0) for row in rows if row["status"] != "cancelled")
    return {"total": round(whole, 2), "done": round(whole * exact / 100, 2)}


def blockers(rows: Sequence[Row], path: Sequence[str]) -> list[dict[str, Any]]:
    """Return what is stopped, critical ones first, then the oldest."""
    found = [
        {
            "ref": f"{row['id']}/{each['task']}" if each["task"] else row["id"],
            "reason": each["reason"],
            "since": each["since"],
            "kind": each["kind"],
            "critical": row["id"] in path,
        }
        for row in rows
        if row["status"] not in ready.CLOSED
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
        for row in rows
        if row["status"] not in ready.CLOSED
        for each in row["risks"]
        if risk.is_open(each)
    ]
    bands = {"high": 0, "medium": 1, "unknown": 2, "low": 3}
    return sorted(found, key=lambda each: (bands.get(each["band"], 2), -(each["score"] or 0), each["ref"]))


def needs_you(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return what waits for a person: approvals, questions, conflicts, facts nobody has met."""
    found: list[dict[str, Any]] = []
    asked = [each["id"] for row in rows if row["status"] not in ready.CLOSED for each in row["questions"]]
    several = {name for name in asked if asked.count(name) > 1}
    for row in rows:
        unmet = row["unmet"]
        if not (
            row["waiting"] or row["questions"] or row["conflicts"] or unmet["conditions"] or unmet["external"]
        ):
            continue
        if row["status"] in ready.CLOSED:
            continue
        found += _approvals(row) + _questions(row, several) + _facts(row)
        if row["conflicts"]:
            text = f"{row['conflicts']} values a merge could not join"
            found.append(_ask("conflict", "conflict", row["id"], text, f"milestone show {short(row['id'])}"))
    return found


def _approvals(row: Row) -> list[dict[str, Any]]:
    found = []
    for each in row["waiting"]:
        ref = f"{row['id']}/{each['task']}" if each["task"] else row["id"]
        words = " ".join(filter(None, [short(row["id"]), short(each["task"] or "")]))
        missing = [str(who) for who in each["approvers"] if who not in (each["approved_by"] or ())]
        text = f"{each['phase']} waits for approval"
        command = f"milestone review {words} --phase {each['phase']} --approve"
        asked = _ask(f"{ref}/{each['phase']}", "approval", ref, text, command)
        found.append(asked | {"who": missing, "since": each["since"]})
    return found


def _questions(row: Row, several: set[str]) -> list[dict[str, Any]]:
    """Return the open questions; one whose id another milestone has too is answered with both ids."""
    found = []
    for each in row["questions"]:
        name = f"{short(row['id'])}/{each['id']}" if each["id"] in several else each["id"]
        found.append(
            _ask(name or "q", "question", row["id"], each["text"] or "", f'milestone answer {name} "..."')
        )
    return found


def _facts(row: Row) -> list[dict[str, Any]]:
    unmet = row["unmet"]
    return [
        _ask(text, "condition", row["id"], f"unmet: {text}", f'milestone update {short(row["id"])} --met "{text}"')
        for text in [*unmet.get("conditions", ()), *unmet.get("external", ())]
        if text not in (row["depends_overridden"] or ())
    ]


def _ask(id: str, kind: str, ref: str, text: str, command: str) -> dict[str, Any]:
    return {
        "id": id,
        "kind": kind,
        "ref": ref,
        "text": text,
        "who": [],
        "since": None,
        "cost_days": None,
        "answer_with": command,
    }


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
