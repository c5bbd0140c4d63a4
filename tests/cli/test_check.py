"""`task check` as typed, and how `show` tells what shows a task."""

import json

import pytest

from milestone.cli.main import run

PLAN = """\
id: milestone-001
title: Contact form
tasks:
  - id: task-001
    title: Form page
    acceptance: ["it is there", {text: it sends, check: "test -f form.html"}]
"""


@pytest.fixture(autouse=True)
def project(elsewhere):
    active = elsewhere / ".milestones" / "active"
    active.mkdir(parents=True)
    (active / "milestone-001.yaml").write_text(PLAN)
    return elsewhere


def test_a_check_says_what_ran_how_each_item_stands_and_what_follows(capsys, project):
    (project / "form.html").touch()

    assert run(["task", "check", "m1/1", "--item", "1", "--", "ls", "form.html"]) == 0

    assert capsys.readouterr().out.splitlines() == [
        "✓ m1/t1 item 1: ls form.html succeeded.",
        "  1 it is there: command",
        "  2 it sends: not shown",
        "Next: milestone task check milestone-001/task-001 --item 2",
    ]
    assert run(["task", "check", "m1/1", "--json"]) == 0
    receipt = json.loads(capsys.readouterr().out)["data"]["evidence"][0]
    assert (receipt["ref"], receipt["grade"], receipt["item"]) == ("milestone-001/task-001", "command", 2)
    run(["task", "done", "m1/1"])
    capsys.readouterr()
    run(["show", "m1/1"])
    shown = capsys.readouterr().out
    assert "Completed (command)" in shown
    assert "1 it is there (command)" in shown and "2 it sends (command)" in shown


def test_a_failing_check_is_5_and_the_task_stays(capsys):
    assert run(["task", "check", "m1/1", "--json"]) == 5

    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "verify_failed"
    assert run(["show", "m1/1"]) == 0
    shown = capsys.readouterr().out
    assert "command: item 2 test -f form.html (exit 1)" in shown
    assert "2 it sends (" not in shown
