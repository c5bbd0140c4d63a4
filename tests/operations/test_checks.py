"""Checks of facts are run where the work is, and decide: nobody has to say what a command can show."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from milestone.testing.typed import Typed

RECORD = """\
id: milestone-001
title: Sign in
success_criteria: [{{text: the page is there, check: {check}}}]
tasks: [{{id: task-001, title: Write the page, run: echo page > page}}]
"""


@pytest.fixture
def ana(tmp_path: Path) -> Iterator[Typed]:
    typed = Typed(tmp_path)
    typed.write(".gitignore", ".milestones/\n")
    typed.repository()
    typed.does("init")
    yield typed


def plan(typed: Typed, text: str) -> None:
    typed.write(".milestones/active/milestone-001.yaml", text)


def record(typed: Typed) -> dict[str, Any]:
    return dict(typed.does("show", "m1", "--all", "--json").data)


def test_archive_checks_criteria_on_the_branch_of_the_milestone(ana: Typed) -> None:
    plan(ana, RECORD.format(check="test -f page"))
    ana.does("execute", "m1")
    assert not (ana.folder / "page").exists()

    ana.does("archive", "m1")

    evidence = record(ana)["success_criteria"][0]["evidence"]
    assert (evidence["grade"], evidence["exit_code"]) == ("command", 0)
    assert evidence["where"] == "milestone/milestone-001"
    assert not (ana.folder / ".milestones/worktrees/checks/milestone-001").exists()
    assert len(ana.git("worktree", "list").splitlines()) == 1


def test_a_check_that_fails_says_so_and_the_criterion_stays_unmet(ana: Typed) -> None:
    plan(ana, RECORD.format(check="test -f nothing"))
    ana.does("execute", "m1")

    refused = ana.does("archive", "m1", "--json", code=5)

    (finding,) = refused.error["findings"]
    assert finding["message"] == ("the page is there: test -f nothing failed (exit 1) on milestone/milestone-001")


def test_merged_work_is_checked_where_the_caller_is(ana: Typed) -> None:
    plan(ana, RECORD.format(check="test -f page"))
    ana.does("execute", "m1")
    ana.git("merge", "-q", "--ff-only", "milestone/milestone-001")

    ana.does("archive", "m1")

    assert record(ana)["success_criteria"][0]["evidence"]["where"] == "the checkout"


def test_an_agent_may_archive_what_checks_have_shown(ana: Typed) -> None:
    plan(ana, RECORD.format(check="test -f page"))
    ana.does("execute", "m1")

    ana.as_("agent:builder").does("archive", "m1")


def test_execute_lets_the_checks_of_conditions_decide(ana: Typed) -> None:
    condition = "dependencies: {conditions: [{name: key, text: a key is here, check: test -f key}]}\n"
    plan(ana, RECORD.format(check="test -f page") + condition)

    refused = ana.does("execute", "m1", "--json", code=5)
    assert "test -f key failed (exit 1) on the checkout" in [f["message"] for f in refused.error["findings"]]
    ana.write("key", "secret")

    ana.does("execute", "m1")


def test_a_gate_lets_the_checks_of_its_criteria_decide(ana: Typed) -> None:
    gate = "design_to_execute: {criteria: [{text: costs, check: test -f costs}]}"
    phased = f"kiro_configuration: {{approval_gates: {{{gate}}}}}\nphases: {{design: {{}}, execute: {{}}}}\n"
    plan(ana, RECORD.format(check="test -f page") + phased)

    ana.does("review", "m1", "--phase", "design", "--approve", code=5)
    ana.write("costs", "9")

    ana.does("review", "m1", "--phase", "design", "--approve")


def test_a_dry_run_runs_no_check(ana: Typed) -> None:
    plan(ana, RECORD.format(check="touch ran"))
    ana.does("execute", "m1")

    ana.milestone("archive", "m1", "--dry-run")

    assert not (ana.folder / "ran").exists()


def test_a_key_and_an_expected_revision_hold_for_the_whole_call(ana: Typed) -> None:
    plan(ana, RECORD.format(check="test -f page"))
    ana.does("execute", "m1")
    revision = str(record(ana)["revision"])

    ana.does("archive", "m1", "--if-revision", "1", code=4)
    first = ana.does("archive", "m1", "--key", "k1", "--if-revision", revision, "--json")
    again = ana.does("archive", "m1", "--key", "k1", "--json")

    assert first.data["archived"][0]["lesson"] == again.data["archived"][0]["lesson"]
    assert record(ana)["status"] == "archived"
    assert len(record(ana)["lessons"]) == 1


def test_an_approval_with_a_key_is_given_once(ana: Typed) -> None:
    plan(ana, RECORD.format(check="test -f page") + "phases: {design: {}, execute: {}}\n")
    words = ("review", "m1", "--phase", "design", "--approve", "--key", "k1", "--json")

    first, again = ana.does(*words), ana.does(*words)

    assert first.data == again.data
    assert len(record(ana)["phases"]["design"]["approval"]["given"]) == 1
