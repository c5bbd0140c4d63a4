"""Phases and gates in a run: what is behind a gate waits, everything else is done."""

import pytest

from milestone.domain import phases

from .project import a_task

AGENT = """#!/bin/sh
cat > /dev/null
echo "$MILESTONE_PHASE" >> phases.txt
case $MILESTONE_PHASE in
    design)
        echo "It has two parts." > "$MILESTONE_DELIVERABLES/architecture.md"
        echo "openapi: 3.1" > "$MILESTONE_DELIVERABLES/api-spec.yaml" ;;
    spec)
        echo "Each part does this." > "$MILESTONE_DELIVERABLES/spec/technical-spec.md"
        echo "Try both." > "$MILESTONE_DELIVERABLES/spec/test-plan.md" ;;
esac
"""


@pytest.fixture
def gated(project, tmp_path):
    """A milestone with one task in phases and one without, done by a scripted agent."""
    agent = tmp_path / "agent.sh"
    agent.write_text(AGENT)
    agent.chmod(0o755)
    project.configure(executors={"robot": {"command": str(agent)}}, executor="robot")
    project.plan(
        a_task(1, kiro_workflow=phases.fresh(), verify="test $(wc -l < phases.txt) = 4"),
        a_task(2, "echo 2 > 2", executor="shell"),
    )
    return project


def test_a_run_does_what_is_not_behind_a_gate_and_names_who_opens_it(gated):
    first = gated.execute("m1")

    assert first["exit"] == 6
    (waits,) = first["waiting_for"]
    assert (waits["kind"], waits["ref"]) == ("approval", "milestone-001/task-001")
    assert waits["next"] == "milestone review milestone-001 task-001 --phase design --approve"
    assert gated.statuses() == {"task-001": "in_review", "task-002": "completed"}
    assert gated.execute("m1")["exit"] == 6, "nothing is worked on while the gate is closed"


def test_with_each_approval_the_run_goes_on_to_the_next_gate_and_ends_in_one_commit(gated):
    for phase in ("design", "spec"):
        assert gated.execute("m1")["exit"] == 6
        approved = gated.run("review", "m1", "t1", "--phase", phase, "--approve")
        assert approved.returncode == 0, approved.stderr

    last = gated.execute("m1")

    assert last["exit"] == 0, last
    assert gated.commits() == ["milestone-001/task-002", "milestone-001/task-001"]
    assert gated.git("show", "milestone/milestone-001:phases.txt").split() == ["design", "spec", "task", "execute"]
    assert (gated.records / "deliverables/milestone-001/task-001/design/architecture.md").is_file()


def test_an_approval_while_a_run_waits_lets_it_go_on_by_itself(gated):
    waiting = gated.start("execute", "m1", "--wait")

    for phase in ("design", "spec"):
        while gated.run("review", "m1", "t1", "--phase", phase, "--approve").returncode != 0:
            assert waiting.poll() is None

    out, err = waiting.communicate(timeout=60)
    assert waiting.returncode == 0, out + err


def test_what_an_agent_left_is_changed_after_approval_and_the_gate_is_closed_again(gated):
    gated.execute("m1")
    gated.run("review", "m1", "t1", "--phase", "design", "--approve")
    (gated.records / "deliverables/milestone-001/task-001/design/architecture.md").write_text("Three parts.")

    again = gated.execute("m1")

    assert again["exit"] == 6
    assert "design" in again["waiting_for"][0]["text"]


def test_the_milestones_own_gate_holds_all_its_tasks(project):
    project.plan(
        a_task(1, "echo 1 > 1"),
        a_task(2, "echo 2 > 2"),
        phases={
            "design": {"status": "pending", "approval": {"required": True, "approvers": ["ben"]}},
            "execute": {"status": "pending"},
        },
    )

    data = project.execute("m1")

    assert data["exit"] == 6
    assert [(w["kind"], w["ref"]) for w in data["waiting_for"]] == [("approval", "milestone-001")]
    assert project.statuses() == {"task-001": "pending", "task-002": "pending"}
