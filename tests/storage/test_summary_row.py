"""A row with tasks still to be read is to everybody the whole row."""

import json

from milestone.storage.summary_entry import quote, unquote
from milestone.storage.summary_row import Row


def a_row() -> Row:
    return Row({"id": "milestone-001"}, b'[{"id":"task-001"}]')


WHOLE = {"id": "milestone-001", "tasks": [{"id": "task-001"}]}


def test_it_is_the_whole_row_to_everybody():
    assert a_row()["tasks"] == a_row().get("tasks") == WHOLE["tasks"]
    assert a_row() == WHOLE
    assert {**a_row()} == dict(a_row()) == dict(a_row().items()) == WHOLE
    assert "tasks" in a_row()
    assert list(a_row()) == list(a_row().keys()) == ["id", "tasks"]
    assert len(a_row()) == len(a_row().values()) == 2
    assert json.loads(json.dumps(a_row())) == WHOLE
    assert a_row().get("nothing", 3) == 3


def test_names_of_any_script_are_kept_in_ascii():
    for text in ("active/milestone-001.yaml", "ünïcode", "a\tb\nc", "%41", "", "a b", "\x1b[31m"):
        assert unquote(quote(text)) == text
        assert quote(text).isascii()
        assert "\t" not in quote(text) and "\n" not in quote(text)
