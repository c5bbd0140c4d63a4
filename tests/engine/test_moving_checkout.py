"""A person edits the plan, and moves the checkout to an older commit and back, while a run goes on."""

import time

from .project import a_task
from .test_attached import ended, wait_for


def test_edits_and_checkouts_meanwhile_lose_nothing_and_repeat_nothing(project, tmp_path):
    trace = tmp_path / "trace"
    mark = f'echo "$MILESTONE_TASK" >> {trace}'
    project.plan(
        a_task(1, f"{mark}; sleep 0.5; echo 1 > 1"),
        a_task(2, f"{mark}; sleep 1.5; echo 2 > 2", dependencies=["task-001"]),
        a_task(3, f"{mark}; sleep 1.0; echo 3 > 3", dependencies=["task-002"]),
        a_task(4, f"{mark}; echo 4 > 4", dependencies=["task-003"]),
    )
    project.git("add", "-A", ".milestones")
    project.git("commit", "-q", "-m", "the plan")
    (project.folder / "README").write_text("second\n")
    project.git("commit", "-q", "-am", "second")
    run = project.start("execute", "m1")
    file = project.records / "active" / "milestone-001.yaml"

    wait_for(project, "task-001", "completed")
    text = file.read_text().replace("# written by hand", "# written by hand, and edited")
    file.write_text(text.replace("title: Do task 4", "title: Do the fourth thing  # by Ana"))
    wait_for(project, "task-002", "in_progress")
    time.sleep(0.3)
    project.git("stash", "push", "-q", "--", ".milestones")
    project.git("checkout", "-q", "HEAD~1")
    time.sleep(0.8)
    project.git("checkout", "-q", "main")
    project.git("checkout", "-q", "stash@{0}", "--", ".milestones")
    code, said = ended(run)

    assert code == 0, said
    assert set(project.statuses().values()) == {"completed"}
    assert "# written by hand, and edited" in file.read_text()
    assert "Do the fourth thing" in file.read_text()
    assert sorted(trace.read_text().split()) == [f"milestone-001/task-00{n}" for n in (1, 2, 3, 4)]
    assert sorted(project.commits()) == [f"milestone-001/task-00{n}" for n in (1, 2, 3, 4)]
    edits = [e for line in project.log() for e in line["events"] if e["kind"] == "document.edited"]
    assert any("Do the fourth thing" in str(e) for e in edits)
    done = [e["task"] for line in project.log() for e in line["events"] if e["kind"] == "task.completed"]
    assert sorted(done) == ["task-001", "task-002", "task-003", "task-004"]
    assert project.run("log", "--verify", "--json").returncode == 0
