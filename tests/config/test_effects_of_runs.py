"""Keys that `plan`, `status` and `execute` read, shown on the program itself."""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from milestone.testing.typed import Typed


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Typed]:
    """A repository with a project in it."""
    folder = tmp_path / "project"
    folder.mkdir()
    typed = Typed(folder)
    typed.repository()
    yield typed


def set_(project: Typed, key: str, value: str) -> None:
    if not (project.folder / ".milestones").exists():
        project.does("init")
    project.does("config", "set", key, value)


def plan(project: Typed, *tasks: dict[str, object]) -> None:
    milestone = {
        "title": "Do it",
        "success_criteria": ["0 errors"],
        "tasks": [{"id": f"task-{n:03d}", "title": f"Do part {n}", **task} for n, task in enumerate(tasks, 1)],
    }
    project.write("plan.json", json.dumps(milestone))
    project.does("plan", "--from", "plan.json")


def execute(project: Typed, *words: str) -> dict[str, object]:
    answered = project.milestone("execute", "m1", "--json", *words)
    found: dict[str, object] = answered.data
    return {**found, "exit": answered.code}


def test_project_name(project):
    set_(project, "project.name", "Web shop")

    assert project.does("status", "--json").data["project"]["name"] == "Web shop"


def test_features_kiro_workflow(project):
    project.does("plan", "Add a contact form")
    set_(project, "features.kiro_workflow", "on")
    project.does("plan", "Write the user guide")

    without, with_phases = (project.does("show", ref, "--all", "--json").data for ref in ("m1", "m2"))
    assert not any(task.get("kiro_workflow") for task in without["tasks"])
    assert all(task["kiro_workflow"]["enabled"] for task in with_phases["tasks"])


def test_coordination_approval_required(project):
    set_(project, "coordination.approval_required", "yes")
    project.does("plan", "Add a contact form")

    phases = project.does("show", "m1", "--all", "--json").data["tasks"][0]["kiro_workflow"]["phases"]
    assert phases["design"].get("approval_required") or phases["design"]["approval"]["required"]


def test_executor(project):
    project.does("init")
    project.write(
        ".milestones/config/milestone-config.yaml",
        "executor: robot\nexecutors: {robot: {command: 'tee out.txt'}}\n",
    )
    plan(project, {})

    data = execute(project)

    assert data["exit"] == 0
    assert "Do part 1" in project.git("show", "milestone/milestone-001:out.txt")


def test_execution_retries(project):
    set_(project, "execution.retries", "2")
    plan(project, {"run": "echo x >> tries.txt", "verify": "test -f never"})

    data = execute(project)

    assert data["exit"] == 1
    assert [task["attempts"] for task in data["tasks"]] == [3]


def test_execution_time_limit(project):
    set_(project, "execution.retries", "0")
    set_(project, "execution.time_limit", "1s")
    plan(project, {"run": "sleep 30"})

    started = time.monotonic()
    data = execute(project)

    assert data["exit"] == 1
    assert time.monotonic() - started < 25


def test_execution_verify_time_limit(project):
    set_(project, "execution.retries", "0")
    set_(project, "execution.verify_time_limit", "1s")
    plan(project, {"run": "true", "verify": "sleep 30"})

    started = time.monotonic()
    data = execute(project)

    assert data["exit"] == 1
    assert time.monotonic() - started < 25


def test_git_merge_and_footer(project):
    set_(project, "git.merge", "auto")
    set_(project, "git.footer", "Ordered-by: the shop")
    project.git("add", "-A")
    project.git("commit", "-qm", "Set up")
    plan(project, {"run": "echo one > one.txt"})
    project.git("add", "-A")
    project.git("commit", "-qm", "Plan")

    assert execute(project)["exit"] == 0

    assert "Ordered-by: the shop" in project.git("log", "-1", "--format=%B", "milestone/milestone-001")
    assert project.git("show", "main:one.txt") == "one\n"


def test_worktree_dir(project):
    set_(project, "worktree.dir", "../elsewhere")
    plan(project, {"run": "pwd > where.txt"})

    execute(project)

    where = project.git("show", "milestone/milestone-001:where.txt").strip()
    assert str(project.folder.parent / "elsewhere") in where


def test_coordination_max_concurrent_milestones(project):
    set_(project, "coordination.max_concurrent_milestones", "1")
    plan(project, {"run": "while ! test -f ../../../../go; do sleep 0.1; done"})
    project.write("plan.json", json.dumps({"title": "Another", "tasks": [{"title": "x", "run": "true"}]}))
    project.does("plan", "--from", "plan.json")
    first = subprocess.Popen(
        [*project.program, "execute", "m1"],
        cwd=project.folder,
        env=project.environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while project.milestone("show", "m1", "--json").data["status"] != "in_progress":
            time.sleep(0.2)
        refused = project.milestone("execute", "m2", "--json")
    finally:
        first.terminate()
        first.wait(timeout=60)

    assert (refused.code, refused.error["code"]) == (8, "too_many_milestones")
