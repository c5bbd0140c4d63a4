"""`task check`: commands run where the work is, receipts are bound to the files, what changed since is stale."""

import os
import subprocess

import pytest

from milestone import errors
from milestone.operations import checking, task
from milestone.operations.checking import Check
from milestone.testing.builders import a_body, a_task
from milestone.testing.workspaces import a_workspace

REQUIRED = {"evidence": "required"}


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository with one commit; what it ignores is ignored."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    (tmp_path / "app.py").write_text("1\n")
    (tmp_path / ".gitignore").write_text("build\n")
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path)
    return tmp_path


def git(folder, *words):
    who = ("-c", "user.name=Ana", "-c", "user.email=ana@example.org")
    done = subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(folder):
    git(folder, "add", "-A", "--", ".", ":(exclude).milestones")
    git(folder, "commit", "-q", "-m", "work")


def a_plan(folder, settings=None, **fields):
    return a_workspace(folder, a_body(tasks=[a_task(**fields), a_task("task-002")]), settings=settings or {})


def evidence(workspace):
    with workspace.reading() as reading:
        return next(reading.find("milestone")).body["tasks"][0].get("evidence") or []


def test_a_receipt_names_commit_and_files_and_finishes_nothing(repository):
    workspace = a_plan(repository, verify="test -f app.py")

    checked = checking.check(workspace, repository, Check(ref="m1/1"))

    (item,) = evidence(workspace)
    assert (item["grade"], item["exit_code"], item["commit"]) == (
        "command",
        0,
        git(repository, "rev-parse", "HEAD"),
    )
    assert checked.lacks == () and "item" not in item
    with workspace.reading() as reading:
        assert next(reading.find("milestone")).body["tasks"][0]["status"] == "pending"


def test_the_content_of_files_is_named_alike_before_and_after_a_commit_and_ignored_ones_do_not_count(repository):
    workspace = a_plan(repository, verify="true")
    (repository / "new.py").write_text("2\n")
    checking.check(workspace, repository, Check(ref="m1/1"))
    before = evidence(workspace)[0]["tree"]
    status = git(repository, "status", "--porcelain")

    commit(repository)
    (repository / "build").write_text("made\n")
    checking.check(workspace, repository, Check(ref="m1/1"))

    assert evidence(workspace)[0]["tree"] == before and len(evidence(workspace)) == 1
    assert "?? new.py" in status  # nothing was staged by looking
    (repository / "new.py").write_text("3\n")
    checking.check(workspace, repository, Check(ref="m1/1"))
    assert evidence(workspace)[0]["tree"] != before


def test_a_failing_command_is_5_and_takes_back_what_it_showed_before(repository):
    workspace = a_plan(repository, verify="grep -q 1 app.py")
    checking.check(workspace, repository, Check(ref="m1/1"))
    (repository / "app.py").write_text("2\n")

    with pytest.raises(errors.Refused) as refused:
        checking.check(workspace, repository, Check(ref="m1/1"))

    assert refused.value.code == "verify_failed"
    assert [item["exit_code"] for item in evidence(workspace)] == [1]


def test_an_item_is_shown_by_its_own_check_else_by_what_is_typed(repository):
    workspace = a_plan(repository, acceptance=[{"text": "it is there", "check": "test -f app.py"}, "it is fast"])

    everything = checking.check(workspace, repository, Check(ref="m1/1"))
    checked = checking.check(workspace, repository, Check(ref="m1/1", item=2, command=["sh", "-c", "exit 0"]))

    assert [each.grade for each in everything.criteria] == ["command", None]
    assert [each.grade for each in checked.criteria] == ["command", "command"]
    assert evidence(workspace)[1]["command"] == "sh -c 'exit 0'"
    with pytest.raises(errors.InvalidRequest):
        checking.check(workspace, repository, Check(ref="m1/1", item=3))


def test_without_any_command_there_is_nothing_to_check(repository):
    workspace = a_plan(repository)

    with pytest.raises(errors.Refused) as refused:
        checking.check(workspace, repository, Check(ref="m1/1", item=1))

    assert refused.value.next == ["milestone task check milestone-001/task-001 --item 1 -- COMMAND"]


def test_where_evidence_is_required_what_is_stale_or_uncommitted_refuses_and_a_fresh_receipt_completes(repository):
    workspace = a_plan(repository, REQUIRED, acceptance=["it works", "it is fast"])
    for number in (1, 2):
        checking.check(workspace, repository, Check(ref="m1/1", item=number, command=["true"]))
    (repository / "app.py").write_text("2\n")

    def refusal():
        with pytest.raises(errors.Refused) as refused:
            task.done(workspace, repository, task.Done(refs=["m1/1"]))
        return [item["code"] for item in refused.value.findings]

    assert refusal() == ["receipt_stale", "not_committed", "proof_stale", "proof_stale"]
    for number in (1, 2):
        checking.check(workspace, repository, Check(ref="m1/1", item=number, command=["true"]))
    assert refusal() == ["not_committed"]
    commit(repository)
    assert task.done(workspace, repository, task.Done(refs=["m1/1"])).finished[0].grade == "command"


def test_outside_git_a_receipt_is_bound_to_nothing(tmp_path):
    workspace = a_plan(tmp_path, REQUIRED, verify="true")

    assert task.done(workspace, tmp_path, task.Done(refs=["m1/1"])).finished[0].grade == "command"
    assert "tree" not in evidence(workspace)[0]
