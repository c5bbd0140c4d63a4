"""What a completion lacks to be proven: a receipt of the files as they are, a proof of every acceptance item."""

import pytest

from milestone import errors
from milestone.domain import proof, receipts
from milestone.domain.decide import task
from milestone.domain.receipts import WorkState
from milestone.testing.builders import ROBOT, a_context, a_milestone, a_task, after, an_event

NOW = WorkState(commit="c1", tree="t1")
LATER = WorkState(commit="c1", tree="t2", uncommitted=("app.py",))
RECEIPT = {"grade": "command", "by": "ana", "at": "2026-11-20T12:00:00.000Z", "exit_code": 0, **NOW.fields()}


def recorded(plan, *items):
    return after(plan, [an_event("evidence.recorded", plan, task="task-001", evidence=item) for item in items])


def codes(plan, state=NOW):
    return [item["code"] for item in receipts.missing(plan, plan.body["tasks"][0], (), state)]


@pytest.mark.parametrize(
    ("fields", "items", "lacks"),
    [
        ({}, [], ["receipt_missing"]),
        ({}, [{"command": "make"}], []),
        ({"verify": "make"}, [{"command": "true"}], ["receipt_missing"]),
        ({"verify": "make"}, [{"command": "make"}], []),
        ({"verify": "make"}, [{"command": "make"}, {"command": "make", "exit_code": 1}], ["receipt_missing"]),
        ({"verify": "make"}, [{"command": "make", "tree": "t0"}], ["receipt_stale"]),
        ({"verify": "make"}, [{"command": "make", "tree": None}], []),
        ({"verify": "make"}, [{"command": "make", "tree": None, "commit": None}], ["receipt_stale"]),
        ({"verify": "make"}, [{"grade": "ci"}], []),
        ({"verify": "make", "acceptance": ["fast"]}, [{"command": "make"}], []),
        ({"verify": "make", "acceptance": ["fast", "safe"]}, [{"command": "make"}], ["item_unproven"] * 2),
        ({"acceptance": ["fast", "safe"]}, [{"command": "a", "item": 1}], ["item_unproven"]),
        ({"acceptance": ["fast", "safe"]}, [{"command": "a", "item": n} for n in (1, 2)], []),
        (
            {"acceptance": [{"text": "fast", "check": "bench"}]},
            [{"command": "true", "item": 1}],
            ["item_unproven"],
        ),
        ({"acceptance": [{"text": "fast", "check": "bench"}]}, [{"command": "bench", "item": 1}], []),
        ({"acceptance": ["fast"]}, [{"command": "a", "tree": "t0", "item": 1}], ["receipt_stale", "proof_stale"]),
    ],
)
def test_what_is_missing(fields, items, lacks):
    plan = recorded(a_milestone(tasks=[a_task(**fields)]), *({**RECEIPT, **item} for item in items))

    assert codes(plan) == lacks


def test_what_is_not_committed_stands_in_the_way_of_the_tasks_it_concerns():
    plan = recorded(a_milestone(tasks=[a_task(files=["docs/*"])]), {**RECEIPT, "command": "a", "tree": "t2"})
    other = recorded(a_milestone(tasks=[a_task()]), {**RECEIPT, "command": "a", "tree": "t2"})

    assert (codes(plan, LATER), codes(other, LATER)) == ([], ["not_committed"])


def test_a_word_that_was_typed_shows_nothing_and_neither_does_what_is_from_before_a_reopening():
    typed = a_milestone(tasks=[a_task(evidence=[{**RECEIPT, "command": "make"}])])
    plan = recorded(a_milestone(status="in_progress", tasks=[a_task(), a_task("task-002")]), RECEIPT)
    done = after(plan, task.complete(plan, task.CompleteTask(task="task-001"), a_context(plan)))
    act = task.Act(task="task-001", reason="wrong")
    again = after(done, task.reopen(done, act, a_context(done)), at="2026-11-21T12:00:00.000Z")

    assert (codes(typed), codes(plan), codes(again)) == (["receipt_missing"], [], ["receipt_missing"])
    assert proof.grade(done, done.body["tasks"][0]) == "command"
    twice = after(again, task.complete(again, task.CompleteTask(task="task-001"), a_context(again)))
    assert proof.grade(twice, twice.body["tasks"][0]) == "self-reported"


def test_a_proof_follows_the_words_of_its_item_not_its_place():
    found = a_task(acceptance=["fast", "safe"])
    item = {**RECEIPT, "command": "a", **proof.about(found, 2)}

    moved = recorded(a_milestone(tasks=[{**found, "acceptance": ["safe", "fast"]}]), item)
    reworded = recorded(a_milestone(tasks=[{**found, "acceptance": ["fast", "very safe"]}]), item)

    assert [each.grade for each in receipts.criteria(moved, moved.body["tasks"][0])] == ["command", None]
    assert [each.grade for each in receipts.criteria(reworded, reworded.body["tasks"][0])] == [None, None]


def test_the_grade_of_a_task_is_that_of_its_least_shown_item():
    plan = a_milestone(status="in_progress", tasks=[a_task(acceptance=["fast", "safe"]), a_task("task-002")])
    one = recorded(plan, {**RECEIPT, "command": "a", "item": 1})
    both = recorded(one, {**RECEIPT, "command": "b", "item": 2})

    def grade(found):
        done = after(found, task.complete(found, task.CompleteTask(task="task-001"), a_context(found)))
        return proof.grade(done, done.body["tasks"][0])

    assert [grade(found) for found in (plan, one, both)] == ["self-reported", "self-reported", "command"]


@pytest.mark.parametrize(
    ("settings", "fields"),
    [
        ({"evidence": "required"}, {}),
        ({}, {"evidence": "required"}),
        ({}, {"kiro_configuration": {"approval_gates": {"a_to_b": {"evidence": "required"}}}}),
    ],
)
def test_project_milestone_or_gate_ask_for_receipts_and_a_person_goes_past(settings, fields):
    kiro = {"kiro_workflow": {"phases": {}}} if "kiro_configuration" in fields else {}
    plan = a_milestone(tasks=[a_task(**kiro), a_task("task-002")], **fields)
    request = task.CompleteTask(task="task-001", state=NOW)

    with pytest.raises(errors.Refused) as refused:
        task.complete(plan, request, a_context(plan, settings=settings))
    assert [f["code"] for f in refused.value.findings] == ["receipt_missing"]
    past = task.CompleteTask(task="task-001", override="seen by Ben")
    with pytest.raises(errors.NeedsAPerson):
        task.complete(plan, past, a_context(plan, settings=settings, actor=ROBOT))
    kinds = [event.kind for event in task.complete(plan, past, a_context(plan, settings=settings))]
    assert kinds == ["milestone.started", "task.started", "override.used", "task.completed"]
