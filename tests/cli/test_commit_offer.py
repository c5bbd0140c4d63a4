"""At a terminal, `task done` offers the structured commit in the checkout one stands in."""

import os
import subprocess
import sys

import pexpect
import pytest

PLAN = """\
id: milestone-001
title: Contact form
category: feature
tasks:
  - {id: task-001, title: Form page}
  - {id: task-002, title: Endpoint}
"""


def git(folder, *words):
    done = subprocess.run(["git", "-C", folder, *words], check=True, capture_output=True, text=True)
    return done.stdout


@pytest.fixture
def checkout(elsewhere, monkeypatch):
    """A repository with one plan, two changed files and a hook that must never run."""
    for name in ("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"):
        monkeypatch.setenv(name, "Ana")
    for name in ("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"):
        monkeypatch.setenv(name, "ana@example.org")
    git(elsewhere, "init", "-q", "-b", "main")
    (elsewhere / "old.txt").write_text("1\n")
    git(elsewhere, "add", "-A")
    git(elsewhere, "commit", "-q", "-m", "begin")
    hook = elsewhere / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ntouch hooked\n")
    hook.chmod(0o755)
    active = elsewhere / ".milestones" / "active"
    active.mkdir(parents=True)
    (active / "milestone-001.yaml").write_text(PLAN)
    (elsewhere / "old.txt").write_text("2\n")
    (elsewhere / "form.html").write_text("<form>\n")
    return elsewhere


def at_a_terminal(folder, *words):
    environ = {k: v for k, v in os.environ.items() if k != "CI"} | {"COLUMNS": "100", "TERM": "dumb"}
    return pexpect.spawn(
        sys.executable, ["-m", "milestone", *words], cwd=str(folder), env=environ, encoding="utf-8", timeout=30
    )


def test_yes_commits_exactly_what_was_changed_with_trailers(checkout):
    child = at_a_terminal(checkout, "task", "done", "m1/1")

    child.expect("Commit 2 changed files as")
    child.expect(r"\[y/N\]")
    child.sendline("y")
    child.expect(pexpect.EOF)

    message = git(checkout, "log", "-1", "--format=%B")
    assert message.startswith("feat(milestone-001): Form page\n")
    assert "- Add form.html" in message and "- Change old.txt" in message
    assert "Task: milestone-001/task-001\nMilestone: milestone-001" in message
    assert git(checkout, "show", "--name-only", "--format=", "HEAD").split() == ["form.html", "old.txt"]
    assert not (checkout / "hooked").exists()


def test_no_leaves_the_checkout_alone(checkout):
    child = at_a_terminal(checkout, "task", "done", "m1/1")

    child.expect(r"\[y/N\]")
    child.sendline("")
    child.expect(pexpect.EOF)

    assert git(checkout, "log", "--format=%s").split() == ["begin"]
    assert "form.html" in git(checkout, "status", "--porcelain")


def test_without_a_terminal_nothing_is_asked(checkout):
    done = subprocess.run(
        [sys.executable, "-m", "milestone", "task", "done", "m1/1"],
        cwd=checkout,
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )

    assert done.returncode == 0 and "Commit" not in done.stdout
