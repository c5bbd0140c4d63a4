"""Gates and runs: what is not behind a gate is done, the rest waits for a person, and goes on by itself."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from milestone.testing.typed import Typed

RECORD = """\
id: milestone-001
title: Sign in
tasks:
  - id: task-001
    title: Build the sign-in
    run: P=$MILESTONE_PHASE; echo $P > "$MILESTONE_DELIVERABLES/$P-notes.md"; echo $P >> did
    verify: grep -q execute did
    kiro_workflow:
      enabled: true
      phases:
        design: {approval_required: true, deliverables: [design_notes]}
        spec: {approval_required: false}
        execute: {approval_required: false}
  - {id: task-002, title: Write the page, run: echo page > page}
"""
NOTES = ".milestones/deliverables/milestone-001/task-001/design/design-notes.md"


@pytest.fixture
def ana(tmp_path: Path) -> Iterator[Typed]:
    typed = Typed(tmp_path)
    typed.write(".gitignore", ".milestones/\n")
    typed.repository()
    typed.does("init")
    typed.write(".milestones/active/milestone-001.yaml", RECORD)
    yield typed


def states(typed: Typed) -> dict[str, str]:
    return {task["id"]: task["status"] for task in typed.does("show", "m1", "--all", "--json").data["tasks"]}


def test_execute_does_what_is_not_behind_the_gate_and_names_the_review(ana: Typed) -> None:
    ended = ana.does("execute", "m1", "--trust-commands", code=6)

    assert "milestone review m1 t1 --phase design --approve" in ended.out
    assert states(ana) == {"task-001": "in_review", "task-002": "completed"}
    assert (ana.folder / NOTES).read_text() == "design\n"

    ana.does("review", "m1", "t1", "--phase", "design", "--approve")
    ana.does("execute", "m1")

    assert states(ana)["task-001"] == "completed"
    assert ana.git("show", "milestone/milestone-001:did").split() == ["design", "spec", "execute"]
    assert ana.git("log", "--format=%s", "main..milestone/milestone-001").count("Build the sign-in") == 1


def test_a_deliverable_changed_after_its_approval_stops_the_run_again(ana: Typed) -> None:
    ana.does("execute", "m1", code=6)
    ana.does("review", "m1", "t1", "--approve")
    ana.write(NOTES, "something nobody has judged\n")

    ana.does("execute", "m1", code=6)

    assert states(ana)["task-001"] != "completed"
    ana.does("review", "m1", "t1", "--phase", "design", "--approve")
    ana.does("execute", "m1")


def test_a_waiting_run_goes_on_by_itself_after_the_approval(ana: Typed) -> None:
    waiting = subprocess.Popen(
        [*ana.program, "execute", "m1", "--wait"],
        cwd=ana.folder,
        env=ana.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert waiting.stdout is not None
    assert any("design waits for review" in said for said in waiting.stdout)

    ana.does("review", "m1", "t1", "--phase", "design", "--approve")

    waiting.communicate(timeout=60)
    assert waiting.returncode == 0
    assert states(ana) == {"task-001": "completed", "task-002": "completed"}


def test_a_run_cannot_approve_what_it_made(ana: Typed) -> None:
    record = ana.folder / ".milestones/active/milestone-001.yaml"
    command = "milestone review m1 t1 --phase design --approve --reviewer ana; echo $? > code"
    record.write_text(RECORD.replace("run: echo page > page", f"run: '{command}'"))

    ana.does("execute", "m1", code=6)

    assert ana.git("show", "milestone/milestone-001:code").strip() == "7"
    assert states(ana)["task-001"] == "in_review"


def test_what_a_reviewer_asks_for_reaches_the_next_attempt(ana: Typed) -> None:
    agent = "run: cat > brief"
    record = ana.folder / ".milestones/active/milestone-001.yaml"
    lines = [line for line in RECORD.splitlines() if "run: echo" not in line or "page" in line]
    record.write_text("\n".join(lines) + "\n")
    script = ana.write("agent.sh", 'cat > "$MILESTONE_DELIVERABLES/$MILESTONE_PHASE-notes.md"\n')
    ana.does("config", "set", "executors.agent.command", f"bash {script}")
    ana.does("execute", "m1", "--executor", "agent", code=6)
    ana.does("review", "m1", "t1", "--request-changes", "--comment", "name the errors")
    assert "ana on design: name the errors" in ana.does("show", "m1/t1").out

    ana.does("execute", "m1", "--executor", "agent", code=6)

    assert "name the errors" in (ana.folder / NOTES).read_text(), agent


def test_a_gate_that_closes_under_a_running_phase_waits_and_repeats_nothing(ana: Typed) -> None:
    record = ana.folder / ".milestones/active/milestone-001.yaml"
    meddle = 'test $P = spec && echo more >> "$MILESTONE_DELIVERABLES/design/design-notes.md"; echo $P >> did'
    record.write_text(RECORD.replace("echo $P >> did", meddle))
    ana.does("execute", "m1", code=6)
    ana.does("review", "m1", "t1", "--approve")

    ana.does("execute", "m1", code=6)

    assert [line["phase"] for line in ana.does("review", "--json").data] == ["design"]
    assert states(ana)["task-001"] == "in_progress"
    ana.does("review", "m1", "t1", "--phase", "design", "--approve")
    ana.does("execute", "m1")
    assert ana.git("show", "milestone/milestone-001:did").split() == ["design", "spec", "execute"]
