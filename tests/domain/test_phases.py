"""Phases are read in every form the documents use, and weigh what the table says."""

import pytest

from milestone.domain import phases

SHORT = {
    "id": "task-001",
    "kiro_workflow": {
        "enabled": True,
        "phases": {
            "design": {
                "status": "pending",
                "deliverables": ["architecture_decisions", "api_design"],
                "approval_required": True,
            },
            "spec": {"status": "pending", "deliverables": ["test_plan"], "approval_required": True},
            "task": {"status": "pending", "approval_required": False},
            "execute": {"status": "pending", "approval_required": False},
        },
    },
}
LONG = {
    "id": "task-001",
    "kiro_workflow": {
        "enabled": True,
        "phases": {
            "design": {
                "status": "completed",
                "deliverables": [
                    {
                        "type": "architecture_diagram",
                        "path": ".milestones/deliverables/task-001/design/auth-architecture.md",
                    }
                ],
                "approval": {"required": True, "approvers": ["architect", "tech_lead"], "status": "approved"},
            },
            "spec": {"status": "in_progress", "approval": {"required": True, "approvers": ["tech_lead"]}},
            "task": {"status": "pending", "approval": {"required": False}},
            "execute": {"status": "pending"},
        },
    },
}
CONFIGURED = {
    "kiro_configuration": {
        "enabled": True,
        "default_phases": ["design", "spec", "task", "execute"],
        "approval_gates": {"design_to_spec": {"approvers": ["architect"], "criteria": ["architecture_approved"]}},
        "phase_weights": {"design": 10, "spec": 10, "task": 10, "execute": 70},
    }
}


def test_the_short_form_says_which_phases_ask_for_an_approval() -> None:
    found = phases.of_task({}, SHORT)

    assert [p.name for p in found] == ["design", "spec", "task", "execute"]
    assert [p.required for p in found] == [True, True, False, False]
    assert [d.name for d in found[0].declared] == ["architecture_decisions", "api_design"]
    assert found[0].declared[1].matches("API-design.md")


def test_the_long_form_names_paths_and_approvers() -> None:
    design, spec, *_ = phases.of_task({}, LONG)

    assert design.declared[0].path == ".milestones/deliverables/task-001/design/auth-architecture.md"
    assert design.approvers == ("architect", "tech_lead")
    assert spec.approvers == ("tech_lead",)


def test_the_milestones_own_phases_in_the_words_of_the_scenario() -> None:
    body = {"phases": {"Design": {"Owner": "Jordan", "Reviewers": ["Casey", "Alex"], "Deliverables": ["Diagram"]}}}

    (design,) = phases.of_milestone(body)

    assert (design.name, design.key, design.owner) == ("design", "Design", "Jordan")
    assert design.approvers == ("Casey", "Alex")
    assert design.required


def test_a_configured_gate_names_approvers_and_criteria_for_every_task() -> None:
    task = {"id": "task-001", "kiro_workflow": {"enabled": True}}

    design, spec, *_ = phases.of_task(CONFIGURED, task)

    assert design.approvers == ("architect",)
    assert design.criteria == ("architecture_approved",)
    assert spec.weight == 10


def test_a_switched_off_workflow_has_no_phases() -> None:
    assert phases.of_task({}, {"kiro_workflow": {"enabled": False, "phases": SHORT["kiro_workflow"]}}) == ()
    assert phases.of_task({}, {"id": "task-001"}) == ()


def test_renamed_phases_keep_the_order_of_the_record() -> None:
    body = {
        "kiro_configuration": {"default_phases": ["draft", "final"], "phase_weights": {"draft": 30, "final": 70}}
    }

    found = phases.of_task(body, {"kiro_workflow": {"enabled": True}})

    assert [(p.name, p.weight) for p in found] == [("draft", 30), ("final", 70)]


@pytest.mark.parametrize(
    ("state", "percentage"),
    [
        ({"status": "pending"}, 0),
        ({"status": "in_review"}, 90),
        ({"status": "approved"}, 100),
        ({"status": "completed"}, 100),
        ({"status": "in_progress", "deliverables": ["a.md", "b.md"], "stored": {"a.md": "0f"}}, 50),
        ({"status": "in_progress", "deliverables": ["a.md"], "stored": {"a.md": "0f"}}, 80),
        ({"status": "in_progress", "progress": 97}, 90),
        ({"status": "changes_requested", "progress": 12}, 12),
    ],
)
def test_how_far_a_phase_is(state: dict[str, object], percentage: float) -> None:
    (phase,) = phases.of_milestone({"phases": {"design": state}})

    assert phases.percentage(phase) == percentage


def test_phases_weigh_15_25_20_40() -> None:
    assert phases.weighted(phases.of_task({}, LONG)) == 15


def test_a_fresh_workflow_asks_for_design_and_spec_or_for_all() -> None:
    usual = phases.of_task({}, {"kiro_workflow": phases.fresh()})
    strict = phases.of_task({}, {"kiro_workflow": phases.fresh(approval_required=True, approvers=["ana"])})

    assert [p.required for p in usual] == [True, True, False, False]
    assert [p.approvers for p in strict] == [("ana",)] * 4
    assert [d.name for d in usual[0].expected] == ["architecture.md", "api-spec.yaml"]


def test_two_tasks_naming_one_path_are_found() -> None:
    one = {**LONG, "id": "task-001"}
    two = {**LONG, "id": "task-002"}

    assert phases.shared_paths({"tasks": [one, two]}) == {
        ".milestones/deliverables/task-001/design/auth-architecture.md": ["task-001", "task-002"]
    }
