"""It must show 5, the half about work: what stands in a file is shown, and proves nothing by itself."""

from pathlib import Path

import pytest

from milestone.testing.typed import Typed

FIRST = """\
id: milestone-001
title: Sign in
success_criteria:
  - 10 of 10 people can sign in
dependencies:
  conditions:
    - schema approved
tasks:
  - {id: task-001, title: Table, estimated_hours: 2}
  - {id: task-002, title: Form, estimated_hours: 2, dependencies: [task-001]}
"""
SECOND = "id: milestone-002\ntitle: Shop\ndependencies:\n  requires: [milestone-001]\n"
PATH = ".milestones/active/milestone-001.yaml"


@pytest.fixture
def ana(tmp_path: Path) -> Typed:
    typed = Typed(tmp_path)
    typed.git("init", "-q", "-b", "main")
    typed.git("config", "user.email", "ana@example.org")
    typed.git("config", "user.name", "ana")
    typed.does("init")
    typed.write(PATH, FIRST)
    typed.write(".milestones/active/milestone-002.yaml", SECOND)
    return typed


def shown(ana: Typed, ref: str) -> dict[str, object]:
    return dict(ana.does("show", ref, "--all", "--json").data)


def test_a_condition_typed_as_met_still_stops_the_start(ana: Typed) -> None:
    typed = FIRST.replace("- schema approved", "- {text: schema approved, met: true, by: ben, at: 2026-11-01}")
    ana.write(PATH, typed)

    refused = ana.does("task", "start", "m1/t1", "--json", code=5)

    assert [f["code"] for f in refused.error["findings"]] == ["condition"]
    ana.does("update", "m1", "--met", "k1", "--evidence", "minutes of 3 November")
    ana.does("task", "start", "m1/t1")


def test_an_override_typed_by_hand_opens_nothing_and_a_real_one_is_shown_for_ever(ana: Typed) -> None:
    typed = "overrides:\n  - {what: start, reason: hurry, by: ben, unmet: [milestone-001]}\n"
    ana.write(".milestones/active/milestone-002.yaml", SECOND + typed)

    ana.does("update", "m2", "--status", "in_progress", code=5)
    words = ("update", "m2", "--status", "in_progress", "--override", "demo")
    ana.as_("agent:robot").does(*words, code=7)
    ana.as_("ana", MILESTONE_SESSION="session-20261120-001").does(*words, code=7)
    ana.does(*words)

    assert "demo (ana)" in ana.does("show", "m2").out
    assert "override.used" in ana.does("log", "--json").out


def test_a_typed_completion_is_shown_as_typed_and_archives_nothing(ana: Typed) -> None:
    ana.write(PATH, FIRST.replace("estimated_hours: 2}", "estimated_hours: 2, status: completed}"))

    assert shown(ana, "m1/t1")["grade"] == "typed"
    refused = ana.does("archive", "m1", "--json", code=5)

    assert "criterion_unmet" in {f["code"] for f in refused.error["findings"]}


def test_a_checkout_there_and_back_loses_nothing_and_repeats_nothing(ana: Typed) -> None:
    ana.does("update", "m1", "--met", "k1", "--evidence", "seen")
    ana.git("add", "-A")
    ana.git("commit", "-qm", "before")
    ana.does("task", "done", "m1/t1")
    ana.git("add", "-A")
    ana.git("commit", "-qm", "after")

    ana.git("checkout", "-q", "HEAD~1")
    there = shown(ana, "m1/t1")
    ana.does("task", "note", "m1/t2", "written while the older commit was out")
    ana.git("checkout", "-q", "-f", "main")
    back = shown(ana, "m1/t1")

    assert (there["status"], there["grade"]) == ("pending", None)
    assert (back["status"], back["grade"]) == ("completed", "self-reported")
    kinds = [event["kind"] for event in ana.does("log", "--json", "--limit", "0").data]
    assert kinds.count("task.completed") == 1 and kinds.count("task.noted") == 1
    assert "Nothing changed" in ana.does("task", "done", "m1/t1").out


def test_a_reopened_task_is_not_closed_again_by_an_old_file(ana: Typed) -> None:
    ana.does("update", "m1", "--met", "k1", "--evidence", "seen")
    ana.does("task", "done", "m1/t1")
    old = (ana.folder / PATH).read_text(encoding="utf-8")
    ana.does("task", "reopen", "m1/t1", "--reason", "wrong column")

    ana.write(PATH, old)

    assert shown(ana, "m1/t1")["grade"] == "typed"
