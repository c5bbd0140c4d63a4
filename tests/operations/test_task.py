"""Tasks through a whole workspace: verify decides outside the lock, all of a call or none."""

import msgspec
import pytest

from milestone import errors
from milestone.domain.decide import task as rules
from milestone.domain.decide.task_fields import AddTask
from milestone.operations import proving, task
from milestone.testing.builders import a_body, a_task
from milestone.testing.workspaces import a_workspace, as_
from milestone.workspace.base import WriteOptions


def the(workspace, name="milestone-001"):
    with workspace.reading() as reading:
        return next(row for row in reading.rows() if row["id"] == name)


def a_plan(folder, *tasks, **fields):
    return a_workspace(folder, a_body(tasks=list(tasks), **fields))


def test_done_says_how_well_it_is_known_and_what_is_ready_now(tmp_path):
    workspace = a_plan(tmp_path, a_task("task-001"), a_task("task-002", dependencies=["task-001"]))

    outcome = task.done(workspace, tmp_path, task.Done(refs=["m1/1"]))

    assert [(item.ref, item.grade) for item in outcome.finished] == [("milestone-001/task-001", "self-reported")]
    assert outcome.effect.unblocked == ("milestone-001/task-002",)


def test_a_verify_that_succeeds_is_the_evidence(tmp_path):
    (tmp_path / "proof.txt").write_text("yes")
    workspace = a_plan(tmp_path, a_task(verify="grep -q yes proof.txt"))

    outcome = task.done(workspace, tmp_path, task.Done(refs=["m1/1"]))

    assert (outcome.finished[0].grade, outcome.finished[0].command) == ("command", "grep -q yes proof.txt")
    assert the(workspace)["status"] == "completed"


def test_a_verify_that_fails_leaves_every_task_of_the_call_as_it_is(tmp_path):
    workspace = a_plan(tmp_path, a_task("task-001"), a_task("task-002", verify="echo two broken; exit 3"))

    with pytest.raises(errors.Refused) as refused:
        task.done(workspace, tmp_path, task.Done(refs=["m1/1", "m1/2"]))

    assert (refused.value.code, refused.value.facts["exit_code"]) == ("verify_failed", 3)
    assert "two broken" in refused.value.why
    assert {t["status"] for t in the(workspace)["tasks"]} == {"pending"}


def test_the_verify_runs_while_others_write(tmp_path):
    workspace = a_plan(tmp_path, a_task("task-001", verify="test -f go"), a_task("task-002"))
    seen = []

    def slow(command, ref, root, start, time_limit=0.0):
        task.done(as_(workspace, "ben"), tmp_path, task.Done(refs=["m1/2"]))
        seen.append(ref)
        return proving.Proof(command=command, exit_code=0, seconds=0.1, output="")

    original, proving.run = proving.run, slow
    try:
        task.done(workspace, tmp_path, task.Done(refs=["m1/1"]))
    finally:
        proving.run = original

    assert seen == ["milestone-001/task-001"]
    assert the(workspace)["tasks_completed"] == 2


def test_several_tasks_in_one_call_follow_each_other(tmp_path):
    workspace = a_plan(tmp_path, a_task("task-001"), a_task("task-002", dependencies=["task-001"]))

    task.done(workspace, tmp_path, task.Done(refs=["m1/1,m1/2"]))

    assert the(workspace)["percentage"] == 100


def test_the_same_key_does_it_once_and_runs_nothing_again(tmp_path):
    workspace = a_plan(tmp_path, a_task(verify="test ! -e ran && touch ran"))
    workspace.options = WriteOptions(key="k1")

    first = task.done(workspace, tmp_path, task.Done(refs=["m1/1"]))
    again = task.done(workspace, tmp_path, task.Done(refs=["m1/1"]))

    assert (first.written.repeated, again.written.repeated) == (False, True)
    assert again.finished == (msgspec.structs.replace(first.finished[0], command=None),)


def test_a_dry_run_runs_no_command_and_records_nothing(tmp_path):
    workspace = a_plan(tmp_path, a_task(verify="touch ran"))
    workspace.options = WriteOptions(dry_run=True)

    outcome = task.done(workspace, tmp_path, task.Done(refs=["m1/1"]))

    assert outcome.written.dry_run and not (tmp_path / "ran").exists()
    assert the(workspace)["tasks"][0]["status"] == "pending"


def test_proofs_belong_to_acceptance_criteria(tmp_path):
    workspace = a_plan(tmp_path, a_task(acceptance=["axe finds 0", "mail arrives"]))

    task.done(workspace, tmp_path, task.Done(refs=["m1/1"], proofs={2: "inbox.png"}))

    with workspace.reading() as reading:
        evidence = next(reading.find("milestone")).body["tasks"][0]["evidence"]
    assert evidence == [
        {
            "grade": "self-reported",
            "by": "ana",
            "at": "2026-11-20T12:00:00.000Z",
            "item": 2,
            "of": "5406034b",
            "text": "inbox.png",
        }
    ]


def test_a_bare_task_is_one_of_the_current_milestone(tmp_path):
    workspace = a_plan(tmp_path, a_task("task-001"), a_task("task-002"))
    task.begin(workspace, tmp_path, ["m1/1"], None)

    task.done(workspace, tmp_path, task.Done(refs=["t2"]))

    assert the(workspace)["tasks"][1]["status"] == "completed"


def test_adding_blocking_and_opening_again(tmp_path):
    workspace = a_plan(tmp_path, a_task())
    act = rules.Act(task="", reason=None)

    task.add(workspace, tmp_path, "m1", AddTask(title="Docs", after=["t1"]))
    task.apply(
        workspace,
        tmp_path,
        ["m1/2"],
        lambda document, name, ctx: rules.block(document, rules.BlockTask(task=name, reason="no text"), ctx),
    )

    assert the(workspace)["blockers"] == [
        {"task": "task-002", "reason": "no text", "since": "2026-11-20T12:00:00.000Z", "kind": "reported"}
    ]
    outcome = task.apply(
        workspace,
        tmp_path,
        ["m1/2"],
        lambda document, name, ctx: rules.unblock(document, msgspec.structs.replace(act, task=name), ctx),
    )
    assert outcome.effect.unblocked == ()


def test_the_folder_of_a_linked_worktree_is_where_its_worker_stands(tmp_path):
    main, linked = tmp_path / "main", tmp_path / "linked"
    (main / ".milestones").mkdir(parents=True)
    (main / ".git" / "worktrees" / "linked").mkdir(parents=True)
    (main / ".git" / "worktrees" / "linked" / "commondir").write_text("../..\n")
    (linked / "src").mkdir(parents=True)
    (linked / ".git").write_text(f"gitdir: {main}/.git/worktrees/linked\n")

    assert proving.folder(main / ".milestones", linked / "src") == linked
    assert proving.folder(main / ".milestones", tmp_path) == main


def test_tasks_of_one_call_are_done_in_their_order(tmp_path):
    chain = [
        a_task("task-001"),
        a_task("task-002", dependencies=["task-001"]),
        a_task("task-003", parent="task-002"),
    ]
    workspace = a_plan(tmp_path, *chain)

    outcome = task.done(workspace, tmp_path, task.Done(refs=["m1/2", "m1/3", "m1/1"]))

    assert the(workspace)["status"] == "completed"
    assert {item.grade for item in outcome.finished} == {"self-reported"}


def test_a_verify_runs_as_long_as_the_setting_allows(tmp_path):
    workspace = a_workspace(
        tmp_path, a_body(tasks=[a_task(verify="sleep 60")]), settings={"execution.verify_time_limit": "1s"}
    )

    with pytest.raises(errors.Refused) as refused:
        task.done(workspace, tmp_path, task.Done(refs=["m1/1"]))

    assert "took too long" in refused.value.message
