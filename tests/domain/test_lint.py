import pytest

from milestone.domain import lint
from milestone.domain.schedule import Calendar
from milestone.domain.summary import row
from milestone.testing.builders import a_milestone, a_task

FULL_TIME = Calendar(hours_per_week=20)


def a_good_plan(**fields):
    tasks = [a_task(f"task-{n:03d}", estimated_hours=10, acceptance=["it runs"]) for n in range(1, 5)]
    return a_milestone(
        **{
            "title": "Contact form",
            "description": "Visitors can write to us.",
            "success_criteria": ["3 of 3 spam samples are refused"],
            "deliverables": [{"name": "form.py"}],
            "risks": [
                {"description": "limits", "probability": 0.3, "impact": "medium", "mitigation": "a table first"}
            ],
            "resources": {"skills_required": ["python"]},
            "timeline": {"buffer_percentage": 20},
            "tasks": tasks,
        }
        | fields
    ).body


def codes(body, rows=()):
    return [f["code"] for f in lint.check(body, lint.Around(rows=rows, calendar=FULL_TIME))]


def test_a_good_plan_has_no_findings():
    assert codes(a_good_plan()) == []


BIG = [
    a_task("task-001", estimated_hours=30, acceptance=["x"]),
    a_task("task-002", estimated_hours=20, acceptance=["x"]),
]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"success_criteria": []}, "no_criteria"),
        ({"success_criteria": ["it feels good"]}, "criterion_not_measurable"),
        ({"dependencies": ["milestone-404"]}, "unknown_requirement"),
        ({"risks": []}, "no_risks"),
        ({"risks": [{"description": "x", "probability": "low", "impact": "low"}]}, "risk_without_mitigation"),
        (
            {"risks": [{"description": "x", "probability": 0.5, "impact": "high", "mitigation": "y"}]},
            "high_risk_without_owner",
        ),
        ({"resources": {}}, "no_resources"),
        ({"tasks": []}, "no_tasks"),
        ({"tasks": BIG}, "task_too_big"),
        ({"tasks": [a_task(estimated_hours=60, acceptance=["x"])]}, "one_giant"),
        ({"tasks": [a_task(estimated_hours=0.25, acceptance=["x"])]}, "task_too_small"),
        ({"tasks": [a_task(acceptance=["x"])]}, "task_without_estimate"),
        ({"tasks": [a_task(estimated_hours=10)]}, "task_without_outcome"),
        ({"tasks": [a_task(estimated_hours={"optimistic": 9, "likely": 3, "pessimistic": 5})]}, "bad_estimate"),
        ({"tasks": [a_task(estimated_hours=10, dependencies=["task-009"])]}, "unknown_task"),
        ({"tasks": [a_task(estimated_hours=10, dependencies=["task-001"])]}, "cycle"),
        ({"priority": "critical"}, "no_rollback"),
        ({"timeline": {"buffer_percentage": 0}}, "no_buffer"),
        ({"timeline": {"buffer_percentage": 150}}, "too_long"),
        ({"deliverables": []}, "no_deliverable"),
        ({"description": ""}, "no_value"),
    ],
)
def test_each_weakness_has_its_code(fields, code):
    assert code in codes(a_good_plan(**fields))


def test_a_shared_resource_without_a_dependency_is_named():
    other = row(a_milestone("milestone-002", dependencies={"shared_resources": ["database"]}))
    own = a_good_plan(dependencies={"shared_resources": ["database"]})

    assert codes(own, [other]) == ["shared_resource"]
    assert "shared_resource" not in codes(
        {**own, "dependencies": {**own["dependencies"], "requires": ["m2"]}}, [other]
    )


def test_every_finding_has_a_place_a_reason_and_a_fix():
    found = lint.check(a_good_plan(success_criteria=["nice", "12 of 12"]), at="milestones[0]")

    assert [f["path"] for f in found if f["code"] == "criterion_not_measurable"] == [
        "milestones[0].success_criteria[0]"
    ]
    assert all(f["reason"] and f["hint"] and f["message"] for f in found)


def test_strict_makes_warnings_errors_and_leaves_notes():
    found = lint.strict(lint.check(a_good_plan(risks=[], description="")))

    assert {f["code"]: f["severity"] for f in found} == {
        "no_risks": "error",
        "no_value": "note",
        "too_short": "note",
    }
