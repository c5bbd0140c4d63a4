"""Every example of the documents this project grew from is understood where it stands there."""

from pathlib import Path
from typing import Any

import pytest

from milestone import config, errors, strict_yaml
from milestone.domain import dependency_file, paths
from milestone.storage.yaml_reader import read_record
from milestone.storage.yaml_writer import write_record

FOLDER = Path(__file__).parent / "foreign" / "examples"
# file -> {path of the record: what it reads as}, and what is named as not understood
EXAMPLES: dict[str, tuple[dict[str, Any], str]] = {
    "guide-milestone": (
        {"id": "milestone-001", "title": "User Authentication System", "status": "planned",
         "tasks/task-002/title": "Implement login API", "dependencies/requires": []},
        "",
    ),
    "guide-dependency": ({"dependencies/requires": ["milestone-001"]}, ""),
    "guide-conditions": (
        {"dependencies/requires": ["milestone-001", "milestone-002"],
         "dependencies/conditions": ["database_schema_complete", "api_specification_approved"]},
        "",
    ),
    "guide-workflow": (
        {"kiro_configuration/enabled": True, "phases/design/approval_required": True,
         "phases/design/duration": "15-30 minutes", "phases/spec/deliverables": ["technical_spec", "test_plan"]},
        "",
    ),
    "command-template": (
        {"title": "Descriptive Milestone Name", "timeline/buffer_percentage": 20,
         "success_criteria": [f"Specific measurable outcome {n}" for n in (1, 2, 3)],
         "deliverables": [{"name": "Deliverable 1", "type": "code|documentation|test|deployment",
                           "acceptance_criteria": ["Criteria 1", "Criteria 2"]}],
         "dependencies/external": ["third-party-approval", "design-assets"],
         "resources/skills_required": ["react", "database-design", "testing"],
         "risks/risk-001/probability": 0.2, "tasks/task-001/estimated_hours": 8,
         "tasks/task-001/dependencies": ["task-002"], "tasks/task-001/kiro_workflow/enabled": False,
         "tasks/task-001/kiro_workflow/phases/design/approval_required": True},
        "",
    ),
    "command-phases": (
        {"kiro_configuration/phase_weights": {"design": 15, "spec": 25, "task": 20, "execute": 40},
         "kiro_configuration/approval_gates/design_to_spec/approvers": ["architect", "tech_lead"],
         "timeline/phase_timing/execute_hours": 40, "status": "in_progress",
         "tasks/task-001/kiro_workflow/current_phase": "spec",
         "tasks/task-001/kiro_workflow/phases/design/approval/approvers": ["architect", "tech_lead"],
         "progress/overall_percentage": 45},
        "",
    ),
    "command-progress": (
        {"id": "milestone-001", "status": "in_progress", "timeline/estimated_end": "2024-07-20",
         "timeline/actual_start": "2024-07-01", "tasks/task-004/title": "Password reset flow",
         "tasks/task-004/status": "in_progress", "tasks/task-001/status": "completed"},
        "progress_percentage, metrics, last_session",
    ),
    "scenario-1": (
        {"id": "milestone-003", "timeline/estimated_hours": 40,
         "tasks/task-005/title": "Style with Tailwind CSS", "status": "planned"},
        "System Behavior",
    ),
    "scenario-2": (
        {"id": "milestone-008", "dependencies/requires": ["milestone-005", "milestone-006"],
         "approval_required": True, "kiro_configuration/enabled": True,
         "phases/design/owner": "Jordan (Lead Developer)", "phases/design/reviewers": ["Casey", "Alex"],
         "phases/execute/assignees": ["Jordan", "Casey"]},
        "Coordination",
    ),
    "scenario-3": (
        {"id": "milestone-087", "category": "data_migration", "compliance": ["sox", "gdpr"],
         "priority": "critical_path", "owner": "Data Engineering",
         "dependencies/requires": [f"milestone-{n}" for n in ("045", "062", "071", "023", "055", "078", "081")],
         "dependencies/reasons/milestone-055": "Regulatory Approval - GDPR",
         "risks/risk-003/description": "Performance impact risk", "risks/risk-003/impact": "high",
         "risks/risk-003/why": "peak hours migration",
         "resources/allocation": [
             {"role": "Data Engineers", "fte": 4, "weeks": 3},
             {"role": "Security Engineers", "fte": 1, "for": "oversight"},
             {"role": "Infrastructure Engineers", "fte": 2, "for": "support"},
             {"role": "QA Engineers", "fte": 3, "for": "validation"},
             {"role": "Compliance Analysts", "fte": 1, "for": "audit"},
         ]},
        "",
    ),
}  # fmt: skip


def text_of(name: str) -> str:
    return (FOLDER / f"{name}.yaml").read_text()


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_reads_as_it_was_meant(name):
    meant, unknown = EXAMPLES[name]

    record = read_record(text_of(name), f"active/{name}.yaml")

    assert {path: paths.get(record.body, path) for path in meant} == meant
    told = [warning.message for warning in record.warnings if warning.code == "unknown_key"]
    assert told == ([f"Not understood and left as it is: {unknown}."] if unknown else [])


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_change_of_an_example_leaves_its_other_lines(name):
    text = text_of(name)
    body = read_record(text, f"active/{name}.yaml").body

    after = write_record({**body, "priority": "high"}, before_text=text, before_body=body)

    went = [line for line in text.splitlines() if line not in after.splitlines()]
    assert all(line.strip().casefold().startswith("priority:") for line in went), went
    assert read_record(after, f"active/{name}.yaml").body == {**body, "priority": "high"}


def test_the_example_that_is_no_yaml_names_its_place():
    with pytest.raises(errors.UnreadableFile) as refused:
        read_record(text_of("scenario-4"), "active/scenario-4.yaml")

    assert refused.value.facts["text"].strip().startswith("Lead: @senior-contributor-alex")


def test_that_example_with_its_names_quoted_reads_too():
    text = text_of("scenario-4").replace("@", "")

    body = read_record(text, "active/milestone-043.yaml").body

    assert (body["id"], body["visibility"], body["quarter"]) == ("milestone-043", "public", "Q3 2024")


def test_the_dependencies_of_the_command():
    said = dependency_file.read(strict_yaml.load(text_of("dependencies"), "dependencies.yaml"))

    assert said["milestone-001"]["enables"] == ["milestone-002", "milestone-005"]
    assert said["milestone-002"]["requires"] == ["milestone-001"]
    assert said["milestone-003"]["risks"][0]["mitigation"] == "Implement adapter pattern with fallback options"


@pytest.mark.parametrize("name", ["startup", "enterprise", "community"])
def test_every_key_of_a_configuration_is_known(name, tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "milestone-config.yaml").write_text((FOLDER / "config" / f"{name}.yaml").read_text())

    found = config.load_settings(tmp_path, environ={"HOME": "/nonexistent"}, reader=lambda: strict_yaml.compose)

    assert [finding.code for finding in found.findings if finding.code != "literal_secret"] == []
    assert len(found.layers) >= 9
