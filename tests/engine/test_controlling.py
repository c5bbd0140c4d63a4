"""A run controlled from another process: paused, steered, stopped, waited for, and begun apart from a terminal."""

import json
import os
import time

from .project import a_task
from .test_attached import ended, wait_for


def sessions(project, *words: str, code: int = 0) -> dict:
    done = project.run("sessions", *words, "--json")
    assert done.returncode == code, (done.stdout, done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def go(project, name: str) -> None:
    (project.folder / name).touch()


def until(project, name: str) -> str:
    """Return a command line that ends when a file is there."""
    return f"while [ ! -e {project.folder}/{name} ]; do sleep 0.05; done"


def test_a_paused_run_finishes_its_step_and_begins_no_other(project):
    project.plan(a_task(1, until(project, "one"), verify="true"), a_task(2, "true", dependencies=["task-001"]))
    run = project.start("execute", "m1")
    wait_for(project, "task-001", "in_progress")

    sessions(project, "pause")
    again = sessions(project, "pause")
    go(project, "one")
    time.sleep(1.5)  # long enough for the whole rest of it
    stood = project.statuses()
    assert sessions(project, "show")["data"]["paused"] is True
    sessions(project, "pause", "--off")
    code, told = ended(run)

    assert again["data"]["events"] == []
    assert stood == {"task-001": "in_progress", "task-002": "pending"}
    assert (code, project.statuses()) == (0, {"task-001": "completed", "task-002": "completed"})
    assert "is paused" in told


def test_execute_lets_a_paused_run_go_on(project):
    project.plan(a_task(1, until(project, "one")), a_task(2, "true", dependencies=["task-001"]))
    run = project.start("execute", "m1")
    wait_for(project, "task-001", "in_progress")
    sessions(project, "pause")
    go(project, "one")

    second = project.run("execute", "m1")

    assert "goes on" in second.stderr
    assert (second.returncode, ended(run)[0]) == (0, 0)


def test_a_stopped_run_is_saved_its_programs_are_ended_and_it_goes_on_later(project):
    project.plan(a_task(1, f"echo $$ > {project.folder}/pid; " + until(project, "one")))
    run = project.start("execute", "m1")
    wait_for(project, "task-001", "in_progress")
    pid = _read(project.folder / "pid")

    stopped = sessions(project, "stop")

    assert stopped["data"]["kinds"] == ["session.interrupted"]
    assert not _lives(pid)
    assert ended(run)[0] != 0
    (line,) = sessions(project)["data"]
    assert (line["state"], line["resumable"]) == ("interrupted", True)
    assert sessions(project, "show")["data"]["reason"] == "stopped by ana"
    go(project, "one")
    assert project.execute("m1")["exit"] == 0
    assert sessions(project, "stop", code=5)["error"]["code"] == "not_running"


def test_what_is_said_to_a_run_is_read_before_the_next_step_of_work_once(project):
    line = f"cat >> {project.folder}/read; date +%N >> made; {until(project, 'one')}"
    project.configure(executors={"agent": {"command": ["sh", "-c", line]}})
    project.plan(
        {"id": "task-001", "title": "First", "executor": "agent"},
        {"id": "task-002", "title": "Second", "executor": "agent", "dependencies": ["task-001"]},
    )
    run = project.start("execute", "m1")
    wait_for(project, "task-001", "in_progress")
    name = sessions(project)["data"][0]["id"]

    told = project.run("sessions", "steer", name, "mind the gap", "--task", "task-002")
    waiting = sessions(project, "show")["data"]["messages"]
    go(project, "one")
    ended(run)

    assert told.returncode == 0, told.stderr
    assert [(m["from"], m["to"], m["text"]) for m in waiting] == [("ana", f"{name}/task-002", "mind the gap")]
    read = (project.folder / "read").read_text()
    assert read.count("mind the gap") == 1
    assert read.index("# milestone-001/task-002") < read.index("mind the gap")
    assert sessions(project, "show")["data"]["messages"] == []


def test_a_detached_run_goes_on_by_itself_and_is_waited_for(project):
    project.plan(a_task(1, until(project, "one")))

    began = project.run("execute", "m1", "--detach", "--json")
    answer = json.loads(began.stdout)["data"]
    early = sessions(project, "show", "--wait", "0.3", code=8)
    go(project, "one")
    late = sessions(project, "show", "--wait", "60")

    assert (began.returncode, answer["state"]) == (0, "running"), began.stderr
    assert os.getpgid(answer["pid"]) == answer["pid"] or late["data"]["state"] == "ended"
    assert (early["data"]["state"], late["data"]["state"]) == ("running", "ended")
    assert project.statuses() == {"task-001": "completed"}


def test_a_detached_run_that_cannot_begin_says_why_and_with_which_code(project):
    project.plan(a_task(1, "true"))

    began = project.run("execute", "m1", "--detach", "--executor", "nobody")

    assert began.returncode == 2
    assert "nobody" in began.stderr


def test_a_task_of_a_run_controls_no_run(project):
    project.plan(a_task(1, "true"))

    done = project.run("sessions", "stop", MILESTONE_SESSION="session-1")

    assert done.returncode == 7


def _read(path) -> int:
    for _ in range(200):
        if path.exists() and path.read_text().strip():
            return int(path.read_text())
        time.sleep(0.05)
    raise AssertionError(f"{path} was never written")


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
