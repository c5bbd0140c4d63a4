"""What the settings of runs do."""

import pytest

from .project import a_task


def test_executor_and_executors(project):
    project.configure(executor="robot", executors={"robot": {"command": "sh -c 'cat > brief.txt'"}})
    project.plan(a_task(1), a_task(2, "echo 2 > 2", executor="shell"))

    data = project.execute("m1")

    assert data["exit"] == 0
    assert "task-001" in project.git("show", "milestone/milestone-001:brief.txt")
    assert [t["evidence"][-1]["by"] for t in project.body()["tasks"]] == ["agent:robot", "agent:shell"]


@pytest.mark.parametrize(("retries", "attempts"), [(0, 1), (2, 3)])
def test_execution_retries(project, retries, attempts):
    project.configure(execution={"retries": retries})
    project.plan(a_task(1, "false"))

    data = project.execute("m1")

    assert [(t["status"], t["attempts"]) for t in data["tasks"]] == [("failed", attempts)]


def test_execution_time_limits(project):
    limits = {"retries": 0, "time_limit": 0.0003, "verify_time_limit": 0.0003}  # hours
    project.configure(execution=limits, executors={"slow": {"command": "sleep 30", "time_limit": "1s"}})
    project.plan(a_task(1, "sleep 30"), a_task(2, "true", verify="sleep 30"), a_task(3, executor="slow"))

    data = project.execute("m1", "--agents", "3")

    assert [t["status"] for t in data["tasks"]] == ["failed"] * 3
    assert all("time limit" in t["reason"] for t in data["tasks"])


@pytest.mark.parametrize(("wish", "merged"), [("none", False), ("offer", False), ("auto", True)])
def test_git_merge(project, wish, merged):
    project.configure(git={"merge": wish})
    project.plan(a_task(1, "echo 1 > 1"))

    done = project.run("execute", "m1")

    assert done.returncode == 0
    assert (project.folder / "1").exists() is merged
    assert ("git merge --ff-only milestone/milestone-001" in done.stdout) is (wish == "offer")


def test_a_dirty_checkout_is_never_merged_into(project):
    project.configure(git={"merge": "auto"})
    project.plan(a_task(1, "echo 1 > 1"))
    (project.folder / "README").write_text("mine\n")

    done = project.run("execute", "m1")

    assert "uncommitted" in done.stdout
    assert not (project.folder / "1").exists()
    assert (project.folder / "README").read_text() == "mine\n"


def test_git_footer_and_worktree_dir(project):
    project.configure(git={"footer": "Made with care"}, worktree={"dir": "../elsewhere"})
    project.plan(a_task(1, "pwd > where"))

    assert project.execute("m1")["exit"] == 0

    assert "Made with care" in project.git("log", "-1", "--format=%B", "milestone/milestone-001")
    assert "/elsewhere/session-" in project.git("show", "milestone/milestone-001:where")
