import pytest

from milestone.domain import time_spent
from milestone.domain.summary import row
from milestone.testing.builders import a_milestone, a_task


def entry(hours, source="logged", who="ana"):
    return {"who": who, "date": "2026-11-20", "hours": hours, "source": source}


def test_people_and_programs_are_counted_apart():
    plan = a_milestone(
        tasks=[
            a_task("task-001", time=[entry(2), entry(-0.5), entry(0.25, "executor", "shell")]),
            a_task("task-002", actual_hours=3),
        ]
    )

    assert time_spent.totals(plan.body) == (4.5, 15)
    assert (row(plan)["people_hours"], row(plan)["agent_minutes"]) == (4.5, 15)


def test_efficiency_is_earned_over_spent_of_work_that_people_did():
    plan = a_milestone(
        tasks=[
            a_task("task-001", estimated_hours=6, status="completed", time=[entry(4)]),
            a_task("task-002", estimated_hours=50, status="completed", time=[entry(0.1, "executor")]),
            a_task("task-003", estimated_hours=50, status="completed"),
            a_task("task-004", estimated_hours=5, time=[entry(2)]),
        ]
    )

    assert row(plan)["efficiency"] == pytest.approx(6 / 6)
    assert row(a_milestone(tasks=[a_task()]))["efficiency"] is None


def test_idle_gaps_are_not_work():
    minutes = [0, 10, 20, 60, 65]

    assert time_spent.active_hours([m * 60 for m in minutes]) == pytest.approx(25 / 60)
    assert time_spent.active_hours([m * 60 for m in minutes], idle_seconds=3600) == pytest.approx(65 / 60)
