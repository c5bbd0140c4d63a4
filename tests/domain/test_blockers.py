"""What a blocker costs, how bad that is, who hears of it and the way out."""

from datetime import UTC, datetime, timedelta

import pytest

from milestone.domain import blockers
from milestone.domain.summary import row
from milestone.testing.builders import a_milestone, a_task

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def a_plan(task="task-001", status="blocked", **blocked):
    """A long chain (8 h, 16 h), and one task of 4 h beside it."""
    plan = [
        a_task("task-001", estimated_hours=8, assigned_to="ben"),
        a_task("task-002", estimated_hours=16, dependencies=["task-001"]),
        a_task("task-003", estimated_hours=4, assigned_to="cleo"),
    ]
    for each in plan:
        if each["id"] == task:
            each |= {"status": status, "blocked": {"reason": "no key", "since": since(0), **blocked}}
    return row(a_milestone(status="in_progress", owner="ana", tasks=plan))


def since(days):
    return (NOW - timedelta(days=days)).isoformat()


def standing(plan, *, on_path=False, **more):
    return blockers.standing(plan, plan["blockers"][0], NOW, on_path=on_path, **more)


@pytest.mark.parametrize(
    ("task", "days", "impact", "slack", "behind", "severity"),
    [
        ("task-001", 0, 1.0, 0.0, 1, "high"),
        ("task-001", 2, 3.0, 0.0, 1, "high"),
        ("task-003", 0, 0.0, 2.5, 0, "low"),
        ("task-003", 1, 0.0, 1.5, 0, "medium"),
        ("task-003", 4, 2.0, 0.0, 0, "high"),
    ],
)
def test_the_end_moves_by_what_stood_beyond_the_slack_and_the_work_left(
    task, days, impact, slack, behind, severity
):
    found = standing(a_plan(task, since=since(days)))

    assert (found.impact_days, found.slack_days, found.behind, found.severity) == (impact, slack, behind, severity)


def test_on_the_projects_own_path_a_day_is_critical():
    assert standing(a_plan(), on_path=True).severity == "critical"


@pytest.mark.parametrize(
    ("days", "on_path", "after", "level", "to"),
    [
        (0, False, 8, 0, "ben"),
        (0.4, False, 8, 1, "ana"),
        (1.1, False, 8, 2, "the whole team"),
        (0.1, True, 8, 1, "ana"),
        (0.4, False, 24, 0, "ben"),
    ],
)
def test_how_long_it_stood_and_how_bad_it_is_say_who_hears_of_it(days, on_path, after, level, to):
    found = standing(a_plan(since=since(days)), on_path=on_path, escalate_after=after)

    assert (found.level, found.to) == (level, to)


@pytest.mark.parametrize(
    ("kind", "way"),
    [
        ("git", "milestone task retry milestone-001/task-001"),
        ("requirement", "milestone task check milestone-001/task-001"),
        ("dependency", "milestone update milestone-001 --dependencies"),
        ("agent", "milestone execute milestone-001 --restart-agents"),
        ("reported", "milestone task unblock milestone-001/task-001"),
        ("something new", "milestone task retry milestone-001/task-001"),
    ],
)
def test_every_kind_has_a_way_out(kind, way):
    assert standing(a_plan(kind=kind)).next == way


def test_a_failed_task_and_a_blocked_milestone_are_blockers_too():
    failed = a_plan(status="failed", kind="test")
    whole = row(a_milestone(status="blocked", tasks=[a_task()], blocked={"reason": "no money", "since": since(1)}))

    assert standing(failed).next == "milestone task retry milestone-001/task-001"
    assert standing(whole).next == "milestone update milestone-001 --status in_progress"
    assert (standing(whole).behind, standing(whole).impact_days) == (1, 1.0)
