"""Several commands in one project: one works, the others are attached; each ends with its own milestone."""

import os
import select
import signal
import time

import pytest

from .project import Project, a_task

DYING = 5.0  # seconds a process may take from its SIGKILL to its end; asked to leave, this one would stay a minute


def wait_for(project: Project, name: str, status: str, milestone: str = "milestone-001") -> None:
    """Wait until a task has a status in its file, or is past it."""
    deadline = time.monotonic() + 30
    while project.statuses(milestone).get(name) not in (status, "completed"):
        assert time.monotonic() < deadline, f"{milestone}/{name} never became {status}"
        time.sleep(0.05)


def ended(process) -> tuple[int, str]:
    _, err = process.communicate(timeout=60)
    return process.returncode, err


def test_a_second_command_for_the_same_milestone_follows_it(project):
    project.plan(a_task(1, "sleep 1"), a_task(2, "true", dependencies=["task-001"]))
    host = project.start("execute", "m1")
    wait_for(project, "task-001", "in_progress")

    follower = project.start("execute", "m1")

    assert ended(host)[0] == 0
    code, said = ended(follower)
    assert code == 0
    assert "Following session-" in said
    assert sorted(project.commits()) == []


def test_the_host_is_killed_and_the_attached_command_carries_on(project):
    project.plan(a_task(1, "sleep 2; echo 1 > 1"), a_task(2, "echo 2 > 2", dependencies=["task-001"]))
    project.plan(a_task(1, "sleep 3; echo 3 > 3"), a_task(2, "echo 4 > 4"), name="milestone-002")
    host = project.start("execute", "m1")
    wait_for(project, "task-001", "in_progress")
    attached = project.start("execute", "m2", "--agents", "2")
    wait_for(project, "task-001", "in_progress", "milestone-002")

    host.send_signal(signal.SIGKILL)
    host.wait()
    code, said = ended(attached)

    assert code == 0, said
    assert "going on with session-" in said
    for name in ("milestone-001", "milestone-002"):
        assert set(project.statuses(name).values()) == {"completed"}
        assert sorted(project.commits(name)) == [f"{name}/task-001", f"{name}/task-002"]


def test_the_host_ends_first_and_hands_over(project):
    project.plan(a_task(1, "sleep 0.5; echo 1 > 1"))
    project.plan(
        a_task(1, "sleep 1.5; echo 2 > 2"),
        a_task(2, "echo 3 > 3", dependencies=["task-001"]),
        name="milestone-002",
    )
    host = project.start("execute", "m1")
    wait_for(project, "task-001", "in_progress")
    attached = project.start("execute", "m2")

    assert ended(host)[0] == 0
    code, said = ended(attached)

    assert code == 0, said
    assert sorted(project.commits("milestone-002")) == ["milestone-002/task-001", "milestone-002/task-002"]
    assert [t["attempts"] for t in project.body("milestone-002")["tasks"]] == [1, 1]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_saves_and_the_next_command_goes_on(project, number, code):
    project.plan(a_task(1, "echo 1 > 1"), a_task(2, "sleep 5; echo 2 > 2", dependencies=["task-001"]))
    first = project.start("execute", "m1")
    wait_for(project, "task-002", "in_progress")

    first.send_signal(number)
    stopped, said = ended(first)

    assert stopped == code
    assert "Saved." in said
    quick = (project.records / "active" / "milestone-001.yaml").read_text().replace("sleep 5", "sleep 0")
    (project.records / "active" / "milestone-001.yaml").write_text(quick)
    second = project.run("execute", "m1")
    assert second.returncode == 0, second.stderr
    assert "Going on with session-" in second.stderr
    assert project.commits() == ["milestone-001/task-001", "milestone-001/task-002"]
    assert [t["attempts"] for t in project.body()["tasks"]] == [1, 1]


def test_an_interrupt_ends_only_the_attached_commands_own_milestone(project):
    project.plan(a_task(1, "sleep 2; echo 1 > 1"))
    project.plan(a_task(1, "sleep 20"), name="milestone-002")
    host = project.start("execute", "m1")
    wait_for(project, "task-001", "in_progress")
    attached = project.start("execute", "m2")
    wait_for(project, "task-001", "in_progress", "milestone-002")

    attached.send_signal(signal.SIGINT)

    assert ended(attached)[0] == 130
    assert ended(host)[0] == 0
    assert project.statuses() == {"task-001": "completed"}


def test_more_milestones_than_the_project_runs_at_once_are_refused_or_queued(project):
    project.configure(coordination={"max_concurrent_milestones": 1})
    project.plan(a_task(1, "sleep 2; echo 1 > 1"))
    project.plan(a_task(1, "echo 2 > 2"), name="milestone-002")
    host = project.start("execute", "m1")
    wait_for(project, "task-001", "in_progress")

    refused = project.run("execute", "m2")
    queued = project.start("execute", "m2", "--wait")

    assert refused.returncode == 8
    assert "--wait" in refused.stderr
    assert ended(host)[0] == 0
    assert ended(queued)[0] == 0
    assert project.statuses("milestone-002") == {"task-001": "completed"}


def test_wait_stays_until_a_person_is_done(project):
    project.plan(a_task(1), a_task(2, "echo 2 > 2", dependencies=["task-001"]))
    waiting = project.start("execute", "m1", "--wait")
    time.sleep(2.5)
    assert waiting.poll() is None

    done = project.run("task", "done", "m1/1")

    assert done.returncode == 0, done.stderr
    assert ended(waiting)[0] == 0


def test_the_engines_memory_may_vanish_while_it_works(project):
    project.plan(
        a_task(1, "sleep 1.5; echo 1 > 1"),
        a_task(2, "sleep 0.2; echo 2 > 2", dependencies=["task-001"]),
    )
    process = project.start("execute", "m1")
    wait_for(project, "task-001", "in_progress")

    for path in (project.records / "database").glob("engine.db*"):
        path.unlink()

    code, said = ended(process)
    assert code == 0, said
    assert project.commits() == ["milestone-001/task-001", "milestone-001/task-002"]


def test_a_task_that_somebody_cancels_ends_at_once_and_the_rest_goes_on(project):
    project.plan(a_task(1, "sleep 60"), a_task(2, "echo 2 > 2"))
    run = project.start("execute", "m1", "--agents", "2")
    wait_for(project, "task-001", "in_progress")

    cancelled = project.run("task", "cancel", "m1/1", "--reason", "not needed")

    assert cancelled.returncode == 0, cancelled.stderr
    assert ended(run)[0] == 0
    assert project.statuses() == {"task-001": "cancelled", "task-002": "completed"}


def test_a_second_signal_ends_everything_at_once(project, tmp_path):
    project.plan(a_task(1, f"trap '' TERM; echo $$ > {tmp_path}/pid; sleep 60 & wait; sleep 60"))
    run = project.start("execute", "m1")
    wait_for(project, "task-001", "in_progress")
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text().strip():
        time.sleep(0.05)
    leader = os.pidfd_open(int((tmp_path / "pid").read_text()))

    run.send_signal(signal.SIGINT)
    time.sleep(0.5)
    run.send_signal(signal.SIGINT)

    assert ended(run)[0] == 130
    assert select.select([leader], [], [], DYING)[0], "it goes on, though everything was to end"
    os.close(leader)
