"""Ours is written anew, a person's file only where it changed."""

import difflib
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milestone.domain import paths
from milestone.storage import yaml_emit, yaml_roundtrip
from milestone.storage.yaml_reader import read_record
from milestone.storage.yaml_writer import write_record

NAME = "milestone-001.yaml"
NASTY = """# my plan
Milestone: milestone-001   # the id
Title: 'Log in'

# how long
Estimated Duration: 1 week
labels: [a,   b, "c"]   # inline
status:   planned
odd key: {x: 1,  y: [2,3]}
Dependencies: ["milestone-005", "milestone-006"]  # two
description: >
  folded text
  here

owner:
Tasks:
    - Create it      # first
    - id: task-002
      title: "Two"   # second
      Status: todo

      # inner
      hours: 3
      assignee: '@ana'
    - {id: task-003, title: three}
    # after the tasks
日本語: [はい,  いいえ]
risks:
- Data loss risk: Medium (backups)
-   description: rain
    probability: 30%
timeline: {}
# the end
"""


def lines_changed(before: str, after: str) -> tuple[list[str], list[str]]:
    """Return the lines that went and those that came."""
    found = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    return [line[2:] for line in found if line[0] == "-"], [line[2:] for line in found if line[0] == "+"]


def written(text: str, to_set: dict[str, Any], unset: tuple[str, ...] = ()) -> str:
    before = read_record(text, NAME).body
    body = paths.apply(before, to_set, unset)
    after = write_record(body, before_text=text, before_body=before)
    assert read_record(after, NAME).body == body
    return after


def test_a_new_file_starts_with_its_schema():
    assert write_record({"id": "milestone-001"}) == yaml_emit.SCHEMA_LINE + "id: milestone-001\n"


def test_no_change_writes_no_byte():
    body = read_record(NASTY, NAME).body

    assert write_record(body, before_text=NASTY, before_body=body) == NASTY


def test_a_file_of_ours_stays_in_our_order():
    body = {"id": "milestone-001", "uid": "1" * 32, "title": "A", "status": "planned", "tasks": []}
    text = write_record(body)
    more = {**body, "priority": "high"}

    assert write_record(more, before_text=text, before_body=body) == write_record(more)


@pytest.mark.parametrize(
    ("path", "value", "went", "came"),
    [
        ("title", "Log in: now", ["Title: 'Log in'"], ["Title: 'Log in: now'"]),
        ("status", "in_progress", ["status:   planned"], ["status:   in_progress"]),
        ("owner", "ana", ["owner:"], ["owner: ana"]),
        ("tasks/task-002/status", "completed", ["      Status: todo"], ["      Status: completed"]),
        ("tasks/task-002/assigned_to", "bo", ["      assignee: '@ana'"], ["      assignee: 'bo'"]),
        ("tasks/task-002/estimated_hours", 5, ["      hours: 3"], ["      hours: 5"]),
        ("tasks/task-002/attempts", 1, [], ["      attempts: 1"]),
        ("tasks/task-003/status", "failed", ["    - {id: task-003, title: three}"],
         ["    - {id: task-003, title: three, status: failed}"]),
        ("tasks/task-004", {"id": "task-004", "title": "four", "status": "pending"}, [],
         ["    - id: task-004", "      title: four", "      status: pending"]),
        ("timeline/estimated_hours", 80, ["Estimated Duration: 1 week"], ["Estimated Duration: 80"]),
        ("timeline/estimated_end", "2026-12-05", ["timeline: {}"], ["timeline:", '  estimated_end: "2026-12-05"']),
        ("labels", ["a", "b", "c", "d"], ['labels: [a,   b, "c"]   # inline'],
         ['labels: [a,   b, "c", d]   # inline']),
        ("dependencies/requires", ["milestone-005"], ['Dependencies: ["milestone-005", "milestone-006"]  # two'],
         ["Dependencies: {requires: [milestone-005]}  # two"]),
        ("description", "short", ["description: >", "  folded text", "  here"], ["description: short"]),
        ("risks/risk-002/status", "closed", [], ["    id: risk-002", "    status: closed"]),
        ("日本語", ["はい"], ["日本語: [はい,  いいえ]"], ["日本語: [はい]"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_one_field_changes_its_own_line_only(path, value, went, came, end, mark):
    text = mark + NASTY.replace("\n", end)

    after = written(text, {path: value})

    assert lines_changed(text, after) == (went, came)
    assert after.startswith(mark)
    assert after.count("\n") == after.count(end)


@pytest.mark.parametrize(
    ("path", "went"),
    [
        ("labels", ['labels: [a,   b, "c"]   # inline']),
        ("tasks/task-002/assigned_to", ["      assignee: '@ana'"]),
        ("odd key/y", ["odd key: {x: 1,  y: [2,3]}"]),
    ],
)
def test_what_is_dropped_takes_only_its_own_lines(path, went):
    assert lines_changed(NASTY, written(NASTY, {}, (path,)))[0] == went


def test_an_unfinished_last_line_is_finished():
    assert (
        written("id: milestone-001\ntitle: A", {"priority": "high"})
        == "id: milestone-001\ntitle: A\npriority: high"
    )


def test_a_record_inside_one_key_stays_inside():
    text = "milestone:\n  id: milestone-001\n  title: A  # a\n"

    assert written(text, {"title": "B", "owner": "x"}) == (
        "milestone:\n  id: milestone-001\n  title: B  # a\n  owner: x\n"
    )


def test_a_task_that_went_by_its_position_gets_its_id_with_its_first_change():
    text = "title: A\ntasks:\n- title: One   # first\n  hours: 3\n- title: Two\n"

    after = written(text, {"tasks/task-001/status": "completed", "status": "in_progress"})

    assert after == (
        "title: A\nstatus: in_progress\ntasks:\n- title: One   # first\n  id: task-001\n  status: completed\n"
        "  hours: 3\n- title: Two\n"
    )
    moved = after.replace("tasks:\n", "tasks:\n- title: Zero\n")
    assert [
        (t["title"], t["status"]) for t in read_record(moved, NAME).body["tasks"] if t["id"] == "task-001"
    ] == [("One", "completed")]


def test_a_comment_stays_with_ruamel_too():
    body = {**read_record(NASTY, NAME).body, "title": "B"}

    text = yaml_roundtrip.rewrite(NASTY, body, NAME)

    assert text is not None and "# inner" in text and "# two" in text
    assert read_record(text, NAME).body == body


def test_a_plain_change_imports_no_yaml_library():
    code = (
        "import sys; from milestone.storage.yaml_writer import write_record\n"
        "body = {'id': 'milestone-001', 'title': 'A'}\n"
        "write_record({**body, 'title': 'B'}, before_text=write_record(body), before_body=body)\n"
        "print([name for name in ('yaml', 'ruamel') if name in sys.modules])"
    )

    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


TEXTS = st.sampled_from(
    ["x", "no", "a: b", "a #b", "- x", "", "'", '"', "a\nb\n", "a, b", "[x", "日本", "\x1b[2J", "12"]
)
VALUES = st.one_of(TEXTS, st.integers(0, 99), st.booleans(), st.lists(TEXTS, max_size=3))
TEXT_PATHS = ["title", "description", "owner", "risks/risk-002/description", "tasks/task-002/run"]
TEXT_PATHS += [f"tasks/task-00{number}/title" for number in (1, 2, 3)]
STATE_PATHS = ["tasks/task-001/status", "tasks/task-003/status"]
EDITS = st.one_of(
    st.tuples(st.sampled_from(TEXT_PATHS), TEXTS),
    st.tuples(st.sampled_from(["odd key", "mood", "odd key/x", "odd key/y", "lessons", "日本語"]), VALUES),
    st.tuples(st.sampled_from(["labels", "success_criteria"]), st.lists(TEXTS, max_size=3)),
    st.tuples(st.sampled_from(STATE_PATHS), st.sampled_from(["completed", "failed"])),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(EDITS, min_size=1, max_size=4), st.sampled_from(["\n", "\r\n"]))
def test_any_edits_of_a_nasty_file_read_back_and_keep_its_comments(edits, end):
    text = NASTY.replace("\n", end)
    before = read_record(text, NAME).body
    body = before
    for path, value in edits:
        body = paths.put(body, path, value)
    wanted = read_record(write_record(body), NAME).body  # as the records' words have it

    after = write_record(wanted, before_text=text, before_body=before)

    assert read_record(after, NAME).body == wanted
    for comment in ("# my plan", "# the id", "# how long", "# two", "# after the tasks", "# the end"):
        assert comment in after
