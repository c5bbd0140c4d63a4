"""A run in a hostile repository: hooks, filters, monitors and odd names execute nothing."""

import pytest

from .project import a_task

PROGRAMS = "core.fsmonitor gpg.program diff.external filter.evil.clean filter.evil.smudge"
HOOKS = "post-checkout pre-commit commit-msg post-commit post-merge reference-transaction post-index-change"


@pytest.fixture
def marker(project, tmp_path):
    """Arm the repository: whatever it starts leaves a trace in the returned file."""
    trace = tmp_path / "executed"
    script = tmp_path / "evil.sh"
    script.write_text(f'#!/bin/sh\necho "$0 $@" >> {trace}\ncat\n')
    script.chmod(0o755)
    (project.folder / ".gitattributes").write_text("* filter=evil merge=evil diff=evil\n")
    project.git("add", ".gitattributes")
    project.git("commit", "-q", "-m", "attributes")
    for hook in HOOKS.split():
        path = project.folder / ".git" / "hooks" / hook
        path.write_text(script.read_text())
        path.chmod(0o755)
    for key in PROGRAMS.split():
        project.git("config", key, str(script))
    project.git("config", "commit.gpgSign", "true")
    project.git("config", "merge.evil.driver", f"{script} %A")
    project.git("config", "filter.evil.required", "true")
    trace.unlink(missing_ok=True)
    return trace


def test_nothing_of_the_repository_runs_and_only_our_branches_move(project, marker):
    before = project.git("-c", "core.fsmonitor=false", "for-each-ref", "--format=%(refname) %(objectname)")
    project.configure(git={"merge": "none"})
    project.plan(
        a_task(1, "echo 1 > one.txt", title="--upload-pack=touch\x1b[31m pwned"),
        a_task(2, "echo 2 > README", title="$(touch pwned) `touch pwned`"),
        a_task(3, "sleep 0.5; echo 3 > README", title="x" * 3000),
    )

    data = project.execute("m1", "--agents", "3")

    assert not marker.exists(), marker.read_text()
    assert data["exit"] in (0, 1)
    after = project.git("-c", "core.fsmonitor=false", "for-each-ref", "--format=%(refname) %(objectname)")
    new = set(after.splitlines()) - set(before.splitlines())
    assert new
    assert all(line.startswith("refs/heads/milestone/milestone-001") for line in new)
    assert not list(project.folder.glob("pwned*"))


def test_a_branch_in_the_way_is_named_and_nothing_is_lost(project):
    project.git("branch", "milestone")  # now refs/heads/milestone/... cannot be made
    project.plan(a_task(1, "echo 1 > one.txt"))

    done = project.run("execute", "m1")

    assert done.returncode in (1, 5)
    assert "milestone" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert project.git("rev-parse", "milestone") == project.git("rev-parse", "main")


@pytest.mark.parametrize("name", ["../../outside", "-x", "a b", "task;touch pwned"])
def test_odd_task_ids_stay_inside(project, name):
    project.plan({"id": name, "title": "odd", "run": "pwd > here.txt"})

    project.run("execute", "m1")

    assert not list(project.folder.parent.glob("**/outside"))
    assert not list(project.folder.glob("**/pwned"))
    refs = project.git("for-each-ref", "--format=%(refname)").splitlines()
    assert all(ref == "refs/heads/main" or ref.startswith("refs/heads/milestone/") for ref in refs)


def test_a_repository_of_somebody_else_is_not_worked_in_behind_their_back(project):
    project.plan(a_task(1, "touch ran"))

    done = project.run("execute", "m1", GIT_TEST_ASSUME_DIFFERENT_OWNER="1")

    assert done.returncode == 5
    assert "safe.directory" in done.stderr
    assert not (project.folder / "ran").exists()
