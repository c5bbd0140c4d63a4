"""What a run does next, from the store alone."""

from milestone.domain.document import Document
from milestone.engine import scheduler
from milestone.testing.builders import a_context, a_milestone, a_task


def a_session(**fields) -> Document:
    return Document(kind="session", uid="s", revision=1, body={"id": "session-1", "tasks": {}, **fields})


def survey(*tasks, busy=(), status="in_progress", settings=None, **session):
    document = a_milestone(status=status, tasks=list(tasks))
    ctx = a_context(document, settings=settings)
    return scheduler.survey(document, a_session(**session), ctx, stored={}, busy=busy)


def started(found) -> list[tuple[str, str]]:
    return [(each.task, each.attempt) for each in found.start]


def test_ready_tasks_are_started_and_the_others_wait_for_them():
    found = survey(
        a_task("task-001", run="x"),
        a_task("task-002", run="x", dependencies=["task-001"]),
        a_task("task-003", run="x"),
    )

    assert started(found) == [("task-001", "1"), ("task-003", "1")]
    assert found.behind == ("task-002",)


def test_a_task_this_session_began_goes_on_under_the_same_attempt():
    task = a_task("task-001", run="x", status="in_progress", attempts=2)

    mine = survey(task, tasks={"milestone-001/task-001": {"attempts": 2}})
    theirs = survey(task)

    assert started(mine) == [("task-001", "2")]
    assert [w.kind for w in theirs.waits] == ["task"]


def test_who_does_a_task_is_decided_in_order():
    def who(task, flag=None, **settings):
        return scheduler.executor_of(task, {"executor": flag}, settings)

    assert who({"executor": "a", "run": "x"}, "b", executor="c") == "a"
    assert who({"run": "x"}, "b", executor="c") == "b"
    assert who({"run": "x"}, executor="c") == "c"
    assert who({"run": "x"}) == "shell"
    assert who({}) == "human"


def test_how_a_run_ends_depends_on_what_is_left():
    done = a_task("task-001", status="completed")
    person, failed = a_task("task-002"), a_task("task-003", status="failed", run="x")

    assert survey(done).word == "ended"
    assert survey(done, person).word == "waiting"
    assert survey(done, person, failed).word == "failed"


def test_nothing_is_started_in_a_milestone_that_rests():
    found = survey(a_task("task-001", run="x"), status="paused")

    assert found.start == ()
    assert "paused" in found.stuck[0].text


def test_under_hierarchical_one_lead_has_one_task_at_a_time():
    tasks = [
        a_task("task-001", run="x", parent="task-009"),
        a_task("task-002", run="x", parent="task-009"),
        a_task("task-003", run="x", assigned_to="Ben"),
        a_task("task-004", run="x", assigned_to="Ben"),
        a_task("task-005", run="x"),
        a_task("task-009"),
    ]

    found = survey(*tasks, coordination="hierarchical")
    busy = survey(*tasks, coordination="hierarchical", busy=["task-001"])

    assert [name for name, _ in started(found)] == ["task-001", "task-003", "task-005"]
    assert [name for name, _ in started(busy)] == ["task-003", "task-005"]
    assert len(survey(*tasks, coordination="flat").start) == 5
