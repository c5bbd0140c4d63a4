"""Where somebody stopped: an interrupted session, a task that was begun, else the last one finished."""

from collections.abc import Mapping, Sequence
from typing import Any

from milestone.domain.questions import OPEN_TASKS, WORKED_ON, Question
from milestone.domain.rows import of as rows_of

Row = Mapping[str, Any]


def view(
    rows: Sequence[Row],
    sessions: Sequence[Row],
    held: Mapping[str, str],
    recent: Sequence[Row],
    ready: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any] | None:
    """Return where somebody stopped, or None; a session that still runs did not stop.

    `ready` is what can be started, best first: where nothing is begun it is what comes next.
    """
    session = interrupted(sessions, held)
    if session:
        found = _of_session(rows, session, ready)
        if found:
            return found
    return _of_work(rows, recent, ready)


def interrupted(sessions: Sequence[Row], held: Mapping[str, str]) -> Row | None:
    """Return the newest session that neither ended nor still runs."""
    running = set(held.values())
    waiting = [
        s
        for s in sessions
        if s.get("state") in ("running", "interrupted", "waiting") and s.get("id") not in running
    ]
    return max(waiting, key=lambda s: str(s.get("last_saved") or s.get("started") or ""), default=None)


def _of_session(rows: Sequence[Row], session: Row, ready: Sequence[Row]) -> dict[str, Any] | None:
    wanted = session.get("milestones") or ()
    named = rows_of(rows).select(Question(ids=wanted)) if wanted else ()
    row = next((row for row in named if row["status"] in (*WORKED_ON, "planned")), None)
    if row is None:
        return None
    since = session.get("last_saved") or session.get("started")
    found = _at(row, "session", str(since) if since else None, ready)
    return found | {"session": session.get("id"), "command": f"milestone execute {row['id']}"}


def _of_work(rows: Sequence[Row], recent: Sequence[Row], ready: Sequence[Row]) -> dict[str, Any] | None:
    """Return the place where work was last touched: a begun task before a milestone between two tasks."""
    worked = rows_of(rows).select(Question(has=("worked",)))
    places = [(bool(_begun(row)), _touched(row, recent), row["id"], row) for row in worked]
    if not places:
        return None
    begun, touched, _, row = max(places, key=lambda place: place[:3])
    if not begun and row["percentage"] in (0, 100):
        return None
    return _at(row, "task" if begun else "milestone", touched or None, ready)


def _leaves(row: Row) -> list[Row]:
    return [task for task in row["tasks"] if not task["children"]]


def _begun(row: Row) -> list[Row]:
    """Return the tasks in somebody's hands, the last begun first."""
    found = [task for task in _leaves(row) if task["status"] in OPEN_TASKS]
    return sorted(found, key=lambda task: str(task["started_at"] or ""), reverse=True)


def _touched(row: Row, recent: Sequence[Row]) -> str:
    worked = [event for event in recent if str(event.get("kind")).startswith(("task.", "session."))]
    times = [str(event.get("at")) for event in worked if event.get("milestone") == row["id"]]
    for task in _leaves(row):
        times += [str(task[key]) for key in ("started_at", "completed_at") if task[key]]
    return max(times, default="")


def _at(row: Row, kind: str, since: str | None, ready: Sequence[Row]) -> dict[str, Any]:
    leaves, begun = _leaves(row), _begun(row)
    done = [task for task in leaves if task["status"] == "completed"]
    last = max(done, key=lambda task: str(task["completed_at"] or ""), default=None)
    here = begun[0] if begun else None
    after = next((each for each in ready if each["milestone"] == row["id"]), None)
    return {
        "kind": kind,
        "session": None,
        "milestone": row["id"],
        "task": here["id"] if here else None,
        "ref": f"{row['id']}/{here['id']}" if here else row["id"],
        "task_title": here["title"] if here else None,
        "note": here["next_note"] if here else None,
        "since": since,
        "completed": [task["id"] for task in done],
        "remaining": [t["id"] for t in leaves if t["status"] not in ("completed", "cancelled")],
        "last_completed": last["id"] if last else None,
        "next": after["ref"] if after else None,
        "next_title": after["title"] if after else None,
        "command": _command(row, here, after),
    }


def _command(row: Row, here: Row | None, after: Row | None) -> str:
    if here is not None:
        if here["status"] == "in_review":
            return f"milestone review {row['id']} {here['id']}"
        return f"milestone task done {row['id']}/{here['id']}"
    if after is not None and not after["run"]:
        return f"milestone task start {after['ref']}"
    return f"milestone execute {row['id']}"
