"""What waits for a person: each kind, what it costs, and what answers it."""

from datetime import UTC, datetime

from milestone.domain.summary import row
from milestone.reports import inbox
from milestone.testing.builders import a_milestone, a_task

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SINCE = "2026-11-20T12:00:00.000Z"
BLOCKED = {"reason": "no key", "since": SINCE, "kind": "reported"}


def entries(*documents, sessions=(), path=("milestone-001",)):
    return inbox.entries([row(document) for document in documents], sessions, path, NOW)


def shape(found):
    return [(each["kind"], each["ref"], each["answer_with"]) for each in found]


def test_blocked_and_failed_tasks_say_what_lets_them_go_on():
    by_run = {**BLOCKED, "kind": "test", "by": "agent:shell"}
    found = entries(
        a_milestone(
            status="in_progress",
            owner="ana",
            tasks=[
                a_task("task-001", status="blocked", blocked=BLOCKED, assigned_to="ben"),
                a_task("task-002", status="blocked", blocked=by_run),
                a_task("task-003", status="failed", started_at=SINCE),
            ],
        )
    )

    assert shape(found) == [
        ("blocker", "milestone-001/task-001", "milestone task unblock milestone-001/task-001"),
        ("blocker", "milestone-001/task-002", "milestone task retry milestone-001/task-002"),
        ("blocker", "milestone-001/task-003", "milestone task retry milestone-001/task-003"),
    ]
    assert [each["who"] for each in found] == [["ben"], ["ana"], ["ana"]]
    assert found[0]["text"] == "no key"


def test_what_waits_on_the_critical_path_costs_days_and_comes_first():
    def plan(name):
        return a_milestone(name, status="in_progress", tasks=[a_task(status="blocked", blocked=BLOCKED)])

    found = entries(plan("milestone-002"), plan("milestone-001"))

    assert [(each["ref"][:13], each["cost_days"]) for each in found] == [
        ("milestone-001", 2.1),  # and what is left to do in it
        ("milestone-002", 0.0),
    ]


def test_slack_takes_from_what_waiting_costs():
    tasks = [
        a_task("task-001", status="blocked", blocked=BLOCKED, estimated_hours=1),
        a_task("task-002", estimated_hours=9),
    ]

    (found,) = entries(a_milestone(status="in_progress", tasks=tasks))

    assert found["cost_days"] == 1.1  # two days, less the eight hours it has, and its own hour


def test_what_agents_of_a_run_ask_is_answered_by_its_session():
    asks = [
        {"id": "ask-1", "kind": "permission", "task": "milestone-001/task-001", "text": "rm?", "asked_at": SINCE},
        {"id": "ask-2", "kind": "question", "task": "milestone-001/task-001", "text": "Which?", "answer": "b"},
    ]
    session = {"id": "session-1", "milestones": ["milestone-001"], "state": "running", "asks": asks}

    (found,) = entries(a_milestone(status="in_progress"), sessions=[session])

    assert shape([found]) == [("permission", "milestone-001/task-001", "milestone answer session-1/ask-1 yes")]
    assert (found["id"], found["since"]) == ("session-1/ask-1", SINCE)


def test_a_set_up_that_failed_is_one_blocker():
    session = {"id": "s", "milestones": ["milestone-001"], "state": "interrupted", "setup": {"failed": "npm: 1"}}

    (found,) = entries(a_milestone(status="in_progress", tasks=[a_task(), a_task("task-002")]), sessions=[session])

    assert shape([found]) == [("blocker", "milestone-001", "milestone execute m1")]
    assert found["text"] == "worktrees cannot be set up: npm: 1"


def test_values_a_merge_could_not_join_and_questions_are_there():
    plan = a_milestone(
        status="in_progress",
        conflicts=[{"field": "title", "value": "a", "other": "b"}],
        questions=[{"id": "q1", "text": "Which way?"}],
    )

    assert {kind for kind, _, _ in shape(entries(plan))} == {"question", "conflict"}


def test_mine_is_what_names_me_or_nobody():
    found = [{"who": ["ana"]}, {"who": []}, {"who": ["ben", "ana"]}, {"who": ["ben"]}]

    assert inbox.mine(found, lambda who: who == "ana") == found[:3]


def test_what_a_merge_could_not_join_waits_in_closed_milestones_too():
    found = entries(
        *(
            a_milestone(
                f"milestone-00{number}", status=status, conflicts=[{"field": "title", "value": "a", "other": "b"}]
            )
            for number, status in enumerate(("completed", "archived", "cancelled"), 1)
        ),
        a_milestone("milestone-004", status="completed", questions=[{"id": "q1", "text": "Which?"}]),
    )

    assert [(kind, ref) for kind, ref, _ in shape(found)] == [
        ("conflict", f"milestone-00{number}") for number in (1, 2, 3)
    ]
