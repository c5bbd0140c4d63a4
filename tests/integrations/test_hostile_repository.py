"""Nothing a repository brings along is executed, and only `milestone/*` refs are written."""

import subprocess
from pathlib import Path

import pytest

from milestone.integrations.git import commits, merging, repository, worktrees
from milestone.integrations.git.commits import Message

from .conftest import run_git

M = "milestone-001"
HOOKS = """
post-checkout pre-commit prepare-commit-msg commit-msg post-commit post-index-change reference-transaction
post-merge post-rewrite pre-merge-commit pre-auto-gc
"""
PROGRAMS = """
core.fsmonitor core.pager core.editor core.sshCommand gpg.program diff.external core.askPass
filter.evil.clean filter.evil.smudge filter.evil.process diff.evil.command diff.evil.textconv
core.alternateRefsCommand credential.helper trailer.task.command
"""


@pytest.fixture
def trap(project: Path, tmp_path: Path) -> Path:
    """Arm every place of the repository that could start a program; each would write into the marker file."""
    marker = tmp_path / "executed"
    script = tmp_path / "evil.sh"
    script.write_text(f'#!/bin/sh\necho "$0 $*" >> {marker}\ncat\nexit 0\n')
    script.chmod(0o755)
    for hook in HOOKS.split():
        path = project / ".git" / "hooks" / hook
        path.write_text(script.read_text())
        path.chmod(0o755)
    (project / ".gitattributes").write_text("* filter=evil diff=evil merge=evil\n")
    run_git(project, "-c", "core.hooksPath=/dev/null", "add", ".gitattributes")
    run_git(project, "-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "attributes")
    for key in PROGRAMS.split():
        run_git(project, "config", key, str(script))
    for key, value in {
        "filter.evil.required": "true",
        "commit.gpgSign": "true",
        "log.showSignature": "true",
        "merge.evil.driver": f"{script} %A",
        "remote.origin.url": f"ext::{script}",
        "alias.status": f"!{script}",
    }.items():
        run_git(project, "config", key, value)
    marker.unlink(missing_ok=True)
    return marker


def test_a_whole_run_in_a_hostile_repository_starts_no_program_of_it(project, trap):
    repo = repository.find(project / ".milestones")
    assert repo is not None
    before = set(
        run_git(project, "-c", "core.fsmonitor=false", "for-each-ref", "--format=%(refname)").splitlines()
    )
    head = repo.commit_of("HEAD")
    base = commits.open_branch(repo, M, head)
    made = []
    for task in ("task-001", "task-002"):
        folder = repo.records / "worktrees" / "s" / task
        worktrees.add(repo, folder, base)
        (folder / "app.py").write_text(f"print({task!r})\n")
        made.append(commits.snapshot(repo, folder, base, Message(milestone=M, task=task, title="--exec=evil")))
    commits.integrate(repo, M, made[0], Message(milestone=M, task="task-001", title="--exec=evil", mark="s/1/1"))
    with pytest.raises(commits.Conflict):
        commits.integrate(repo, M, made[1], Message(milestone=M, task="task-002", title="x"))
    commits.find_commit(repo, M, base, "s/1/1")
    worktrees.clean(repo, repo.records / "worktrees" / "s" / "task-002", base)
    assert merging.obstacle(repo, M, "main") is None
    merging.merge(repo, M)
    worktrees.remove(repo, repo.records / "worktrees" / "s" / "task-001")

    assert not trap.exists(), trap.read_text()
    after = set(run_git(project, "-c", "core.fsmonitor=false", "for-each-ref", "--format=%(refname)").splitlines())
    assert after - before == {f"refs/heads/milestone/{M}"}


def test_the_trap_bites_plain_git(project, trap):
    subprocess.run(["git", "status"], cwd=project, check=False, capture_output=True)

    assert trap.exists()


@pytest.mark.parametrize(
    "name", ["--upload-pack=evil", "-x", "a..b", "HEAD", "ref with space", "$(touch x)", "ünï"]
)
def test_odd_names_are_names_and_not_options(project, name):
    repo = repository.find(project / ".milestones")
    assert repo is not None

    found = repo.commit_of(name)

    assert (found is not None) == (name == "HEAD")
