"""Plans written by people and programs are read with their words as they are."""

import json

import pytest

from milestone import errors
from milestone.agents.planners.handed_in import read_plan
from milestone.cli.text import plan as texts
from milestone.operations.plan import Planned
from milestone.workspace.base import Written


@pytest.mark.parametrize("title", ["a \U0001f600 b", "\\ud83d\\ude00 as text", "漢字", "plain"])
def test_json_with_escapes_of_any_character_is_read(title: str):
    for text in (json.dumps({"title": title}), json.dumps([{"title": title}], ensure_ascii=False)):
        assert read_plan(text, "stdin")[0]["title"] == title


def test_a_question_without_a_default_is_shown():
    body = read_plan(json.dumps({"title": "x", "questions": [{"text": "Which one?"}]}), "stdin")[0]

    planned = Planned(documents=(), written=Written(seq=0), findings=(), recipe="")

    lines = list(texts.milestone({**body, "id": "milestone-001"}, planned, 80))

    assert any("Which one?" in line for line in lines)


@pytest.mark.parametrize(
    "text",
    [
        '{"title": "A", "title": "B"}',
        '{"title": "A", "deep": ' + "[" * 40 + "]" * 40 + "}",
        '[{"title": "\\ud800"}]',
        '[{"title": "' + "long " * 250_000 + '"}]',
    ],
)
def test_json_is_read_as_strictly_as_yaml(text):
    with pytest.raises(errors.MilestoneError):
        read_plan(text, "plan.json")


def test_json_numbers_that_no_record_can_keep_stay_text():
    (body,) = read_plan('{"title": "A", "x": 12345678901234567890, "y": 1e999, "z": 1.5}', "plan.json")

    assert (body["x"], body["y"], body["z"]) == ("12345678901234567890", "1e999", 1.5)


def test_thousands_of_milestones_are_one_plan():
    text = json.dumps({"milestones": [{"title": f"Part {number}"} for number in range(10_000)]})

    assert len(read_plan(text, "plan.json")) == 10_000
    with pytest.raises(errors.InvalidPlan):
        read_plan(text[:-2] + ', {"title": "one more"}]}', "plan.json")


def test_what_would_be_lost_is_named_and_nothing_is_stored():
    with pytest.raises(errors.InvalidPlan) as refused:
        read_plan('{"title": "x", "tasks": [{"title": "t", "labels": {"a": 1}}]}', "plan.json")

    [found] = refused.value.findings
    assert found["path"] == "milestones[0].tasks[0].labels"
    assert found["code"] == "not_understood"


def test_rules_to_keep_may_have_names_and_evidence():
    [body] = read_plan("{title: x, compliance: {pci: {evidence: [scan.pdf]}}}", "plan.yaml")

    assert body["compliance"] == {"pci": {"evidence": ["scan.pdf"]}}
