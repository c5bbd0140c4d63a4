"""The blocker detector: what stands in the way, what it costs, the way out, and who has to hear of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from milestone.agents.roles.base import NOTHING, Reaction, Said, View, short
from milestone.domain import blockers, estimate, summary, tasks
from milestone.domain.decide import session as of_session
from milestone.domain.document import Event
from milestone.domain.durations import hours as hours_of

STALLED = 3.0  # times its estimate
SHORTEST = 900.0  # seconds before anything can be called a stall
OVER = {  # what ends a blocker, and how
    "task.retried": "it is tried again",
    "task.unblocked": "nothing stands in its way any more",
    "task.completed": "the task is done",
    "task.cancelled": "the task was given up",
}


class BlockerDetector:
    """Names what stands in the way with its cost, finds stalls and lost agents, tells who has to hear of it."""

    name = "blocker-detector"
    purpose = "says what stands in the way, what it costs, the way out, and who should know"
    hears = frozenset({"blocker.detected", "session.saved", "agent.failed", *OVER})

    def react(self, view: View) -> Reaction:
        if view.event.kind == "session.saved":
            return _joined(_stalls(view), _late(view))
        if view.event.kind == "agent.failed":
            return _lost(view)
        if view.event.kind in OVER:
            return _over(view)
        if view.event.task is None or view.event.data.get("cause") == "stall":
            return NOTHING
        return Reaction(lines=_told(view))


def _told(view: View) -> tuple[Said, ...]:
    """Return what a person reads of a blocker: why, what it costs, the command that leads out."""
    data = view.event.data
    reason, kind = str(data.get("reason") or ""), str(data.get("cause") or "reported")
    found = _standing(view, str(view.event.task), kind, view.recorded.at)
    milestone = short(str(view.milestone.body["id"]))
    return (
        Said(f"■ {view.short} ", tasks.title(view.task)),
        *(Said("  why: " if first else "       ", part) for first, part in _parts(reason)),
        Said(f"  {blockers.words(found) if found.behind or found.impact_days else 'The rest goes on'}."),
        Said(f"  next: {blockers.way_out(kind, milestone, view.short)}"),
    )


def _over(view: View) -> Reaction:
    """Return that what stood in a task's way is gone; a retry says what it follows."""
    blocked = view.known.get("status") in ("blocked", "failed") or view.known.get("escalated")
    reason = str(view.known.get("reason") or "")
    lines: tuple[Said, ...] = ()
    if view.event.kind == "task.retried" and reason:
        lines = (Said(f"✗ {view.short} ", reason, "; it is tried again."),)
    if not blocked:
        return Reaction(lines=lines) if lines else NOTHING
    how = OVER[view.event.kind]
    gone = of_session.event(view.session, "blocker.resolved", task=view.event.task, reason=how)
    known = of_session.event(view.session, "run.step_finished", task=view.event.task, result={"escalated": None})
    return Reaction(events=(gone, known), lines=lines)


def _lost(view: View) -> Reaction:
    """Return the blocker of a worker that was lost: its task waits until another is put in its place."""
    reason = str(view.event.data.get("reason") or "a worker is lost")
    found = of_session.event(view.session, "blocker.detected", task=view.event.task, reason=reason, cause="agent")
    return Reaction(events=(found,))


def _stalls(view: View) -> Reaction:
    events: list[Event] = []
    lines: list[Said] = []
    hours = estimate.weights(tasks.leaves(view.milestone.body))
    for task in tasks.of(view.milestone.body):
        name = str(task["id"])
        mine = _known(view, name)
        if tasks.status(task) != "in_progress" or mine.get("status") != "running" or mine.get("stalled"):
            continue
        ran = _seconds(mine.get("began"), view.recorded.at)
        if ran > max(SHORTEST, STALLED * hours.get(name, 0.0) * 3600):
            reason = f"it has run for {ran / 3600:.1f} h, more than {STALLED:.0f} times its estimate"
            events.append(
                of_session.event(view.session, "blocker.detected", task=name, reason=reason, cause="stall")
            )
            stalled = {"stalled": True}
            events.append(of_session.event(view.session, "run.step_started", task=name, result=stalled))
            lines.append(Said(f"■ {short(name)} may have stalled: ", reason, "."))
    return Reaction(events=tuple(events), lines=tuple(lines))


def _late(view: View) -> Reaction:
    """Return what has stood too long by now: once for everybody who has to hear of it."""
    events: list[Event] = []
    lines: list[Said] = []
    row = summary.row(view.milestone)
    for each in row["blockers"]:
        name = each["task"]
        found = _standing(view, name, each["kind"], str(each["since"]), row)
        if name is None or found.level <= int(_known(view, name).get("escalated") or 0):
            continue
        reason = f"{each['reason']}: {blockers.words(found)}"
        told = {"escalated": found.level}
        events.append(of_session.event(view.session, "blocker.escalated", task=name, reason=reason, to=found.to))
        events.append(of_session.event(view.session, "run.step_finished", task=name, result=told))
        before, way = f"■ {short(name)} stands still ({found.severity}): ", f". {found.to}: {found.next}"
        lines.append(Said(before, reason, way))
    return Reaction(events=tuple(events), lines=tuple(lines))


def _standing(
    view: View, task: str | None, kind: str, since: str, row: Mapping[str, Any] | None = None
) -> blockers.Standing:
    after = hours_of(str(view.ctx.settings.get("blockers.escalate_after") or "")) or blockers.ESCALATE_AFTER
    now = datetime.fromisoformat(view.recorded.at)
    blocker = {"task": task, "kind": kind, "since": since}
    return blockers.standing(row or summary.row(view.milestone), blocker, now, escalate_after=after)


def _known(view: View, task: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = view.session.body.get("tasks") or {}
    return found.get(f"{view.milestone.body['id']}/{task}") or {}


def _joined(*answers: Reaction) -> Reaction:
    events = tuple(event for answer in answers for event in answer.events)
    lines = tuple(line for answer in answers for line in answer.lines)
    return Reaction(events=events, lines=lines) if events or lines else NOTHING


def _parts(reason: str) -> list[tuple[bool, str]]:
    """Return the clauses of a reason, a line each."""
    return [(place == 0, part) for place, part in enumerate(reason.split("; "))]


def _seconds(began: Any, now: str) -> float:
    try:
        return (datetime.fromisoformat(now) - datetime.fromisoformat(str(began))).total_seconds()
    except ValueError:
        return 0.0
