"""Plans written by people and programs are read with their words as they are."""

import json

import pytest

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
