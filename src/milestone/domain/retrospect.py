"""What finished work shows: estimate against actual, blockers, approvals, interruptions, commits.

People's hours and agents' minutes are never added up.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from milestone.domain import estimate, phases, proof, tasks, time_spent
from milestone.domain.document import Body, Document, Recorded
from milestone.domain.durations import text_of
from milestone.domain.phase import usual

OVERRUN = 1.5  # times its estimate: worth a question


def figures(document: Document, events: Iterable[Recorded], interruptions: int) -> dict[str, Any]:
    """Return every figure of a milestone, from its record and the events about it."""
    body, about = document.body, [r for r in events if r.event.uid == document.uid]
    people, agents = time_spent.totals(body)
    timeline = body.get("timeline") if isinstance(body.get("timeline"), Mapping) else {}
    assert isinstance(timeline, Mapping)
    return {
        "estimated_hours": round(estimate.total(body), 2),
        "people_hours": round(people, 2),
        "agent_minutes": round(agents, 1),
        "due": _text(timeline.get("estimated_end")),
        "started": _text(timeline.get("actual_start")),
        "ended": _text(timeline.get("actual_end")),
        "tasks": [_task(document, task) for task in tasks.leaves(body)],
        "phases": _phases(body),
        "blockers": _blockers(about),
        "approvals": _approvals(about),
        "interruptions": interruptions,
        "commits": _commits(body, about),
        "overrides": len([item for item in body.get("overrides") or [] if isinstance(item, Mapping)]),
    }


def insights(found: Mapping[str, Any]) -> list[str]:
    """Return what the figures say by themselves, a sentence each; none where all went as estimated."""
    said = []
    for task in found["tasks"]:
        if task["ratio"] is not None and task["ratio"] >= OVERRUN:
            took, guess = text_of(task["people_hours"]), text_of(task["estimated_hours"])
            said.append(f"{task['id']} {task['title']} took {took} instead of {guess}.")
        if task["attempts"] > 1:
            said.append(f"{task['id']} {task['title']} needed {task['attempts']} attempts.")
    for phase in found["phases"]:
        if phase["overran"]:
            where = f"{phase['task']} " if phase["task"] else ""
            took, guess = text_of(phase["hours"]), text_of(phase["expected_hours"])
            said.append(
                f"The {phase['phase']} phase of {where or 'the milestone '}took {took} instead of {guess}."
            )
    for blocker in found["blockers"]:
        if blocker["hours"] is not None and blocker["hours"] >= 1:
            said.append(
                f"{blocker['task'] or 'It'} was blocked for {text_of(blocker['hours'])}: {blocker['reason']}."
            )
    slow = [a for a in found["approvals"] if a["waited_hours"] is not None and a["waited_hours"] >= 24]
    said += [f"{a['by']} took {text_of(a['waited_hours'])} to approve {a['phase']}." for a in slow]
    late = _days_late(found["due"], found["ended"])
    if late:
        said.append(f"It ended {late} days after its date.")
    return said


def overran(found: Mapping[str, Any]) -> list[str]:
    """Return the ids of tasks that took half as long again as estimated, or longer."""
    return [t["id"] for t in found["tasks"] if t["ratio"] is not None and t["ratio"] >= OVERRUN]


def measured(document: Document) -> list[list[float]]:
    """Return `[estimated hours, people's hours, agents' minutes]` of completed tasks with time; archived only."""
    if not document.archived:
        return []
    found = []
    for task in tasks.leaves(document.body):
        guess = estimate.hours(task.get("estimated_hours"))
        people, agents = time_spent.of_task(task)
        if tasks.status(task) == "completed" and guess and (people > 0 or agents > 0):
            found.append([round(guess, 3), round(people, 3), round(agents * 60, 2)])
    return found


def between(start: Any, end: Any) -> float | None:
    """Return the hours from one moment to another; None where one is no moment."""
    first, last = _moment(start), _moment(end)
    return round((last - first).total_seconds() / 3600, 2) if first and last and last >= first else None


def _task(document: Document, task: Mapping[str, Any]) -> dict[str, Any]:
    people, agents = time_spent.of_task(task)
    guess = estimate.hours(task.get("estimated_hours"))
    attempts = task.get("attempts")
    return {
        "id": str(task.get("id")),
        "title": tasks.title(task),
        "estimated_hours": round(guess, 2) if guess is not None else None,
        "people_hours": round(people, 2),
        "agent_minutes": round(agents * 60, 1),
        "ratio": round(people / guess, 2) if guess and people > 0 else None,
        "attempts": attempts if isinstance(attempts, int) and not isinstance(attempts, bool) else 1,
        "grade": proof.grade(document, task),
    }


def _phases(body: Body) -> list[dict[str, Any]]:
    own: list[tuple[Body | None, Sequence[phases.Phase]]] = [(None, phases.of_milestone(body))]
    below = [(task, phases.of_task(body, task)) for task in tasks.leaves(body)]
    return [
        _phase(body, task, phase, sum(p.weight for p in course))
        for task, course in [*own, *below]
        for phase in course
        if phase.started_at
    ]


def _phase(body: Body, task: Body | None, phase: phases.Phase, weights: float) -> dict[str, Any]:
    took = between(phase.started_at, phase.completed_at)
    expected = _expected(body, task, phase, weights)
    return {
        "task": str(task.get("id")) if task else None,
        "phase": phase.name,
        "hours": took,
        "expected_hours": expected,
        "review_hours": between(phase.submitted_at, phase.approved_at),
        "overran": took is not None and expected is not None and took > OVERRUN * expected,
    }


def _expected(body: Body, task: Body | None, phase: phases.Phase, weights: float) -> float | None:
    """Return a phase's hours: by `phase_timing`, by its share of the task's estimate, else the usual ones."""
    timeline = body.get("timeline")
    timing = timeline.get("phase_timing") if isinstance(timeline, Mapping) else None
    given = estimate.hours(timing.get(f"{phase.name}_hours")) if isinstance(timing, Mapping) else None
    guess = estimate.hours(task.get("estimated_hours")) if task else None
    if task is None and given is not None:
        return given
    if guess is not None and weights:
        return round(guess * phase.weight / weights, 2)
    minutes = usual(phase.name).minutes
    return round(minutes[1] / 60, 2) if minutes else None


def _blockers(about: Sequence[Recorded]) -> list[dict[str, Any]]:
    """Return every blocker with how long it stood; None for one that nothing ended."""
    found: list[dict[str, Any]] = []
    standing: dict[str | None, dict[str, Any]] = {}
    for recorded in about:
        kind, task = recorded.event.kind, recorded.event.task
        if kind in ("task.blocked", "milestone.blocked", "phase.rejected"):
            reason = recorded.event.data.get("reason") or recorded.event.data.get("comment")
            standing[task] = {"task": task, "reason": _text(reason), "since": recorded.at, "hours": None}
            found.append(standing[task])
        elif task in standing and kind.split(".")[1] in (
            "unblocked",
            "retried",
            "started",
            "completed",
            "resumed",
        ):
            standing[task]["hours"] = between(standing[task]["since"], recorded.at)
            del standing[task]
    return found


def _approvals(about: Sequence[Recorded]) -> list[dict[str, Any]]:
    submitted: dict[tuple[str | None, str], str] = {}
    found = []
    for recorded in about:
        event = recorded.event
        key = (event.task, str(event.data.get("phase")))
        if event.kind == "phase.submitted":
            submitted[key] = recorded.at
        if event.kind == "phase.approved":
            given = event.data.get("given") or {}
            waited = between(submitted.get(key), recorded.at)
            who = {"by": given.get("by"), "proof": given.get("proof")}
            found.append({"task": key[0], "phase": key[1], **who, "at": recorded.at, "waited_hours": waited})
    return found


def _commits(body: Body, about: Sequence[Recorded]) -> list[str]:
    evidence = [e for task in tasks.of(body) for e in task.get("evidence") or [] if isinstance(e, Mapping)]
    recorded = [r.event.data.get("commit") for r in about if r.event.kind == "commit.recorded"]
    return list(dict.fromkeys(str(c) for c in [*(e.get("commit") for e in evidence), *recorded] if c))


def _days_late(due: str | None, ended: str | None) -> int:
    first, last = _moment(due), _moment(ended)
    return max(0, (last - first).days) if first and last else 0


def _moment(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found.replace(tzinfo=None)


def _text(value: Any) -> str | None:
    return None if value in (None, "") else str(value)
