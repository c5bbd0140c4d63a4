"""Where the project stands, from rows alone."""

from datetime import UTC, datetime

from milestone.domain.summary import row
from milestone.reports import next as next_report
from milestone.reports import ready, status
from milestone.testing.builders import a_milestone, a_task

NOW = datetime(2026, 11, 22, 19, 14, tzinfo=UTC)


def rows_of(*documents):
    return [row(document) for document in documents]


def a_moment(*documents, **fields):
    project = status.Project("portfolio", hours_per_week=8)
    return status.Moment(rows=rows_of(*documents), now=NOW, project=project, **fields)


def contact_form(**fields):
    tasks = [
        a_task("task-001", status="completed", estimated_hours=1.5),
        a_task("task-002", status="in_progress", estimated_hours=3, dependencies=["task-001"]),
        a_task("task-003", status="completed", estimated_hours=4, dependencies=["task-001"]),
        a_task("task-004", estimated_hours=2.5, dependencies=["task-003"]),
        a_task("task-005", estimated_hours=3, dependencies=["task-004"]),
    ]
    return a_milestone(status="in_progress", tasks=tasks, **fields)


def test_progress_is_weighted_by_hours():
    view = status.view(a_moment(contact_form()))

    assert view["percentage"] == 39
    assert view["hours"] == {"total": 14.0, "done": 5.5}


def test_counts_leave_cancelled_ones_out_and_archived_ones_in():
    moment = a_moment(
        a_milestone("milestone-001", status="cancelled"),
        a_milestone("milestone-002", status="completed", archived=True),
        a_milestone("milestone-003"),
    )

    counts = status.view(moment)["counts"]

    assert counts == {"total": 2, "completed": 1, "in_progress": 0, "planned": 1, "blocked": 0, "paused": 0}


def test_the_critical_path_is_never_cut():
    chain = [
        a_milestone(
            f"milestone-{n:03d}",
            dependencies=[f"milestone-{n - 1:03d}"] if n > 1 else [],
            tasks=[a_task(estimated_hours=2)],
        )
        for n in range(1, 31)
    ]

    view = status.view(a_moment(*chain), limit=5)

    assert len(view["milestones"]) == 5
    assert len(view["critical_path"]) == 30


def test_what_was_begun_is_where_somebody_stopped():
    resume = status.view(a_moment(contact_form()))["resume"]

    assert resume["ref"] == "milestone-001/task-002"
    assert resume["completed"] == ["task-001", "task-003"]


def test_an_interrupted_session_comes_before_a_begun_task():
    session = {
        "id": "session-20261120-001",
        "milestones": ["milestone-001"],
        "state": "interrupted",
        "last_saved": "2026-11-20T20:00:00Z",
    }

    resume = status.view(a_moment(contact_form(), sessions=[session]))["resume"]

    assert resume["session"] == "session-20261120-001"
    assert resume["command"] == "milestone execute milestone-001"


def test_a_session_that_still_runs_was_not_interrupted():
    document = contact_form()
    session = {"id": "session-20261120-001", "milestones": ["milestone-001"], "state": "running"}

    moment = a_moment(document, sessions=[session], held={document.uid: "session-20261120-001"})

    assert status.view(moment)["resume"]["kind"] == "task"


def test_open_questions_and_unmet_conditions_need_a_person():
    document = a_milestone(
        questions=[{"id": "q1", "text": "Which provider?"}], dependencies={"conditions": ["schema approved"]}
    )

    kinds = [each["kind"] for each in status.view(a_moment(document))["needs_you"]]

    assert kinds == ["question", "condition"]


def test_a_task_is_ready_when_nothing_it_waits_for_is_open():
    first = a_milestone("milestone-001", tasks=[a_task("task-001"), a_task("task-002", dependencies=["task-001"])])
    second = a_milestone("milestone-002", dependencies=["milestone-001"], tasks=[a_task()])

    assert [sight.ref for sight in ready.ready(rows_of(first, second))] == ["milestone-001/task-001"]


def test_members_of_a_cycle_are_never_ready():
    one = a_milestone("milestone-001", dependencies=["milestone-002"], tasks=[a_task()])
    two = a_milestone("milestone-002", dependencies=["milestone-001"], tasks=[a_task()])

    assert list(ready.ready(rows_of(one, two))) == []


def test_next_says_why():
    view = next_report.view(rows_of(contact_form()))

    assert view["task"]["ref"] == "milestone-001/task-004"
    assert view["reason"] == "It is on the critical path, t5 waits for it and m1 is in progress."


def test_next_says_why_there_is_nothing():
    blocked = a_milestone(tasks=[a_task(status="blocked", blocked={"reason": "no key"})])

    assert next_report.view([])["reason"] == "There are no milestones yet."
    assert next_report.view(rows_of(blocked))["reason"] == "m1/t1 is blocked; nothing else is ready."
