"""Going on with an earlier session, or setting it aside: what happens to the tasks it had in hand."""

from collections.abc import Mapping
from typing import Any

import msgspec

from milestone.agents.roles.base import short
from milestone.domain import tasks
from milestone.domain.decide import rules
from milestone.domain.decide import session as of_session
from milestone.domain.document import Document, Event


class ExecuteMilestone(msgspec.Struct, frozen=True, kw_only=True):
    """What `execute` was asked for one milestone."""

    agents: int | None = None
    coordination: str | None = None
    executor: str | None = None
    fresh: bool = False
    session: str | None = None  # --resume-session
    in_place: bool = False
    override: str | None = None
    restart_agents: bool = False
    wait: bool = False


def events(
    document: Document,
    session: Document,
    request: ExecuteMilestone,
    place: Mapping[str, Any],
    owner: Mapping[str, Any],
) -> list[Event]:
    """Return what lets a session go on: under its new `owner`, with what the new command line says differently."""
    changes: dict[str, Any] = {}
    if request.agents is not None and place.get("mode") != "in_place":
        changes["agents"] = max(1, request.agents)
    if request.executor is not None:
        changes["executor"] = request.executor
    if session.body.get("mode") != place["mode"]:
        changes |= dict(place)
    again = retried(document) if request.restart_agents else []
    return [*of_session.resume(session, owner, changes), *again]


def set_aside(document: Document, session: Document) -> list[Event]:
    """Return what closes an earlier session: tasks it had in hand are to be done anew, finished ones stay."""
    begun = [
        t for t in tasks.of(document.body) if tasks.status(t) == "in_progress" and _is_its(session, document, t)
    ]
    found: list[Event] = []
    for task in begun:
        name = str(task["id"])
        reason = f"{session.body['id']} was set aside"
        found += [
            rules.event(document, "task.failed", name, reason=reason),
            rules.event(document, "task.retried", name, reason=reason),
        ]
    return [*found, *of_session.end(session, "ended", "set aside by --fresh")]


def retried(document: Document) -> list[Event]:
    """Return the next try of every failed task, and of those a run has blocked."""
    stuck = [t for t in tasks.of(document.body) if tasks.status(t) in ("failed", "blocked")]
    return [
        rules.event(document, "task.retried", str(t["id"]), reason="--restart-agents")
        for t in stuck
        if tasks.status(t) == "failed" or _is_of_a_run(t)
    ]


def words(document: Document, session: Document) -> tuple[str, ...]:
    """Return what is said when a session goes on."""
    left = [str(t["id"]) for t in tasks.of(document.body) if tasks.status(t) not in ("completed", "cancelled")]
    named = [short(name) for name in left]
    listed = ", ".join(named[:6]) + (f" and {len(named) - 6} more" if len(named) > 6 else "")
    what = f"{listed}. Nothing is repeated." if named else "every task is done."
    return (f"Going on with {session.body['id']}: {what}",)


def _is_its(session: Document, document: Document, task: Mapping[str, Any]) -> bool:
    known = (session.body.get("tasks") or {}).get(f"{document.body['id']}/{task['id']}") or {}
    return bool(known) and known.get("attempts") == task.get("attempts")


def _is_of_a_run(task: Mapping[str, Any]) -> bool:
    blocked = task.get("blocked")
    return isinstance(blocked, Mapping) and str(blocked.get("by") or "").startswith("agent:")
