import pytest

from milestone.domain import progress
from milestone.domain.summary import row
from milestone.testing.builders import a_milestone, a_task


def of(*tasks, **fields):
    return progress.of(a_milestone(tasks=list(tasks), **fields).body)


def test_tasks_weigh_their_hours_and_one_without_weighs_the_mean():
    found = of(
        a_task("task-001", estimated_hours=6, status="completed"),
        a_task("task-002", estimated_hours=2),
        a_task("task-003"),
    )

    assert found.exact == pytest.approx(50)
    assert (found.percentage, found.hours, found.hours_left) == (50, 12, 6)


def test_without_any_estimate_all_weigh_the_same():
    assert of(a_task("task-001", status="completed"), a_task("task-002"), a_task("task-003")).percentage == 33


def test_cancelled_counts_nowhere():
    found = of(a_task("task-001", status="completed"), a_task("task-002", status="cancelled", estimated_hours=90))

    assert (found.percentage, found.tasks_total, found.tasks_completed) == (100, 1, 1)


def test_never_above_99_until_all_is_completed():
    found = of(a_task("task-001", status="completed", estimated_hours=999), a_task("task-002", estimated_hours=1))

    assert found.percentage == 99


def test_rounding_is_half_up_and_once():
    done = [a_task(f"task-{i:03d}", status="completed" if i == 1 else "pending") for i in range(1, 9)]

    assert of(*done).exact == 12.5
    assert of(*done).percentage == 13


def test_a_parent_is_its_subtasks_and_their_hours_are_its_hours():
    body = a_milestone(
        tasks=[
            a_task("task-001", estimated_hours=100),
            a_task("task-002", parent="task-001", estimated_hours=1, status="completed"),
            a_task("task-003", parent="task-001", estimated_hours=3),
        ]
    ).body

    assert progress.of(body).percentage == 25
    assert progress.of(body).hours == 4
    assert progress.of_tasks(body)["task-001"] == 25


def test_phases_weigh_15_25_20_40_unless_set():
    phases = {"design": {"status": "approved"}, "spec": {"status": "in_review"}, "task": {}, "execute": {}}
    flow = {"enabled": True, "phases": phases}

    assert of(a_task(kiro_workflow=flow)).exact == pytest.approx(15 + 25 * 0.9)
    weights = {"design": 40, "spec": 40, "task": 10, "execute": 10}
    found = of(a_task(kiro_workflow=flow), kiro_configuration={"phase_weights": weights})
    assert found.exact == pytest.approx(40 + 36)


def test_the_project_weighs_milestones_archived_included_and_cancelled_not():
    rows = [
        row(a_milestone("milestone-001", archived=True, tasks=[a_task(estimated_hours=10, status="completed")])),
        row(a_milestone("milestone-002", tasks=[a_task(estimated_hours=30)])),
        row(a_milestone("milestone-003", status="cancelled", tasks=[a_task(estimated_hours=500)])),
    ]

    assert progress.of_project(rows) == (25.0, 25)


def test_the_row_is_plain_json_and_counts_a_typed_completion_apart():
    document = a_milestone(tasks=[a_task(status="completed"), a_task("task-002")])

    found = row(document)

    assert (found["percentage"], found["proven"]["percentage"]) == (50, 0)
    assert found["tasks"][0]["grade"] == "typed"
