"""Where somebody stopped: an interrupted session, else a task that was begun."""

from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]


def view(
    rows: Sequence[Row], sessions: Sequence[Row], held: Mapping[str, str], recent: Sequence[Row]
) -> dict[str, Any] | None:
    """Return what was interrupted, or None; a session that still runs was not."""
    session = interrupted(sessions, held)
    if session:
        found = _of_session(rows, session)
        if found:
            return found
    return _of_tasks(rows, recent)


def interrupted(sessions: Sequence[Row], held: Mapping[str, str]) -> Row | None:
    """Return the newest session that neither ended nor still runs."""
    running = set(held.values())
    waiting = [
        s
        for s in sessions
        if s.get("state") in ("running", "interrupted", "waiting") and s.get("id") not in running
    ]
    return max(waiting, key=lambda s: str(s.get("last_saved") or s.get("started") or ""), default=None)


def _of_session(rows: Sequence[Row], session: Row) -> dict[str, Any] | None:
    wanted = session.get("milestones") or ()
    row = next((row for row in rows if row["id"] in wanted and row["status"] not in _OVER), None)
    if row is None:
        return None
    found = _at(row, "session", str(session.get("last_saved") or session.get("started") or "") or None)
    return found | {"session": session.get("id"), "command": f"milestone execute {row['id']}"}


_OVER = ("completed", "archived", "cancelled")


def _of_tasks(rows: Sequence[Row], recent: Sequence[Row]) -> dict[str, Any] | None:
    begun = [
        (str(task.get("started_at") or ""), row)
        for row in rows
        if row["status"] in ("in_progress", "blocked", "paused")
        for task in row["tasks"]
        if task["status"] == "in_progress" and not task.get("children")
    ]
    if not begun:
        return None
    started, row = max(begun, key=lambda pair: pair[0])
    worked = [event for event in recent if str(event.get("kind")).startswith(("task.", "session."))]
    touched = [str(event.get("at")) for event in worked if event.get("milestone") == row["id"]]
    return _at(row, "task", max([*touched, started]) or None)


def _at(row: Row, kind: str, since: str | None) -> dict[str, Any]:
    leaves = [task for task in row["tasks"] if not task.get("children")]
    done = [task["id"] for task in leaves if task["status"] == "completed"]
    begun = [task for task in leaves if task["status"] in ("in_progress", "in_review")]
    begun.sort(key=lambda task: str(task.get("started_at") or ""), reverse=True)
    left = [task["id"] for task in leaves if task["status"] not in ("completed", "cancelled")]
    here = begun[0] if begun else None
    return {
        "kind": kind,
        "session": None,
        "milestone": row["id"],
        "title": row["title"],
        "task": here["id"] if here else None,
        "ref": f"{row['id']}/{here['id']}" if here else row["id"],
        "task_title": here["title"] if here else None,
        "note": here.get("next_note") if here else None,
        "since": since,
        "completed": done,
        "remaining": left,
        "command": f"milestone task done {row['id']}/{here['id']}" if here else f"milestone execute {row['id']}",
    }
