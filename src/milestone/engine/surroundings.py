"""Where the work stands besides the records: folder, branch, open files, what comes next (R-EXEC-6)."""

from collections.abc import Mapping
from typing import Any

from milestone.domain import tasks, time_spent
from milestone.domain.context import Context
from milestone.domain.document import Document
from milestone.engine.setup import Setup
from milestone.integrations.git.command import GitFailed

MOST_FILES = 50


def of(setup: Setup, session: Document, milestone: Document, ctx: Context) -> Mapping[str, Any]:
    """Return a session's context as it is kept: whoever goes on reads it first."""
    body = milestone.body
    every = tasks.of(body)
    hints = {str(t["id"]): str(t["next_note"]) for t in every if t.get("next_note") and _is_open(t)}
    steps, source = list(hints.values()), "notes"
    if not steps:
        steps, source = _ready(milestone), "ready tasks"
    changed = _changed(setup)
    return {
        "directory": ".",
        "branch": _branch(setup),
        "uncommitted_changes": len(changed),
        "open_files": list(changed[:MOST_FILES]),
        "next_steps": steps[:5],
        "next_steps_from": source,
        "assignments": {
            str(t["id"]): str(t["assigned_to"]) for t in every if t.get("assigned_to") and _is_open(t)
        },
        "completed": [str(t["id"]) for t in every if tasks.status(t) == "completed"],
        "in_progress": [str(t["id"]) for t in every if tasks.status(t) == "in_progress"],
        "blockers": [
            f"{t['id']}: {(t.get('blocked') or {}).get('reason') or tasks.status(t)}"
            for t in every
            if tasks.status(t) in ("blocked", "failed")
        ],
        "hours_today": _today(every, ctx),
        "session": session.body.get("id"),
    }


def _ready(milestone: Document) -> list[str]:
    waits = tasks.needs(milestone.body)
    done = {str(t["id"]) for t in tasks.of(milestone.body) if tasks.status(t) == "completed"}
    return [
        f"{t['id']} {tasks.title(t)}"
        for t in tasks.of(milestone.body)
        if tasks.status(t) in ("pending", "in_progress") and set(waits.get(str(t["id"]), ())) <= done
    ]


def _changed(setup: Setup) -> tuple[str, ...]:
    try:
        return setup.repository.changed() if setup.repository else ()
    except (GitFailed, OSError):
        return ()


def _branch(setup: Setup) -> str | None:
    try:
        return setup.repository.checkout().branch if setup.repository else None
    except (GitFailed, OSError):
        return None


def _today(every: list[dict[str, Any]], ctx: Context) -> float:
    today = ctx.today.isoformat()
    hours = [
        float(entry.get("hours") or 0)
        for task in every
        for entry in time_spent.entries(task)
        if str(entry.get("date") or "") == today
    ]
    return round(sum(hours), 3)


def _is_open(task: Mapping[str, Any]) -> bool:
    return tasks.status(task) not in ("completed", "cancelled")
