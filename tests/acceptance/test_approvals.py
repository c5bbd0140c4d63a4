"""It must show 5, the half about approvals: what is typed by hand opens no gate, and only people who may do."""

from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from milestone.testing.typed import Typed

RECORD = """\
id: milestone-001
title: Sign in
status: in_progress
success_criteria: []
kiro_configuration:
  approval_gates:
    design_to_spec: {approvers: [ben]}
tasks:
  - id: task-001
    title: Build the sign-in
    status: pending
    estimated_hours: 4
    kiro_workflow:
      enabled: true
      phases:
        design: {status: pending, approval_required: true}
        execute: {status: pending, approval_required: false}
"""
DESIGN = ".milestones/deliverables/milestone-001/task-001/design/architecture.md"


@pytest.fixture
def ana(tmp_path: Path) -> Iterator[Typed]:
    typed = Typed(tmp_path)
    typed.does("init")
    typed.write(".milestones/active/milestone-001.yaml", RECORD)
    yield typed


def handed_in(ana: Typed) -> None:
    ana.does("task", "start", "m1/t1")
    ana.write(DESIGN, "One table of people.")
    ana.does("task", "done", "m1/t1")


def gate(ana: Typed) -> dict[str, object]:
    (item,) = ana.does("review", "m1", "t1", "--phase", "design", "--json").data
    return dict(item)


def test_a_gate_is_opened_by_the_person_it_asks_for(ana: Typed) -> None:
    handed_in(ana)
    assert gate(ana)["waiting_for"] == ["ben"]

    said = ana.as_("ben").does("review", "m1", "t1", "--phase", "design", "--approve")

    assert "approved by ben (named)" in said.out
    assert "The execute phase has started." in said.out
    assert gate(ana)["open"] is True


def test_a_stranger_gets_7(ana: Typed) -> None:
    handed_in(ana)

    refused = ana.as_("mallory").does("review", "m1", "t1", "--approve", "--json", code=7)

    assert refused.error["code"] == "not_permitted"
    assert gate(ana)["open"] is False


@pytest.mark.parametrize(
    "environ", [{"MILESTONE_ACTOR": "agent:builder"}, {"CLAUDECODE": "1", "MILESTONE_ACTOR": ""}]
)
def test_an_agent_gets_7_whoever_it_names(ana: Typed, environ: dict[str, str]) -> None:
    handed_in(ana)

    refused = ana.as_("", **environ).does("review", "m1", "t1", "--approve", "--reviewer", "ben", "--json", code=7)

    assert refused.error["code"] == "needs_a_person"
    assert gate(ana)["open"] is False


def test_a_process_that_a_run_started_gets_7(ana: Typed) -> None:
    handed_in(ana)

    refused = ana.as_("ben", MILESTONE_SESSION="session-20261120-001").does(
        "review", "m1", "t1", "--approve", code=7
    )

    assert "a person" in refused.err
    assert refused.out == ""


def test_a_deliverable_changed_after_the_approval_closes_the_gate(ana: Typed) -> None:
    handed_in(ana)
    ana.as_("ben").does("review", "m1", "t1", "--approve")
    judged = str(gate(ana)["digest"])

    ana.write(DESIGN, "Two tables of people.")

    assert gate(ana)["open"] is False
    assert gate(ana)["changed"] is True
    assert [line["phase"] for line in ana.does("review", "--json").data] == ["design"]
    ana.does("task", "done", "m1/t1", code=6)
    ana.as_("ben").does("review", "m1", "t1", "--phase", "design", "--approve", "--version", judged[:12], code=4)
    ana.as_("ben").does("review", "m1", "t1", "--phase", "design", "--approve")
    assert gate(ana)["open"] is True


def test_the_contents_that_were_approved_open_it_again(ana: Typed) -> None:
    handed_in(ana)
    ana.as_("ben").does("review", "m1", "t1", "--approve")
    ana.write(DESIGN, "Two tables of people.")

    ana.write(DESIGN, "One table of people.")

    assert gate(ana)["open"] is True


def test_a_hand_typed_approval_opens_nothing(ana: Typed) -> None:
    handed_in(ana)
    digest = gate(ana)["digest"]
    path = ana.folder / ".milestones/active/milestone-001.yaml"
    text = path.read_text()
    assert "status: in_review" in text
    given = f"given: [{{by: ben, proof: signed, digest: {digest}, at: '2026-11-20T10:00:00.000Z'}}]"
    typed = RECORD.replace(
        "design: {status: pending, approval_required: true}",
        f"design: {{status: approved, approved_by: ben, approval: {{required: true, status: approved, {given}}}}}",
    )
    path.write_text(typed)

    item = gate(ana)

    assert item["open"] is False
    assert {each["why"] for each in item["uncounted"]} == {"typed by hand, not recorded by a command"}  # type: ignore[attr-defined]
    ana.does("task", "start", "m1/t1", code=6)
    ana.does("task", "done", "m1/t1", code=6)


def test_a_hand_typed_completion_gets_nobody_past_the_gate(ana: Typed) -> None:
    path = ana.folder / ".milestones/active/milestone-001.yaml"
    path.write_text(RECORD.replace("status: pending\n    estimated", "status: completed\n    estimated"))

    refused = ana.does("archive", "m1", "--json", code=5)

    assert [finding["code"] for finding in refused.error["findings"]] == ["gate_closed"]


def test_hand_typed_evidence_is_none_where_evidence_is_required(ana: Typed) -> None:
    ana.write(".milestones/config/milestone-config.yaml", "evidence: required\n")
    typed = (
        "status: completed\n    evidence: [{grade: CI, by: ben, command: make test, exit_code: 0}]\n    estimated"
    )
    plain = RECORD[: RECORD.index("    kiro_workflow")].replace("status: pending\n    estimated", typed)
    ana.write(".milestones/active/milestone-001.yaml", plain)

    refused = ana.does("archive", "m1", "--json", code=5)

    assert [finding["code"] for finding in refused.error["findings"]] == ["evidence_missing"]
    ana.does("task", "done", "m1/t1", code=5)
    ana.does("task", "done", "m1/t1", "--proof", "1=seen by Ben", code=5)
    ana.does("task", "check", "m1/t1", "--", "test", "-d", ".milestones")
    ana.does("task", "done", "m1/t1")
    ana.does("archive", "m1")


def test_where_a_project_asks_for_presence_a_name_is_not_enough(ana: Typed) -> None:
    ana.repository("Ben")
    ana.write(".milestones/config/milestone-config.yaml", "approvals: {proof: present}\n")
    handed_in(ana)
    by_flag = ana.as_("ben").does("review", "m1", "t1", "--approve", "--json", code=7)
    assert by_flag.error["code"] == "proof_too_weak"

    ben = ana.as_("")
    child = pexpect.spawn(
        ben.program[0],
        [*ben.program[1:], "review", "m1", "t1", "--approve"],
        cwd=str(ana.folder),
        env={**ben.environ, "TERM": "dumb", "CI": ""},
        timeout=30,
        encoding="utf-8",
    )
    child.expect(pexpect.EOF)

    assert "approved by Ben (present)" in child.before
    assert gate(ana)["open"] is True


def kinds(ana: Typed) -> list[str]:
    return [event["kind"] for event in ana.does("log", "--json", "--limit", "0").data]


def test_a_later_command_says_that_an_approval_is_late_and_says_it_once(ana: Typed) -> None:
    ana.environ["MILESTONE_NOW"] = "2026-11-20T10:00:00Z"
    handed_in(ana)

    ana.environ["MILESTONE_NOW"] = "2026-11-20T23:00:00Z"
    said = ana.does("task", "note", "m1/t1", "waiting")
    assert "still waits to be judged" in said.err
    ana.environ["MILESTONE_NOW"] = "2026-11-21T11:00:00Z"
    said = ana.does("review")
    assert "was not judged in time" in said.err
    assert "due" in said.out
    ana.does("review")
    ana.does("task", "note", "m1/t1", "still waiting")

    assert kinds(ana).count("approval.reminded") == 1
    assert kinds(ana).count("approval.escalated") == 1


def test_a_running_executor_says_it_while_it_runs(ana: Typed) -> None:
    record = RECORD + "  - {id: task-002, title: Beside, status: pending, run: 'true'}\n"
    ana.write(".milestones/active/milestone-001.yaml", record)
    ana.environ["MILESTONE_NOW"] = "2026-11-20T10:00:00Z"
    handed_in(ana)
    ana.environ["MILESTONE_NOW"] = "2026-11-21T11:00:00Z"

    ana.does("execute", "m1", "--trust-commands", code=6)

    said = kinds(ana)
    assert said.index("approval.escalated") < said.index("session.ended")
