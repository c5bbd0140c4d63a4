import pytest

from milestone import errors
from milestone.domain import event_fields, facts
from milestone.domain.decide import creation, dependency, fact, milestone, question
from milestone.domain.decide.milestone import EditMilestone, SetStatus, StartMilestone
from milestone.domain.summary import row
from milestone.testing.builders import ROBOT, a_context, a_milestone, a_task, after


def kinds(found):
    assert not [p for event in found for p in event_fields.problems(event.kind, event.data)]
    return [event.kind for event in found]


def test_new_milestones_are_numbered_in_order_and_local_names_become_ids():
    old = a_milestone("milestone-007")
    drafts = [
        {"id": "auth", "title": "Auth", "tasks": [{"title": "A"}, {"title": "B", "dependencies": ["A"]}]},
        {"title": "Shop", "dependencies": {"requires": ["auth", "m7"]}},
    ]

    found = creation.create(drafts, ["u1", "u2"], a_context(old))

    assert kinds(found) == ["milestone.created", "milestone.created"]
    auth, shop = (event.data["body"] for event in found)
    assert (auth["id"], auth["uid"], auth["status"], shop["id"]) == (
        "milestone-008",
        "u1",
        "planned",
        "milestone-009",
    )
    assert [t["id"] for t in auth["tasks"]] == ["task-001", "task-002"]
    assert auth["tasks"][1]["dependencies"] == ["task-001"]
    assert shop["dependencies"]["requires"] == ["milestone-008", "milestone-007"]
    assert shop["refs"] == {"u1": "milestone-008", old.uid: "milestone-007"}


def test_numbers_once_given_are_never_given_again():
    found = creation.create([{"title": "Next"}], ["u"], a_context(last_number=41))

    assert found[0].milestone == "milestone-042"


@pytest.mark.parametrize(
    ("drafts", "code", "path"),
    [
        ([{"title": ""}], "no_title", "milestones[0].title"),
        ([{"title": "X", "dependencies": ["milestone-099"]}], "unknown_id", "milestones[0].dependencies.requires"),
        (
            [{"id": "a", "title": "X", "dependencies": ["a"]}],
            "self_reference",
            "milestones[0].dependencies.requires",
        ),
        (
            [{"id": "a", "title": "X", "dependencies": ["b"]}, {"id": "b", "title": "Y", "dependencies": ["a"]}],
            *("cycle", "milestones"),
        ),
        ([{"title": "X", "tasks": [{"title": "t", "dependencies": ["nope"]}]}], "unknown_id", None),
        (
            [{"title": "X", "tasks": [{"id": "1", "dependencies": ["2"]}, {"id": "2", "dependencies": ["1"]}]}],
            *("cycle", "milestones[0].tasks"),
        ),
    ],
)
def test_a_bad_plan_is_refused_with_its_place(drafts, code, path):
    with pytest.raises(errors.InvalidPlan) as refused:
        creation.create(drafts, ["u1", "u2"][: len(drafts)], a_context())

    assert refused.value.findings[0]["code"] == code
    assert path in (None, refused.value.findings[0]["path"])


def test_unmet_requirements_refuse_a_start_and_a_person_may_override_on_the_record():
    first, second = a_milestone("milestone-001"), a_milestone("milestone-002", dependencies=["m1"])
    ctx = a_context(first, second)

    with pytest.raises(errors.Refused):
        milestone.start(second, StartMilestone(), ctx)
    with pytest.raises(errors.NeedsAPerson):
        milestone.start(second, StartMilestone(override="go"), a_context(first, second, actor=ROBOT))
    found = milestone.start(second, StartMilestone(override="go"), ctx)

    assert kinds(found) == ["override.used", "milestone.started"]
    passed = row(after(second, found))
    assert (passed["depends_overridden"], passed["overrides"][0]["reason"]) == (["milestone-001"], "go")


def test_a_requirement_on_a_cancelled_record_stays_unmet_until_dropped():
    first, second = (
        a_milestone("milestone-001", status="cancelled"),
        a_milestone("milestone-002", dependencies=["m1"]),
    )
    ctx = a_context(first, second)

    with pytest.raises(errors.Refused) as refused:
        milestone.start(second, StartMilestone(), ctx)
    dropped = after(second, dependency.remove(second, "milestone-001", ctx))

    assert "cancelled" in refused.value.why
    assert kinds(milestone.start(dropped, StartMilestone(), a_context(first, dropped))) == ["milestone.started"]


def test_completed_and_archived_requirements_are_met():
    done = a_milestone("milestone-001", status="completed")
    shelved = a_milestone("milestone-002", status="archived", archived=True)
    third = a_milestone("milestone-003", dependencies={"technical": ["m1"], "milestone-002": "its schema"})

    assert kinds(milestone.start(third, StartMilestone(), a_context(done, shelved, third))) == [
        "milestone.started"
    ]


@pytest.mark.parametrize(
    ("state", "wanted", "found"),
    [
        ("planned", "in_progress", ["milestone.started"]),
        ("planned", "completed", ["milestone.started", "milestone.completed"]),
        ("in_progress", "paused", ["milestone.paused"]),
        ("paused", "in_progress", ["milestone.resumed"]),
        ("in_progress", "completed", ["milestone.completed"]),
        ("completed", "cancelled", ["milestone.cancelled"]),
        ("in_progress", "in_progress", []),
    ],
)
def test_a_status_is_reached_by_its_verb(state, wanted, found):
    plan = a_milestone(status=state)

    assert kinds(milestone.set_status(plan, SetStatus(status=wanted), a_context(plan))) == found


@pytest.mark.parametrize(
    ("state", "wanted", "error"),
    [
        ("planned", "paused", errors.Refused),
        ("completed", "in_progress", errors.Refused),
        ("completed", "archived", errors.InvalidRequest),
        ("planned", "perfect", errors.InvalidRequest),
        ("paused", "completed", errors.Refused),
    ],
)
def test_other_ways_are_refused(state, wanted, error):
    plan = a_milestone(status=state)

    with pytest.raises(error):
        milestone.set_status(plan, SetStatus(status=wanted), a_context(plan))


def test_open_tasks_keep_a_milestone_open():
    plan = a_milestone(status="in_progress", tasks=[a_task()])

    with pytest.raises(errors.Refused) as refused:
        milestone.complete(plan, a_context(plan))

    assert refused.value.code == "open_tasks"


def test_an_edit_says_only_what_changes_and_dates_are_rescheduled():
    plan = a_milestone(priority="high", timeline={"estimated_end": "2026-12-01"})
    request = EditMilestone(set={"priority": "high", "title": "New", "timeline/estimated_end": "2026-12-08"})

    found = milestone.edit(plan, request, a_context(plan))

    assert kinds(found) == ["milestone.rescheduled", "milestone.edited"]
    assert found[1].data == {"set": {"title": "New"}}
    assert milestone.edit(after(plan, found), request, a_context(plan)) == []


def test_an_update_of_the_field_settles_its_conflict():
    plan = a_milestone(conflicts=[{"field": "title", "value": "A", "other": "B"}])

    found = milestone.edit(plan, EditMilestone(set={"title": plan.body["title"]}), a_context(plan))

    assert kinds(found) == ["conflict.settled"]
    assert "conflicts" not in after(plan, found).body


def test_what_others_need_is_not_deleted_and_what_a_run_holds_neither():
    first, second = a_milestone("milestone-001"), a_milestone("milestone-002", dependencies=["m1"])
    ctx = a_context(first, second, held_by={second.uid: "session-20261120-001"})

    with pytest.raises(errors.Refused) as refused:
        milestone.delete(first, ctx)
    with pytest.raises(errors.Refused):
        milestone.delete(second, ctx)

    assert refused.value.findings[0]["path"] == "milestone-002"
    assert kinds(milestone.delete(second, a_context(first, second))) == ["milestone.deleted"]


def test_reopening_marks_the_milestones_that_were_built_on_it():
    first = a_milestone("milestone-001", status="archived", archived=True)
    second = a_milestone("milestone-002", status="in_progress", dependencies=["m1"])

    found = milestone.reopen(first, "a bug", a_context(first, second))

    assert [(e.kind, e.milestone) for e in found] == [
        ("milestone.reopened", "milestone-001"),
        ("milestone.edited", "milestone-002"),
    ]


def test_a_dependency_that_would_close_a_cycle_names_it():
    first = a_milestone("milestone-001", dependencies=["m3"])
    second, third = a_milestone("milestone-002", dependencies=["m1"]), a_milestone("milestone-003")
    ctx = a_context(first, second, third)

    with pytest.raises(errors.Refused) as refused:
        dependency.add(third, row(second), ctx)
    with pytest.raises(errors.Refused):
        dependency.add(third, row(third), ctx)

    assert "milestone-003 → milestone-002 → milestone-001 → milestone-003" in refused.value.message
    assert kinds(dependency.add(second, row(third), ctx)) == ["dependency.added"]


def test_facts_are_said_by_people_or_proved_by_a_check():
    plan = a_milestone(success_criteria=["p95 < 50 ms", {"name": "docs", "text": "Docs are written"}])
    ctx, robot = a_context(plan), a_context(plan, actor=ROBOT)

    with pytest.raises(errors.NeedsAPerson):
        fact.meet(plan, fact.MeetFact(fact="docs"), robot)
    proved = after(
        plan, fact.meet(plan, fact.MeetFact(fact="p95", receipt={"command": "bench", "exit_code": 0}), robot)
    )
    said = after(proved, fact.meet(proved, fact.MeetFact(fact="DOCS", evidence="README"), ctx))
    taken_back = after(said, fact.meet(said, fact.MeetFact(fact="docs", met=False, reason="gone"), ctx))

    assert [f.met for f in facts.criteria(said)] == [True, True]
    assert [f.met for f in facts.criteria(taken_back)] == [True, False]
    with pytest.raises(errors.NotFound):
        fact.meet(plan, fact.MeetFact(fact="taste"), ctx)


def test_a_fact_typed_as_met_is_not():
    plan = a_milestone(dependencies={"conditions": [{"text": "schema approved", "met": True}]})

    with pytest.raises(errors.Refused):
        milestone.start(plan, StartMilestone(), a_context(plan))
    met = after(plan, fact.meet(plan, fact.MeetFact(fact="schema approved"), a_context(plan)))
    assert kinds(milestone.start(met, StartMilestone(), a_context(met))) == ["milestone.started"]


def test_an_answer_changes_what_its_question_said():
    effects = [
        {"when": ["stripe", "paypal"], "scale": {"tasks/task-001/estimated_hours": 1.5}},
        {"set": {"resources/tools_needed": ["{answer}"], "tasks/task-001/title": "Use {answer}"}},
    ]
    asked = {"id": "q1", "text": "Which provider?", "default": "Stripe", "effect": effects}
    hours = {"optimistic": 2, "likely": 4, "pessimistic": 8}
    plan = a_milestone(questions=[asked], tasks=[a_task(estimated_hours=hours)])
    ctx = a_context(plan)

    stripe = question.answer(plan, question.AnswerQuestion(question="Q1", answer="Stripe, please"), ctx)
    other = question.answer(plan, question.AnswerQuestion(question="m1/q1", answer="Adyen"), ctx)

    assert kinds(stripe) == ["question.answered"]
    scaled = after(plan, stripe).body["tasks"][0]["estimated_hours"]
    assert scaled == {"optimistic": 3, "likely": 6, "pessimistic": 12}
    answered = after(plan, other).body
    assert (answered["tasks"][0]["title"], answered["questions"][0]["answered_by"]) == ("Use Adyen", "ana")
    assert row(after(plan, other))["questions"] == []
