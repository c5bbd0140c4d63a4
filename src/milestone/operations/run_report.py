"""How a run stands, for every door: the `run` value of `--json`, and the exit code that goes with it."""

from typing import Any

from milestone.domain import tasks
from milestone.domain.context import Context
from milestone.domain.document import Document
from milestone.domain.hands import Hands
from milestone.engine import apart, scheduler
from milestone.engine.setup import Setup
from milestone.engine.work import stored

COMPLETED, FAILED, WAITING, INTERRUPTED, TERMINATED = 0, 1, 6, 130, 143


def view(setup: Setup, session: Document, milestone: Document, ctx: Context, hands: Hands) -> dict[str, Any]:
    """Return `{session milestone state tasks waiting_for}`, and what is behind it; `hands` are those of others."""
    found = scheduler.survey(milestone, session, ctx, stored=stored(setup, milestone))
    found = apart.keep(found, milestone, (), hands)
    known = session.body.get("tasks") or {}
    above = tasks.parents(milestone.body)
    return {
        "session": session.body["id"],
        "milestone": milestone.body["id"],
        "title": milestone.body.get("title"),
        "state": session.body.get("state"),
        "branch": session.body.get("branch"),
        "tasks": [
            _task(t, known.get(f"{milestone.body['id']}/{t['id']}") or {})
            for t in tasks.of(milestone.body)
            if str(t["id"]) not in above
        ],
        "waiting_for": [_waits(each) for each in found.waits],
        "blocked": [_waits(each) for each in found.stuck],
        "behind": list(found.behind),
        "ci": None,  # how CI judged it, where it was asked
    }


def exit_code(view: dict[str, Any], *, interrupted: int | None = None) -> int:
    """Return 0 when every task is completed, 6 when all that is left waits for people, else 1.

    Where CI was asked, it has to agree.
    """
    if all(task["status"] in ("completed", "cancelled") for task in view["tasks"]):
        return COMPLETED if view.get("ci") is None or view["ci"]["state"] == "success" else FAILED
    if interrupted is not None:
        return interrupted
    return WAITING if view["waiting_for"] and not view["blocked"] else FAILED


def _task(task: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    evidence = [item for item in task.get("evidence") or [] if isinstance(item, dict)]
    commit = next((item["commit"] for item in reversed(evidence) if item.get("commit")), None)
    return {
        "id": str(task["id"]),
        "title": tasks.title(task),
        "status": tasks.status(task),
        "attempts": task.get("attempts") or 0,
        "exit_code": known.get("exit_code"),
        "seconds": known.get("seconds"),
        "commit": known.get("commit") or commit,
        "reason": known.get("reason"),
    }


def _waits(each: scheduler.Waits) -> dict[str, Any]:
    return {
        "kind": each.kind,
        "ref": each.ref,
        "who": each.who,
        "since": each.since,
        "text": each.text,
        "next": each.next,
    }
