"""Command lines that came with a clone: nothing runs unasked, and a changed line is asked about again."""

import json
import os
import shutil
import tarfile

import pytest

from milestone.testing.typed import Typed

RECORD = """\
id: milestone-001
title: Contact form
dependencies: {{conditions: [{{text: the server is up, check: "touch {out}/check"}}]}}
success_criteria: [{{text: it is fast, check: "touch {out}/criterion"}}]
tasks:
  - id: task-001
    title: Form page
    run: touch {out}/run
    verify: touch {out}/verify
    acceptance: [{{text: it sends, check: "touch {out}/item"}}]
"""


@pytest.fixture
def eve(tmp_path):
    """Somebody else's repository, with lines that do harm."""
    (tmp_path / "out").mkdir()
    (tmp_path / "eve").mkdir()
    eve = Typed(tmp_path / "eve", "eve")
    eve.write(".milestones/active/milestone-001.yaml", RECORD.format(out=tmp_path / "out"))
    eve.repository("Eve")
    return eve


@pytest.fixture
def ana(eve, tmp_path):
    """A fresh clone of it."""
    return clone(eve, tmp_path / "ana")


def clone(eve, folder, **environ):
    eve.run(["git", "clone", "-q", str(eve.folder), str(folder)])
    (folder.parent / "home").mkdir(exist_ok=True)
    ana = Typed(folder, "ana", {"HOME": str(folder.parent / "home"), **environ})
    ana.git("config", "user.name", "Ana")
    ana.git("config", "user.email", "ana@example.org")
    return ana


def harm(typed):
    return sorted(os.listdir(typed.folder.parent / "out"))


def lines(refused):
    return sorted(finding["message"].rpartition("/")[2] for finding in refused.error["findings"])


@pytest.mark.parametrize(
    ("words", "listed"),
    [
        (("execute", "m1"), ["check", "item", "run", "verify"]),
        (("task", "done", "m1/1"), ["verify"]),
        (("task", "check", "m1/1"), ["item", "verify"]),
        (("update", "m1", "--met", "the server is up"), ["check"]),
        (("archive", "m1"), ["criterion"]),
    ],
)
def test_nothing_of_a_fresh_clone_runs_unasked(ana, words, listed):
    refused = ana.does(*words, "--json", code=6)

    assert (refused.error["code"], lines(refused), harm(ana)) == ("untrusted_commands", listed, [])


def test_a_line_is_shown_whole_however_long_it_is(ana, eve):
    long = f"true {'x' * 300} && rm -rf all"
    eve.write(".milestones/active/milestone-001.yaml", RECORD.format(out=eve.folder).replace("touch", long))
    eve.git("commit", "-q", "-am", "Long")
    ana.git("pull", "-q")

    assert f"{long} {eve.folder}/verify" in ana.does("task", "check", "m1/1", code=6).err


def test_what_was_confirmed_runs_and_a_changed_line_is_asked_about_again(ana, eve):
    ana.does("task", "check", "m1/1", "--trust-commands")
    assert harm(ana) == ["item", "verify"]
    trusted = ana.does("log", "--kind", "commands.trusted", "--json").data
    assert len(trusted) == 1 and trusted[0]["actor"]

    ana.does("task", "check", "m1/1")
    record = eve.folder / ".milestones" / "active" / "milestone-001.yaml"
    record.write_text(record.read_text().replace("/verify", "/changed"))
    eve.git("commit", "-q", "-am", "Change")
    ana.git("stash", "-q")
    ana.git("pull", "-q")
    refused = ana.does("task", "check", "m1/1", "--json", code=6)

    assert lines(refused) == ["changed"]
    assert harm(ana) == ["item", "verify"]


def test_editing_or_committing_around_a_line_of_others_does_not_make_it_ones_own(ana):
    record = ana.folder / ".milestones" / "active" / "milestone-001.yaml"
    record.write_text(record.read_text().replace("Contact form", "My form"))
    ana.does("task", "check", "m1/1", code=6)
    ana.git("commit", "-q", "-am", "Mine", "--author", "Eve <eve@example.org>")
    ana.does("task", "check", "m1/1", code=6)
    ana.git("commit", "-q", "--amend", "-m", "Mine")
    ana.does("task", "check", "m1/1", code=6)
    shutil.copy(record, record.with_name("milestone-002.yaml"))
    ana.does("task", "check", "m2/1", code=6)

    assert harm(ana) == []


def test_lines_typed_here_by_command_by_hand_or_committed_here_run_unasked(ana, tmp_path):
    ana.does("task", "add", "m1", "Other", "--verify", "true")
    ana.does("task", "check", "m1/2")
    ana.write(
        ".milestones/active/milestone-005.yaml",
        "id: milestone-005\ntitle: B\ntasks: [{id: task-001, title: C, verify: 'true # by hand'}]\n",
    )
    ana.does("task", "check", "m5/1")
    ana.write(
        ".milestones/active/milestone-006.yaml",
        "id: milestone-006\ntitle: B\ntasks: [{id: task-001, title: C, verify: 'true # committed'}]\n",
    )
    ana.git("add", "-A")
    ana.git("commit", "-q", "-m", "Mine")
    ana.does("task", "check", "m6/1")

    plan = {"title": "Handed in", "tasks": [{"title": "D", "verify": "true # handed in"}]}
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    made = ana.does("plan", "--from", str(tmp_path / "plan.json"), "--json").data["milestones"][0]["id"]
    ana.does("task", "check", f"{made}/1")


def test_a_confirmation_cannot_come_with_git_nor_be_copied(ana, eve, tmp_path):
    ana.does("task", "check", "m1/1", "--trust-commands")
    local = ana.folder / ".milestones" / "local" / "trusted"
    eve.write(".milestones/local/trusted", local.read_text())
    eve.git("add", "-A", "-f")
    eve.git("commit", "-q", "-m", "Forge")
    other = clone(eve, tmp_path / "ben")

    assert (other.folder / ".milestones" / "local" / "trusted").exists()
    other.does("task", "check", "m1/1", code=6)
    shutil.copytree(ana.folder, tmp_path / "copy")
    Typed(tmp_path / "copy", "ana", {"HOME": ana.environ["HOME"]}).does("task", "check", "m1/1", code=6)


def test_what_was_unpacked_from_an_archive_is_asked_about(eve, tmp_path):
    old = eve.folder / ".milestones" / "active" / "milestone-001.yaml"
    os.utime(old, (1_600_000_000, 1_600_000_000))
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        archive.add(eve.folder / ".milestones", "project/.milestones")
    with tarfile.open(tmp_path / "a.tar") as archive:
        archive.extractall(tmp_path, filter="data")
    ana = Typed(tmp_path / "project", "ana")

    ana.does("task", "note", "m1/1", "a first look")
    ana.does("task", "check", "m1/1", code=6)

    assert harm(eve) == []


def test_agents_and_processes_of_a_run_cannot_confirm(ana):
    agent = ana.as_("agent:claude-code", HOME=ana.environ["HOME"])
    marked = clone_as(ana, CLAUDECODE="1")
    inside = clone_as(ana, MILESTONE_SESSION="session-1")

    agent.does("task", "check", "m1/1", code=6)
    for each in (agent, marked, inside):
        assert each.does("task", "check", "m1/1", "--trust-commands", "--json", code=7).error["findings"]
    assert harm(ana) == []


def clone_as(ana, **environ):
    typed = Typed(ana.folder, "ana", {"HOME": ana.environ["HOME"], **environ})
    if "CLAUDECODE" in environ:
        del typed.environ["MILESTONE_ACTOR"]
    return typed


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ("executor: robot\nexecutors: {robot: {command: touch OUT/robot}}\n", ()),
        ("executors: {robot: {command: [touch, OUT/robot]}}\n", ("--executor", "robot")),
        ("executors: {claude: {command: touch OUT/robot, args: [--x]}}\n", ("--executor", "claude")),
        ("worktree: {dir: ../out}\n", ()),
        ("worktree: {setup: [touch OUT/setup]}\n", ()),
    ],
)
def test_what_committed_settings_would_start_is_asked_about(eve, tmp_path, config, words):
    eve.write(".milestones/config/milestone-config.yaml", config.replace("OUT", str(tmp_path / "out")))
    plain = "id: milestone-001\ntitle: A\ntasks: [{id: task-001, title: B}]\n"
    eve.write(".milestones/active/milestone-001.yaml", plain)
    eve.git("add", "-A")
    eve.git("commit", "-q", "-m", "Settings")
    ana = clone(eve, tmp_path / "ana")

    refused = ana.milestone("execute", "m1", *words, "--json")

    assert (refused.code, harm(ana)) == (6, []), refused.out
    assert all(finding["path"].startswith("config ") for finding in refused.error["findings"])


def test_settings_of_ones_own_are_not_asked_about(eve, tmp_path):
    eve.write(".milestones/active/milestone-001.yaml", "id: milestone-001\ntitle: A\ntasks: [{id: task-001}]\n")
    eve.git("commit", "-q", "-am", "Plain")
    ana = clone(eve, tmp_path / "ana")
    ana.does("config", "set", "executors.robot.command", "touch made.txt")

    ana.does("execute", "m1", "--executor", "robot")


def test_a_settings_file_that_is_a_link_out_of_the_project_is_not_read(eve, tmp_path):
    (tmp_path / "secret.yaml").write_text("project: {name: Secret}\n")
    config = eve.folder / ".milestones" / "config"
    config.mkdir()
    (config / "milestone-config.yaml").symlink_to(tmp_path / "secret.yaml")
    eve.git("add", "-A")
    eve.git("commit", "-q", "-m", "Link")
    ana = clone(eve, tmp_path / "ana")

    assert ana.does("config", "get", "project.name", "--json").data["value"] is None
    found = ana.milestone("update", "--validate-config", "--json")
    assert "leads outside the project" in found.out


def test_clones_of_one_database_know_what_a_command_of_another_brought(tmp_path, postgres_dsn):
    plan = {"title": "Shared", "tasks": [{"title": "A", "verify": "true # typed by ana"}]}
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    (tmp_path / "ana").mkdir()
    environ = {"MILESTONE_DSN": postgres_dsn}
    ana = Typed(tmp_path / "ana", "ana", {"HOME": str(tmp_path), **environ})
    ben = Typed(tmp_path / "ben", "ben", {"HOME": str(tmp_path), **environ})
    ana.does("init", "--backend", "postgres")
    ana.repository("Ana")
    ana.run(["git", "clone", "-q", str(ana.folder), str(ben.folder)])
    ben.does("migrate", "--to", "postgres")
    made = ana.does("plan", "--from", str(tmp_path / "plan.json"), "--json").data["milestones"][0]["id"]

    ben.does("task", "check", f"{made}/1")
