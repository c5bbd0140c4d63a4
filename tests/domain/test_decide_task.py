import pytest

from milestone import errors
from milestone.domain import event_fields, proof, tasks
from milestone.domain.decide import dependency, task, task_fields, time
from milestone.testing.builders import ROBOT, a_context, a_milestone, a_task, after


def kinds(found):
    assert not [p for event in found for p in event_fields.problems(event.kind, event.data)]
    return [event.kind for event in found]


def a_started(*more, **fields):
    return a_milestone(status="in_progress", tasks=[a_task("task-001"), *more], **fields)


def test_done_from_pending_records_the_start_of_task_and_milestone_too():
    plan = a_milestone(tasks=[a_task("task-001"), a_task("task-002")])

    found = task.complete(plan, task.CompleteTask(task="t1", note="it was easy"), a_context(plan))

    assert kinds(found) == ["milestone.started", "task.started", "task.completed"]
    done = after(plan, found)
    assert (done.body["status"], proof.grade(done, done.body["tasks"][0])) == ("in_progress", "self-reported")


def test_the_last_task_done_completes_its_milestone():
    plan = a_started(a_task("task-002", status="completed"), a_task("task-003", status="cancelled"))

    found = task.complete(plan, task.CompleteTask(task="task-001"), a_context(plan))

    assert kinds(found) == ["task.started", "task.completed", "milestone.completed"]


def test_what_is_done_already_is_nothing_to_do_but_a_typed_completion_is_confirmed():
    plan = a_started(a_task("task-002", status="completed", completed_at="2026-11-01T00:00:00Z"))
    ctx = a_context(plan)
    done = after(plan, task.complete(plan, task.CompleteTask(task="task-001"), ctx))

    assert task.complete(done, task.CompleteTask(task="task-001"), ctx) == []
    confirmed = after(plan, task.complete(plan, task.CompleteTask(task="task-002"), ctx))
    assert proof.grade(confirmed, confirmed.body["tasks"][1]) == "self-reported"


def test_open_tasks_before_refuse_a_start_and_each_is_listed():
    plan = a_started(a_task("task-002"), a_task("task-003", dependencies=["t1", "2"]))

    with pytest.raises(errors.Refused) as refused:
        task.start(plan, task.StartTask(task="t3"), a_context(plan))

    assert [f["path"] for f in refused.value.findings] == ["task-003 after task-001", "task-003 after task-002"]
    assert "2 of 2 requirements are not met" in refused.value.message


def test_a_person_goes_past_with_a_recorded_override_and_a_program_never():
    plan = a_started(a_task("task-002", dependencies=["task-001"]))
    request = task.StartTask(task="task-002", override="deadline")

    with pytest.raises(errors.NeedsAPerson):
        task.start(plan, request, a_context(plan, actor=ROBOT))
    with pytest.raises(errors.NeedsAPerson):
        task.start(plan, request, a_context(plan, in_run=True))
    found = task.start(plan, request, a_context(plan))

    assert kinds(found) == ["override.used", "task.started"]
    passed = after(plan, found)
    assert passed.body["overrides"][0]["reason"] == "deadline"
    assert kinds(task.complete(passed, task.CompleteTask(task="task-002"), a_context(passed))) == [
        "task.completed"
    ]


def test_an_override_typed_by_hand_counts_for_nothing():
    typed = [{"what": "start", "reason": "x", "unmet": ["task-002 after task-001"]}]
    plan = a_started(a_task("task-002", dependencies=["task-001"]), overrides=typed)

    with pytest.raises(errors.Refused):
        task.start(plan, task.StartTask(task="task-002"), a_context(plan))


def test_a_typed_completion_counts_for_order_unless_evidence_is_required():
    plan = a_started(a_task("task-002", status="completed"), a_task("task-003", dependencies=["task-002"]))
    request = task.StartTask(task="task-003")

    assert kinds(task.start(plan, request, a_context(plan))) == ["task.started"]
    with pytest.raises(errors.Refused) as refused:
        task.start(plan, request, a_context(plan, settings={"evidence": "required"}))
    assert "typed" in refused.value.why


def test_where_evidence_is_required_done_needs_some():
    plan = a_started()
    ctx = a_context(plan, settings={"evidence": "required"})

    with pytest.raises(errors.Refused) as refused:
        task.complete(plan, task.CompleteTask(task="task-001"), ctx)
    receipt = {"grade": "command", "command": "true", "exit_code": 0}
    done = after(plan, task.complete(plan, task.CompleteTask(task="task-001", evidence=[receipt]), ctx))

    assert refused.value.code == "evidence_required"
    assert proof.grade(done, done.body["tasks"][0]) == "command"


def test_a_task_in_an_unmet_milestone_cannot_start():
    first = a_milestone("milestone-001", tasks=[a_task()])
    needs = {"requires": ["milestone-001", "milestone-009"], "conditions": ["schema approved"]}
    second = a_milestone("milestone-002", tasks=[a_task()], dependencies=needs)

    with pytest.raises(errors.Refused) as refused:
        task.start(second, task.StartTask(task="task-001"), a_context(first, second))

    assert [f["code"] for f in refused.value.findings] == ["requirement", "unknown_requirement", "condition"]
    assert refused.value.why == (
        'needs milestone-001 (0 %, planned), milestone-009 does not exist and condition "schema approved"'
    )


def test_a_parent_is_done_when_its_subtasks_are():
    plan = a_started(
        a_task("task-002", parent="task-001"), a_task("task-003", parent="task-001"), a_task("task-004")
    )
    ctx = a_context(plan)

    with pytest.raises(errors.Refused) as refused:
        task.complete(plan, task.CompleteTask(task="task-001"), ctx)
    once = after(plan, task.complete(plan, task.CompleteTask(task="task-002"), ctx))
    found = task.complete(once, task.CompleteTask(task="task-003"), ctx)

    assert refused.value.code == "open_subtasks"
    assert kinds(found) == ["task.started", "task.completed", "task.started", "task.completed"]
    assert tasks.status(after(once, found).body["tasks"][0]) == "completed"


def test_reopening_takes_a_reason_reopens_the_milestone_and_marks_what_was_built_on_it():
    plan = a_milestone(
        status="completed",
        tasks=[
            a_task("task-001", status="completed"),
            a_task("task-002", status="completed", dependencies=["task-001"]),
        ],
    )

    with pytest.raises(errors.InvalidRequest):
        task.reopen(plan, task.Act(task="task-001"), a_context(plan))
    found = task.reopen(plan, task.Act(task="task-001", reason="wrong key"), a_context(plan))

    assert kinds(found) == ["milestone.reopened", "task.reopened", "task.edited"]
    opened = after(plan, found).body
    assert opened["tasks"][1]["recheck"]["because"] == "milestone-001/task-001"
    assert (opened["status"], opened["tasks"][0]["status"]) == ("in_progress", "pending")


def test_blocked_before_it_was_begun_goes_back_to_pending():
    plan = a_started()
    blocked = after(plan, task.block(plan, task.BlockTask(task="1", reason="no key"), a_context(plan)))

    opened = after(blocked, task.unblock(blocked, task.Act(task="1"), a_context(plan)))

    assert blocked.body["tasks"][0]["blocked"]["reason"] == "no key"
    assert tasks.status(opened.body["tasks"][0]) == "pending"


def test_a_way_that_is_not_in_the_table_is_refused_with_the_ones_there_are():
    plan = a_started(a_task("task-002", status="failed"))

    with pytest.raises(errors.Refused) as refused:
        task.complete(plan, task.CompleteTask(task="task-002"), a_context(plan))

    assert "retry" in refused.value.hint
    assert kinds(task.retry(plan, task.Act(task="task-002"), a_context(plan))) == ["task.retried"]


def test_cancelling_the_last_open_task_completes_what_is_left():
    plan = a_started(a_task("task-002", status="completed"))

    found = task.cancel(plan, task.Act(task="task-001", reason="not needed"), a_context(plan))

    assert kinds(found) == ["task.cancelled", "milestone.completed"]


def test_a_new_task_gets_the_next_id_and_knows_its_place():
    plan = a_started(a_task("task-007", parent="task-001"))
    ctx = a_context(plan)
    request = task_fields.AddTask(title="Ship", estimate=3, after=["t1"], verify="make test", labels=["x"])

    found = after(plan, task_fields.add(plan, request, ctx)).body["tasks"][-1]

    assert (found["id"], found["dependencies"], found["verify"]) == ("task-008", ["task-001"], "make test")
    with pytest.raises(errors.Refused):
        task_fields.add(plan, task_fields.AddTask(title="deeper", parent="task-007"), ctx)
    with pytest.raises(errors.TaskNotFound):
        task_fields.add(plan, task_fields.AddTask(title="lost", after=["t99"]), ctx)


def test_time_is_corrected_by_negative_entries_and_never_below_nothing():
    plan = a_started()
    ctx = a_context(plan)
    logged = after(plan, time.log(plan, time.LogTime(task="1", hours=2), ctx))
    corrected = after(logged, time.log(logged, time.LogTime(task="1", hours=-0.5), ctx))

    assert [e["hours"] for e in corrected.body["tasks"][0]["time"]] == [2, -0.5]
    with pytest.raises(errors.InvalidRequest):
        time.log(corrected, time.LogTime(task="1", hours=-2), ctx)


def test_spent_hours_come_with_done():
    plan = a_started(a_task("task-002"))

    found = task.complete(plan, task.CompleteTask(task="1", hours=2), a_context(plan))

    assert kinds(found) == ["task.started", "task.time_logged", "task.completed"]
    assert after(plan, found).body["tasks"][0]["time"] == [
        {"who": "ana", "date": "2026-11-20", "hours": 2, "source": "spent"}
    ]


def test_notes_and_assignments():
    plan = a_started()
    ctx = a_context(plan)
    noted = after(
        plan, task_fields.note(plan, task_fields.NoteTask(task="1", note="done half", next="write docs"), ctx)
    )

    assert noted.body["tasks"][0]["next_note"] == "write docs"
    given = after(plan, task_fields.assign(plan, "1", "@ben", ctx))
    assert given.body["tasks"][0]["assigned_to"] == "ben"
    assert task_fields.assign(given, "1", "ben", ctx) == []
    assert "assigned_to" not in after(given, task_fields.assign(given, "1", None, ctx)).body["tasks"][0]


def test_a_task_with_phases_is_not_done_past_its_gates():
    flow = {
        "enabled": True,
        "phases": {"design": {"status": "in_review", "approval": {"required": True}}, "execute": {}},
    }
    plan = a_milestone(status="in_progress", tasks=[a_task(status="in_progress", kiro_workflow=flow)])

    with pytest.raises(errors.Waiting):
        task.complete(plan, task.CompleteTask(task="1"), a_context(plan))


def test_a_task_after_a_cancelled_one_waits_until_that_is_dropped_or_overridden():
    plan = a_started(a_task("task-002", status="cancelled"), a_task("task-003", dependencies=["task-002"]))
    ctx = a_context(plan)

    with pytest.raises(errors.Refused) as refused:
        task.start(plan, task.StartTask(task="task-003"), ctx)
    dropped = after(plan, dependency.remove_from_task(plan, "task-003", "t2", ctx))

    assert refused.value.findings[0]["code"] == "dependency_cancelled"
    assert "--no-depends-on task-002" in refused.value.findings[0]["hint"]
    assert kinds(task.start(dropped, task.StartTask(task="task-003"), ctx)) == ["task.started"]
    assert (
        kinds(task.start(plan, task.StartTask(task="task-003", override="not needed"), ctx))[0] == "override.used"
    )


def test_a_subtask_never_waits_for_its_own_parent():
    plan = a_started(a_task("task-002", dependencies=["task-001"]))

    for after_it in ("task-001", "task-002"):
        with pytest.raises(errors.Refused) as refused:
            request = task_fields.AddTask(title="inside", parent="task-001", after=[after_it])
            task_fields.add(plan, request, a_context(plan))
        assert refused.value.code == "cycle"


def test_a_task_waits_for_one_elsewhere_or_a_whole_milestone_never_in_a_circle():
    first = a_started()
    second = a_milestone("milestone-002", tasks=[a_task()], dependencies=["m1"])
    third = a_milestone("milestone-003", tasks=[a_task()])
    ctx = a_context(first, second, third)

    added = after(first, task_fields.add(first, task_fields.AddTask(title="x", after=["t1", "m3/1", "m3"]), ctx))
    assert added.body["tasks"][-1]["dependencies"] == ["task-001", "milestone-003/task-001", "milestone-003"]
    with pytest.raises(errors.Refused) as refused:
        dependency.add_to_task(first, "task-001", "m2/t1", ctx)
    assert "milestone-001/task-001 → milestone-002/task-001 → milestone-001" in refused.value.message
    with pytest.raises(errors.Refused):
        dependency.add(third, {"id": "milestone-001", "uid": first.uid}, a_context(added, second, third))
    with pytest.raises(errors.TaskNotFound):
        dependency.add_to_task(first, "task-001", "m3/t9", ctx)
    with pytest.raises(errors.TaskNotFound):
        task.start(first, task.StartTask(task="m3/t1"), ctx)
    dropped = after(added, dependency.remove_from_task(added, "task-002", "m3/t1", ctx))
    assert dropped.body["tasks"][-1]["dependencies"] == ["task-001", "milestone-003"]
