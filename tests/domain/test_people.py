"""Texts in records are matched to people, without regard to case, `@`, or what stands in brackets."""

import pytest

from milestone.domain import people
from milestone.domain.context import Person

TEAM = (
    Person(handle="ana", name="Ana Lee", roles=("tech_lead",), emails=("ana@example.org",)),
    Person(handle="bo", roles=("Lead Developer", "architect")),
)


@pytest.mark.parametrize("text", ["ana", "@Ana", "ANA LEE", "ana@example.org", "Ana (tech lead)"])
def test_a_person_by_handle_name_or_mail(text):
    found = people.match(text, TEAM)

    assert found is not None and found.handle == "ana"


@pytest.mark.parametrize("text", ["Tech Lead", "tech-lead", "TECH_LEAD"])
def test_a_role_is_everybody_who_holds_it(text):
    assert [person.handle for person in people.holders(text, TEAM)] == ["ana"]
    assert people.match(text, TEAM) is None


def test_who_is_nobody_is_named_with_the_place():
    body = {
        "owner": "ana",
        "kiro_configuration": {"approval_gates": {"design_to_spec": {"approvers": ["architect", "ciso"]}}},
        "phases": {
            "design": {"reviewers": ["Casey"], "owner": "bo (Lead)", "approval": {"approvers": ["tech lead"]}}
        },
        "tasks": [
            {"id": "task-001", "assigned_to": "ana, carl", "kiro_workflow": {"phases": {"spec": {"owner": "x"}}}}
        ],
    }

    assert people.strangers(body, TEAM) == [
        ("kiro_configuration/approval_gates/design_to_spec/approvers", "ciso"),
        ("phases/design/reviewers", "Casey"),
        ("tasks/task-001/assigned_to", "carl"),
        ("tasks/task-001/kiro_workflow/phases/spec/owner", "x"),
    ]


def test_without_a_team_nobody_is_a_stranger():
    assert people.strangers({"owner": "anybody"}, ()) == []


@pytest.mark.parametrize("body", [{"tasks": [3, None], "phases": [], "owner": {}, "kiro_configuration": "on"}])
def test_odd_shapes_stop_nothing(body):
    assert isinstance(people.strangers(body, TEAM), list)
