from milestone.domain import events, proof
from milestone.domain.evolve import EVOLVE, evolve
from milestone.testing.builders import ROBOT, a_milestone, a_task, after, an_event, recorded


def test_every_kind_that_evolves_is_in_the_table_of_events():
    assert set(EVOLVE) <= set(events.KINDS)
    assert set(events.KINDS) >= proof.PROVING


def test_a_milestone_is_begun_by_its_first_event():
    body = a_milestone(title="Login").body

    document = evolve(None, recorded(an_event("milestone.created", body=body)))

    assert (document.revision, document.body) == (1, body)


def test_unknown_kinds_change_nothing_but_the_revision():
    before = a_milestone(tasks=[a_task()])

    found = after(before, [an_event("task.teleported", before, task="task-001", where="moon")])

    assert (found.body, found.revision) == (before.body, 2)


def test_a_task_started_and_completed_keeps_times_and_counts_the_attempt():
    before = a_milestone(tasks=[a_task("task-001"), a_task("task-002")])

    found = after(
        before,
        [an_event("task.started", before, task="task-001"), an_event("task.completed", before, task="task-001")],
    )

    task = found.body["tasks"][0]
    assert (task["status"], task["attempts"], task["started_at"], task["completed_at"]) == (
        *("completed", 1),
        *("2026-11-20T12:00:00.000Z", "2026-11-20T12:00:00.000Z"),
    )
    assert found.body["tasks"][1] is before.body["tasks"][1], "the rest is shared"
    assert before.body["tasks"][0]["status"] == "pending", "nothing is changed in place"


def test_an_event_about_a_task_that_is_gone_changes_nothing():
    before = a_milestone(tasks=[a_task()])

    assert after(before, [an_event("task.completed", before, task="task-404")]).body == before.body


def test_a_completed_task_says_how_well_that_is_known():
    before = a_milestone(tasks=[a_task("task-001"), a_task("task-002"), a_task("task-003", status="completed")])
    receipt = {"grade": "command", "by": "ana", "command": "true", "exit_code": 0}

    found = after(
        before,
        [
            an_event("task.completed", before, task="task-001"),
            an_event("task.completed", before, task="task-002", evidence=[receipt]),
        ],
    )

    assert [proof.grade(found, task) for task in found.body["tasks"]] == ["self-reported", "command", "typed"]


def test_a_checkout_there_and_back_restores_the_grade_but_a_typed_time_does_not():
    before = a_milestone(tasks=[a_task()])
    done = after(before, [an_event("task.completed", before, task="task-001")])
    away = {"tasks/task-001/status": "pending"}
    gone = an_event("document.edited", via="git", set=away, unset=["tasks/task-001/completed_at"])
    back = an_event("document.edited", via="git", set={"tasks": done.body["tasks"]})
    typed = an_event("document.edited", via="hand", set={"tasks/task-001/completed_at": "2026-11-21T00:00:00Z"})

    there = after(done, [gone])
    returned = after(there, [back])

    assert proof.grade(there, there.body["tasks"][0]) is None
    assert proof.grade(returned, returned.body["tasks"][0]) == "self-reported"
    assert proof.grade(after(returned, [typed]), after(returned, [typed]).body["tasks"][0]) == "typed"


def test_evidence_typed_by_hand_does_not_lift_a_recorded_completion():
    before = a_milestone(tasks=[a_task()])
    done = after(before, [an_event("task.completed", before, task="task-001")])
    typed = an_event("document.edited", via="hand", set={"tasks/task-001/evidence": [{"grade": "command"}]})

    found = after(done, [typed])

    assert proof.grade(found, found.body["tasks"][0]) == "self-reported"
    assert proof.evidence_grades(found, found.body["tasks"][0]) == ["typed"]


def test_a_reopened_task_loses_its_proof_for_good():
    before = a_milestone(tasks=[a_task()])
    done = after(before, [an_event("task.completed", before, task="task-001")])
    again = after(done, [an_event("task.reopened", before, task="task-001", reason="wrong")])

    typed_back = after(again, [an_event("document.edited", via="hand", set={"tasks": done.body["tasks"]})])

    assert proof.grade(typed_back, typed_back.body["tasks"][0]) == "typed"


def test_archiving_reopening_removing_and_deleting_mark_the_document():
    before = a_milestone(status="completed")

    archived = after(before, [an_event("milestone.archived", before)])
    reopened = after(archived, [an_event("milestone.reopened", before, reason="bug")])
    removed = after(before, [an_event("document.removed", before, via="git")])
    returned = after(removed, [an_event("document.returned", before, via="git")])
    deleted = after(before, [an_event("milestone.deleted", before)], actor=ROBOT)

    assert (archived.archived, archived.body["status"]) == (True, "archived")
    assert (reopened.archived, reopened.body["status"]) == (False, "in_progress")
    assert (removed.away, returned.away, deleted.deleted) == (True, False, True)


def test_a_fact_is_met_only_by_a_command():
    criteria = ["latency < 50 ms", {"name": "docs", "text": "docs are written", "met": True}]
    before = a_milestone(success_criteria=criteria)
    met = an_event("fact.met", before, where="success_criteria", fact="latency < 50 ms", evidence="bench.txt")

    found = after(before, [met])

    from_command, from_text = found.body["success_criteria"]
    assert from_command["met"] and from_command["by"] == "ana"
    assert proof.fact_seal("success_criteria", from_command) in found.proven
    assert proof.fact_seal("success_criteria", from_text) not in found.proven
