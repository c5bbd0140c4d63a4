"""Every role: its trigger, its decision, what it writes, what a person sees."""

import pytest

from milestone.agents.roles import ROLES
from milestone.agents.roles.base import NOTHING, Role, View
from milestone.domain.decide import session as of_session
from milestone.domain.document import Document
from milestone.domain.event_fields import problems
from milestone.registry import load
from milestone.testing.builders import a_context, a_milestone, a_task, an_event, recorded

REF = "milestone-001/task-002"


def a_session(**fields) -> Document:
    body = {"id": "session-20261120-001", "milestones": ["milestone-001"], "holds": ["u"], "state": "running"}
    body |= {"branch": "milestone/milestone-001", "tasks": {}, **fields}
    return Document(kind="session", uid="s", revision=1, body=body)


def seen(kind: str, /, *, task: str | None = "task-002", tasks=None, session=None, at=None, **data) -> View:
    plan = tasks or [
        a_task("task-001", status="completed", estimated_hours=8),
        a_task("task-002", dependencies=["task-001"], estimated_hours=8, **{"status": "in_progress"}),
        a_task("task-003", dependencies=["task-002"], estimated_hours=8),
    ]
    milestone = a_milestone(status="in_progress", tasks=plan)
    session = session or a_session()
    about = milestone if kind.startswith(("task.", "document.")) else None
    event = (
        an_event(kind, about, task=task, **data) if about else of_session.event(session, kind, task=task, **data)
    )
    return View(
        recorded=recorded(event, 7, **({"at": at} if at else {})),
        session=session,
        milestone=milestone,
        ctx=a_context(milestone),
        surroundings=lambda: {"branch": "main", "open_files": ["a.py"]},
    )


def role(name: str) -> Role:
    made: Role = load(ROLES[name])()
    return made


def lines(answer) -> str:
    return "\n".join(map(str, answer.lines))


@pytest.mark.parametrize("name", ROLES)
def test_every_role_keeps_the_contract(name):
    made = role(name)

    assert made.name == name
    assert made.purpose
    assert made.hears
    view = seen("run.step_finished", step="finish")
    assert made.react(view) == made.react(view)
    assert all(problems(event.kind, event.data) == [] for event in made.react(view).events)


def test_the_task_executor_enters_a_worker_and_says_what_begins():
    known = {REF: {"attempts": 2, "executor": "robot"}}

    begun = role("task-executor").react(seen("run.step_started", step="begin", session=a_session(tasks=known)))
    gone = role("task-executor").react(seen("run.step_finished", step="finish"))

    assert [e.kind for e in begun.events] == ["agent.registered"]
    assert begun.events[0].data["agent"]["executor"] == "robot"
    assert lines(begun) == "◐ t2 Do task-002, attempt 2"
    assert [e.kind for e in gone.events] == ["agent.removed"]
    assert role("task-executor").react(seen("run.step_finished", step="work")) == NOTHING


def test_the_progress_monitor_says_time_proof_commit_and_how_far():
    known = {REF: {"status": "completed", "seconds": 372, "commit": "3f2a91c0ffee"}}
    tasks = [a_task("task-002", status="completed", verify="npm test"), a_task("task-003")]

    answer = role("progress-monitor").react(
        seen("run.step_finished", step="finish", tasks=tasks, session=a_session(tasks=known))
    )

    assert lines(answer) == "✓ t2 Do task-002  6 min  npm test ok  3f2a91c  (1 of 2, 50 %)"


def test_the_git_role_keeps_a_conflict_as_one_and_counts_commits():
    conflict = role("git").react(seen("blocker.detected", reason="conflict", cause="git"))
    other = role("git").react(seen("blocker.detected", reason="tests", cause="test"))
    known = {REF: {"commit": "abc"}}
    over = role("git").react(seen("session.ended", task=None, state="ended", session=a_session(tasks=known)))

    assert [(e.kind, e.data["branch"]) for e in conflict.events] == [
        ("branch.conflicted", "milestone/milestone-001-task-002")
    ]
    assert other == NOTHING
    assert lines(over) == "1 commit on milestone/milestone-001."


def test_the_dependency_validator_says_what_is_ready_and_finds_a_cycle():
    ready = role("dependency-validator").react(
        seen("task.completed", task="task-001", tasks=[
            a_task("task-001", status="completed"),
            a_task("task-002", dependencies=["task-001"]),
            a_task("task-003", dependencies=["task-002"]),
        ])
    )  # fmt: skip
    knot = [a_task("task-002", dependencies=["task-003"]), a_task("task-003", dependencies=["task-002"])]
    cycle = role("dependency-validator").react(seen("document.edited", task=None, tasks=knot, via="hand"))

    assert lines(ready) == "  now ready: t2"
    assert [(e.kind, e.data["cause"]) for e in cycle.events] == [("blocker.detected", "dependency")]
    assert "wait for each other" in lines(cycle)


def test_the_blocker_detector_names_cost_and_way_out():
    answer = role("blocker-detector").react(seen("blocker.detected", reason="a conflict in app.py", cause="git"))

    assert "a conflict in app.py" in lines(answer)
    assert "1 task waits behind it, 1.0 days of the critical path." in lines(answer)
    assert "milestone task retry m1/t2" in lines(answer)


def test_the_blocker_detector_finds_a_stall_once():
    tasks = [a_task("task-002", status="in_progress", estimated_hours=1)]
    working = {"status": "running", "began": "2026-11-20T08:00:00.000Z"}
    at = "2026-11-20T12:00:00.000Z"

    first = role("blocker-detector").react(
        seen("session.saved", task=None, tasks=tasks, at=at, session=a_session(tasks={REF: working}))
    )
    again = role("blocker-detector").react(
        seen(
            "session.saved",
            task=None,
            tasks=tasks,
            at=at,
            session=a_session(tasks={REF: {**working, "stalled": True}}),
        )
    )

    assert [e.kind for e in first.events] == ["blocker.detected", "run.step_started"]
    assert "4.0 h" in lines(first)
    assert again == NOTHING


def test_a_blocker_that_stands_too_long_is_told_once_to_whoever_has_to_hear():
    stopped = {"status": "blocked", "blocked": {"reason": "no key", "since": "2026-11-20T00:00:00.000Z"}}
    tasks = [a_task("task-002", estimated_hours=8, **stopped), a_task("task-003", dependencies=["task-002"])]
    at = "2026-11-20T09:00:00.000Z"

    def saved(**known):
        return seen("session.saved", task=None, tasks=tasks, at=at, session=a_session(tasks={REF: known}))

    first = role("blocker-detector").react(saved(status="blocked"))
    again = role("blocker-detector").react(saved(status="blocked", escalated=1))

    assert [e.kind for e in first.events] == ["blocker.escalated", "run.step_finished"]
    assert first.events[0].data["to"] == "the whole team"
    assert "t2 stands still (high): no key: 1 task waits behind it, 1.4 days of the critical path" in lines(first)
    assert again == NOTHING


def test_what_stood_in_the_way_is_resolved_and_a_lost_agent_is_a_blocker():
    known = a_session(tasks={REF: {"status": "blocked", "reason": "no key"}})

    gone = role("blocker-detector").react(seen("task.unblocked", session=known))
    usual = role("blocker-detector").react(seen("task.completed"))
    lost = role("blocker-detector").react(seen("agent.failed", reason="it did not answer"))

    assert [e.kind for e in gone.events] == ["blocker.resolved", "run.step_finished"]
    assert usual == NOTHING
    assert [(e.kind, e.data["cause"]) for e in lost.events] == [("blocker.detected", "agent")]


def test_the_session_manager_saves_the_context_and_says_what_goes_on():
    session = a_session(state="interrupted", tasks={REF: {"status": "running"}})

    stopped = role("session-manager").react(
        seen("session.interrupted", task=None, session=session, reason="interrupted")
    )
    passing = role("session-manager").react(seen("run.step_finished", step="work"))

    assert [(e.kind, e.data["context"]["branch"]) for e in stopped.events] == [("session.saved", "main")]
    assert lines(stopped) == "Saved. t2 goes on from here."
    assert passing == NOTHING


def test_the_event_logger_keeps_a_line_an_event():
    answer = role("event-logger").react(seen("task.failed", reason="its verify failed"))

    assert answer.journal == ("2026-11-20T12:00:00.000Z 7 task.failed task-002 its verify failed",)


def test_the_go_between_says_what_an_agent_asks_and_how_to_answer():
    question = {"id": "ask-1", "kind": "permission", "text": "$ make deploy", "options": ["allow", "reject"]}

    told = lines(role("go-between").react(seen("question.asked", question=question)))

    assert told.splitlines() == [
        "? t2 asks for permission: $ make deploy",
        "  allow, reject",
        "  next: milestone answer session-20261120-001/ask-1 allow",
    ]


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        ("question.answered", {"id": "ask-1", "answer": "yes"}, "✓ t2 is answered: yes"),
        ("budget.warned", {"reason": "budget.day.money: 8.00 USD of 10.00 USD"}, "nearly used: budget.day.money"),
        ("budget.exceeded", {"reason": "budget.day.money: 10.00 USD of 10.00 USD"}, "A budget is used up"),
        ("breaker.opened", {"executor": "codex", "reason": "no credit", "seconds": 300.0}, "its tasks wait 5 min"),
        ("breaker.closed", {"executor": "codex"}, "✓ codex works again."),
    ],
)
def test_the_go_between_says_what_limits_were_met(kind, data, words):
    assert problems(kind, data) == []
    assert words in lines(role("go-between").react(seen(kind, **data)))
