"""Sessions from outside: listed, shown, noted, cleaned; their copies may be deleted at any time."""

import json
import shutil
import signal

import yaml

from .project import a_task
from .test_attached import ended, wait_for


def an_interrupted_run(project) -> None:
    project.plan(a_task(1, "echo 1 > 1"), a_task(2, "sleep 20", dependencies=["task-001"]))
    run = project.start("execute", "m1")
    wait_for(project, "task-002", "in_progress")
    run.send_signal(signal.SIGINT)
    assert ended(run)[0] == 130


def test_an_interrupted_session_is_listed_shown_and_noted(project):
    an_interrupted_run(project)

    listed = json.loads(project.run("sessions", "--json").stdout)

    (line,) = listed["data"]
    assert line["milestone"] == "milestone-001"
    assert (line["state"], line["resumable"], line["completed"], line["remaining"]) == ("interrupted", True, 1, 1)
    assert project.run("sessions", "note", "the key is in the drawer").returncode == 0
    shown = project.run("sessions", "show", "session-current").stdout
    assert "the key is in the drawer" in shown
    assert "task.completed task-001" in shown
    context = json.loads(project.run("sessions", "show", line["id"], "--json").stdout)["data"]["context"]
    assert context["branch"] == "main"
    assert context["completed"] == ["task-001"]
    assert context["next_steps_from"] in ("notes", "ready tasks")


def test_the_copies_may_be_deleted_and_nothing_is_lost(project):
    an_interrupted_run(project)
    copy = project.records / "sessions" / "session-current.yaml"
    assert yaml.safe_load(copy.read_text())["state"] == "interrupted"

    copy.unlink()
    shutil.rmtree(project.records / "sessions")
    (project.records / "agents").mkdir()
    shutil.rmtree(project.records / "agents")
    file = project.records / "active" / "milestone-001.yaml"
    file.write_text(file.read_text().replace("sleep 20", "true"))
    done = project.run("execute", "m1", "--resume")

    assert done.returncode == 0, done.stderr
    assert "Going on with session-" in done.stderr
    assert project.commits() == ["milestone-001/task-001"]


def test_fresh_sets_the_old_session_aside_and_keeps_what_is_finished(project, tmp_path):
    an_interrupted_run(project)
    file = project.records / "active" / "milestone-001.yaml"
    file.write_text(file.read_text().replace("sleep 20", "true"))

    data = project.execute("m1", "--fresh")

    assert data["exit"] == 0
    assert data["session"].endswith("-002")
    assert [(t["id"], t["attempts"]) for t in data["tasks"]] == [("task-001", 1), ("task-002", 2)]


def test_save_session_keeps_the_present_context_and_starts_nothing(project):
    project.plan(a_task(1, "touch ran"))

    saved = project.execute("m1", "--save-session")

    assert saved["exit"] == 0
    shown = json.loads(project.run("sessions", "show", "--json").stdout)["data"]
    assert shown["context"]["next_steps"] == ["task-001 Do task 1"]
    assert project.statuses() == {"task-001": "pending"}
    assert project.execute("m1")["exit"] == 0


def test_cleaning_asks_and_keeps_unmerged_work(project):
    project.plan(a_task(1, "echo 1 > 1; false", retries=0), a_task(2, "echo 2 > 2"))
    assert project.execute("m1")["exit"] == 1

    asked = project.run("sessions", "clean")
    cleaned = project.run("sessions", "clean", "--yes")

    assert asked.returncode == 6
    assert cleaned.returncode == 0
    kept = list((project.records / "worktrees").glob("*/task-001/1"))
    assert len(kept) == 1


def test_restart_agents_tries_failed_tasks_again(project, tmp_path):
    project.plan(a_task(1, f"test -e {tmp_path}/there", retries=0))
    assert project.execute("m1")["exit"] == 1
    (tmp_path / "there").touch()

    assert project.execute("m1", "--restart-agents")["exit"] == 0
