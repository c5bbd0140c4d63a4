"""The blocker detector: what stands in the way, what it costs, and the way out."""

from datetime import datetime
from typing import Any

from milestone.agents.roles.base import NOTHING, Reaction, Said, View, short
from milestone.domain import estimate, graph, tasks
from milestone.domain.decide import session as of_session
from milestone.domain.document import Event

STALLED = 3.0  # times its estimate
SHORTEST = 900.0  # seconds before anything can be called a stall
HOURS_A_DAY = 8.0


class BlockerDetector:
    """Names failures and blockers with their cost, and finds workers that have stalled."""

    name = "blocker-detector"
    purpose = "says what stands in the way, what it costs and the way out"
    hears = frozenset({"blocker.detected", "task.retried", "session.saved"})

    def react(self, view: View) -> Reaction:
        if view.event.kind == "session.saved":
            return self._stalls(view)
        if view.event.kind == "task.retried":
            reason = str(view.known.get("reason") or "")
            return (
                Reaction(lines=(Said(f"✗ {view.short} ", reason, "; it is tried again."),)) if reason else NOTHING
            )
        if view.event.task is None or view.event.data.get("cause") == "stall":
            return NOTHING
        reason = str(view.event.data.get("reason") or "")
        ref = f"{short(str(view.milestone.body['id']))}/{view.short}"
        return Reaction(
            lines=(
                Said(f"■ {view.short} ", tasks.title(view.task)),
                *(Said("  why: " if first else "       ", part) for first, part in _parts(reason)),
                Said(f"  {cost(view)}"),
                Said(f"  next: milestone task retry {ref}"),
            )
        )

    def _stalls(self, view: View) -> Reaction:
        events: list[Event] = []
        lines: list[Said] = []
        known: dict[str, Any] = view.session.body.get("tasks") or {}
        hours = estimate.weights(tasks.leaves(view.milestone.body))
        for task in tasks.of(view.milestone.body):
            name = str(task["id"])
            mine = known.get(f"{view.milestone.body['id']}/{name}") or {}
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


def cost(view: View) -> str:
    """Return what a blocker costs: the tasks behind it, and days where it lies on the critical path."""
    waits = tasks.needs(view.milestone.body)
    open_tasks = {
        str(t["id"]) for t in tasks.of(view.milestone.body) if tasks.status(t) not in ("completed", "cancelled")
    }
    behind = [n for n in waits if n in open_tasks and view.event.task in graph.reachable(waits, n)]
    hours = estimate.weights(tasks.leaves(view.milestone.body))
    slot = graph.schedule(waits, hours).get(view.event.task or "")
    days = hours.get(view.event.task or "", 0.0) / HOURS_A_DAY
    path = f", {days:.1f} days of the critical path" if slot is not None and slot.is_critical and days else ""
    count = len(behind)
    return (
        f"{count} {'task waits' if count == 1 else 'tasks wait'} behind it{path}."
        if count
        else "The rest goes on."
    )


def _parts(reason: str) -> list[tuple[bool, str]]:
    """Return the clauses of a reason, a line each."""
    return [(place == 0, part) for place, part in enumerate(reason.split("; "))]


def _seconds(began: Any, now: str) -> float:
    try:
        return (datetime.fromisoformat(now) - datetime.fromisoformat(str(began))).total_seconds()
    except ValueError:
        return 0.0
