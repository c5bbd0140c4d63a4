"""Finished work says what it took, and the next estimate listens once there is enough of it."""

from typing import Any

from milestone.domain import experience, phases, retrospect
from milestone.domain.document import Event
from milestone.testing.builders import a_milestone, a_task, an_event, recorded

NOON = "2026-11-20T12:00:00.000Z"
TWO = "2026-11-20T14:00:00.000Z"


def done(
    task_id: str, estimate: float | None, people: float = 0, agents: float = 0, **fields: Any
) -> dict[str, Any]:
    time = [{"who": "ana", "hours": people, "source": "logged"}] if people else []
    time += [{"who": "agent:x", "hours": agents, "source": "executor"}] if agents else []
    return a_task(task_id, status="completed", estimated_hours=estimate, time=time, **fields)


def test_estimate_and_actual_stand_side_by_side_and_agents_apart() -> None:
    document = a_milestone(tasks=[done("task-001", 2, people=3), done("task-002", 4, agents=0.5)])

    found = retrospect.figures(document, [], interruptions=2)

    assert (found["estimated_hours"], found["people_hours"], found["agent_minutes"]) == (6, 3, 30)
    assert [t["ratio"] for t in found["tasks"]] == [1.5, None]
    assert found["interruptions"] == 2
    assert retrospect.overran(found) == ["task-001"]
    assert retrospect.insights(found) == ["task-001 Do task-001 took 3 h instead of 2 h."]


def test_blockers_say_how_long_they_stood() -> None:
    document = a_milestone(tasks=[a_task()])
    events = [
        recorded(an_event("task.blocked", document, task="task-001", reason="no key"), 1, at=NOON),
        recorded(an_event("task.unblocked", document, task="task-001"), 2, at=TWO),
    ]

    found = retrospect.figures(document, events, 0)

    assert [(b["reason"], b["hours"]) for b in found["blockers"]] == [("no key", 2)]
    assert "task-001 was blocked for 2 h: no key." in retrospect.insights(found)


def test_phases_and_approvals_say_how_long_they_took() -> None:
    workflow = phases.fresh()
    workflow["phases"]["design"] |= {
        "status": "approved", "started_at": NOON, "completed_at": TWO, "approved_at": TWO,
    }  # fmt: skip
    document = a_milestone(tasks=[a_task(kiro_workflow=workflow)])
    given = {"by": "ana", "proof": "present"}
    events = [
        recorded(an_event("phase.submitted", document, task="task-001", phase="design"), 1, at=NOON),
        recorded(an_event("phase.approved", document, task="task-001", phase="design", given=given), 2, at=TWO),
    ]

    found = retrospect.figures(document, events, 0)

    (design,) = found["phases"]
    assert (design["hours"], design["expected_hours"], design["overran"]) == (2, 0.5, True)
    assert [(a["by"], a["waited_hours"]) for a in found["approvals"]] == [("ana", 2)]


def test_commits_of_evidence_and_events_are_counted_once() -> None:
    document = a_milestone(tasks=[a_task(evidence=[{"grade": "command", "commit": "abc"}])])
    event = Event(kind="commit.recorded", document="milestone", uid=document.uid, data={"commit": "abc"})

    assert retrospect.figures(document, [recorded(event)], 0)["commits"] == ["abc"]


def test_only_archived_work_with_recorded_time_is_measured() -> None:
    tasks = [done("task-001", 2, people=3), done("task-002", None, people=1), done("task-003", 1)]

    assert retrospect.measured(a_milestone(tasks=tasks)) == []
    assert retrospect.measured(a_milestone(tasks=tasks, archived=True)) == [[2, 3, 0]]


def a_row(*entries: list[float], category: str = "feature") -> dict[str, Any]:
    return {"category": category, "measured": list(entries)}


def test_an_estimate_is_corrected_after_eight_tasks() -> None:
    seven, eight = [a_row(*[[2.0, 3.0, 0.0]] * 7)], [a_row(*[[2.0, 3.0, 0.0]] * 8)]

    assert experience.corrected(4, seven) == (4, None)
    assert experience.corrected(4, eight) == (6, "8 archived tasks took 1.50 times their estimate")


def test_a_category_has_its_own_history_where_there_is_enough() -> None:
    rows = [a_row(*[[2.0, 3.0, 0.0]] * 8), a_row(*[[2.0, 2.0, 0.0]] * 8, category="docs")]

    assert experience.corrected(4, rows, "docs")[0] == 4
    assert experience.corrected(4, rows, "unheard of")[0] == 5


def test_agents_minutes_are_a_class_of_their_own() -> None:
    rows = [a_row([2.0, 0.0, 10.0], [2.0, 1.0, 500.0])]

    assert experience.of_agents(rows).ratio == 5
    assert experience.of_people(rows).ratio == 0.5
