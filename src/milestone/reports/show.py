"""One record with everything that matters about it now."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from milestone import ids
from milestone.domain import graph, receipts, tasks
from milestone.domain.document import Document
from milestone.domain.questions import Question
from milestone.domain.rows import Rows, links
from milestone.domain.rows import of as rows_of
from milestone.reports import course, ready
from milestone.reports import events as event_views
from milestone.reports.status import Moment, blocker, critical_path, health

Row = Mapping[str, Any]
LIMIT = 2100  # bytes of a record without --all; the envelope needs the rest of 2.4 KB
WHOLE_TASK = (
    "id", "ref", "title", "status", "percentage", "assigned_to", "hours", "dependencies", "blocked_by", "grade",
)  # fmt: skip
# What goes first when a record is too long, in this order; the rest always stays.
LEAVES = (
    "planning", "stakeholders", "assumptions", "rollback", "execution", "kiro_configuration", "resources",
    "lessons", "course", "activity", "refs", "deliverables", "description", "phases", "people", "risks",
    "questions", "success_criteria", "next",
)  # fmt: skip


def milestone(document: Document, moment: Moment, row: Row, events: Sequence[Row] = ()) -> dict[str, Any]:
    """Return the record of a milestone, its tasks with refs, and what is computed about it."""
    rows = rows_of(moment.rows)
    waits = ready.Waits(rows)
    blocked_by = waits.of(row)
    sights = list(ready.of_milestone(row, blocked_by))
    on_path = bool(row["blockers"]) and row["id"] in critical_path(rows, links(rows))
    return {
        **document.body,
        "status": row["status"],
        "revision": document.revision,
        "progress": {
            "percentage": row["percentage"],
            "tasks_completed": row["tasks_completed"],
            "tasks_total": row["tasks_total"],
        },
        "hours": {
            "total": row["hours"],
            "left": row["hours_left"],
            "people": row["people_hours"],
            "agents": round(row["agent_minutes"] / 60, 3),
        },
        "health": health(row, moment),
        "day": day_of(row, moment.today),
        "blocked_by": blocked_by,
        "requires": _states(waits.needs.get(row["id"], ()), rows),
        "enables": _states(sorted(graph.dependants(waits.needs, row["id"]), key=ids.order), rows),
        "unmet": row["unmet"],
        "efficiency": row["efficiency"],
        "overrides": row["overrides"],
        "to_recheck": row["recheck"],
        "blockers": [{**each, **blocker(row, each, moment, on_path=on_path)} for each in row["blockers"]],
        "waiting": row["waiting"],
        "course": course.view(document, None, moment.now),
        "people": people(sights),
        "next": [short_task(sight) for sight in sorted(sights, key=ready.rank) if sight.is_ready][:3],
        "activity": [event_views.short(event) for event in events],
        "tasks": [_task(sight, document) for sight in sights],
    }


def task(document: Document, moment: Moment, row: Row, task_row: Row) -> dict[str, Any]:
    """Return the record of one task, and what is computed about it."""
    waits = ready.Waits(moment.rows).of(row)
    sight = next(s for s in ready.of_milestone(row, waits) if s.task["id"] == task_row["id"])
    after = ready.followers(sight)
    return _task(sight, document) | {
        "milestone": row["id"],
        "milestone_title": row["title"],
        "priority": task_row["priority"] or row["priority"],
        "unblocks": after,
        "slack": task_row["slack"],
        "critical": task_row["critical"],
        "ready": sight.is_ready,
        "criteria": criteria(document, str(sight.task["id"])),
        "course": course.view(document, str(sight.task["id"]), moment.now),
    }


def criteria(document: Document, task_id: str) -> list[dict[str, Any]]:
    """Return every acceptance item of a task with the best grade of what shows it; None: nothing does."""
    body = tasks.get(document.body, task_id) or {}
    return [
        {"number": each.number, "text": each.text, "check": each.check, "grade": each.grade}
        for each in receipts.criteria(document, body)
    ]


def _task(sight: ready.Sight, document: Document) -> dict[str, Any]:
    every: list[dict[str, Any]] = document.body.get("tasks") or []
    body = next((t for t in every if t.get("id") == sight.task["id"]), {})
    computed = (
        "title",
        "status",
        "percentage",
        "assigned_to",
        "hours",
        "dependencies",
        "grade",
        "phase",
        "children",
    )
    return {
        **body,
        "id": sight.task["id"],
        "ref": sight.ref,
        **{name: sight.task[name] for name in computed},
        "blocked_by": list(sight.waits_for),
    }


def short_task(sight: ready.Sight) -> dict[str, Any]:
    """Return what a list of next actions needs."""
    task = sight.task
    return {"ref": sight.ref, "title": task["title"], "hours": task["hours"], "run": task["run"]}


def _states(names: Sequence[str], rows: Rows) -> list[dict[str, Any]]:
    known = {row["id"]: row for row in rows.select(Question(ids=names))}
    return [
        {"id": name, "title": known[name]["title"], "status": known[name]["status"]}
        if name in known
        else {"id": name, "title": None, "status": "unknown"}
        for name in names
    ]


def people(sights: Sequence[ready.Sight]) -> list[dict[str, Any]]:
    """Return for each assignee the share of their hours done, and what they do now or wait for."""
    found: dict[str, list[ready.Sight]] = {}
    for sight in sights:
        if sight.task["assigned_to"] and sight.task["status"] != "cancelled":
            found.setdefault(sight.task["assigned_to"], []).append(sight)
    return [_person(name, theirs) for name, theirs in sorted(found.items())]


def _person(name: str, theirs: Sequence[ready.Sight]) -> dict[str, Any]:
    whole = sum(sight.task["hours"] or 0 for sight in theirs)
    done = sum((sight.task["hours"] or 0) * sight.task["percentage"] / 100 for sight in theirs)
    now = next((s for s in theirs if s.task["status"] in ("in_progress", "in_review")), None)
    waiting = next((s for s in theirs if s.task["status"] == "pending"), None)
    return {
        "who": name,
        "hours": round(whole, 2),
        "done": round(done, 2),
        "percentage": int(done / whole * 100 + 0.5) if whole else 0,
        "now": now.task["id"] if now else None,
        "waits_for": list(waiting.waits_for) if waiting and not now else [],
    }


def day_of(row: Row, today: date) -> dict[str, int] | None:
    """Return which day of how many it is, from the start to the due day; None without both."""
    first, last = _day(row["actual_start"]), _day(row["due"])
    if first is None or last is None or last < first or today < first:
        return None
    return {"day": (today - first).days + 1, "of": (last - first).days + 1}


def _day(text: str | None) -> date | None:
    try:
        return datetime.fromisoformat(text or "").date()
    except ValueError:
        return None


def fitted(view: dict[str, Any], limit: int = LIMIT) -> tuple[dict[str, Any], list[str]]:
    """Return the view within a size, and what was left out or shortened; nothing when all fits."""
    if size(view) <= limit:
        return view, []
    out = dict(view)
    left: list[str] = []
    if out.get("tasks"):
        out["tasks"] = [{key: task.get(key) for key in WHOLE_TASK} for task in out["tasks"]]
        left.append("details of tasks")
    for key in LEAVES:
        if size(out) <= limit:
            return out, left
        if out.pop(key, None):
            left.append(key)
    known = {*LEAVES, "tasks"}
    for key in sorted(set(out) - known, key=lambda key: -size(out[key])):
        if size(out) <= limit or size(out[key]) < 200:
            break
        out.pop(key)
        left.append(key)
    return _fewer_tasks(out, left, limit)


def _fewer_tasks(out: dict[str, Any], left: list[str], limit: int) -> tuple[dict[str, Any], list[str]]:
    """Leave out finished tasks first, then the last ones."""
    tasks = list(out.get("tasks") or ())
    gone = 0
    while tasks and size(out) > limit:
        done = next((t for t in tasks if t["status"] in ("completed", "cancelled")), tasks[-1])
        tasks.remove(done)
        gone += 1
        out["tasks"] = tasks
    return out, [*left, f"{gone} tasks"] if gone else left


def size(value: object) -> int:
    """Return the bytes of a value as JSON."""
    return len(
        json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str).encode("utf-8", "replace")
    )
