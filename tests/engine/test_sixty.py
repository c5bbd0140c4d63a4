"""Agents that fail, hang, lie, crash, ask and over-spend: every task ends proven, or blocked with the reason."""

import copy
import os
from typing import Any

import pytest

from milestone.testing import scripted

from . import sixty
from .project import Project, a_task

LIMITS = {"silence": "12s", "backoff": "0.5s", "retries": 1, "answer_limit": "90s", "breaker_rest": "1s"}


def executed(project: Project, count: int, agents: int, seed: int) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Run a plan with a person beside it, and return its tasks and how the run ended."""
    tasks = sixty.plan(count, seed)
    script = scripted.write(project.folder.parent / "script.json", sixty.script(tasks))
    executors = {name: {"command": scripted.command(name, script)} for name in sixty.SPEAKERS}
    project.configure(executors=executors, execution=LIMITS)
    project.plan(*tasks)
    person = sixty.Person(project)
    person.start()
    run = project.start("execute", "m1", "--agents", str(agents), "--json")
    out, err = run.communicate(timeout=900)
    person.over.set()
    person.join()
    assert run.returncode in (1, 6), err
    return tasks, {"out": out, "err": err}


def holds(project: Project, tasks: list[dict[str, Any]], ended: dict[str, Any]) -> None:
    assert list(sixty.wrong_ends(project.statuses(), tasks)) == [], ended["err"][-4000:]
    assert list(sixty.broken_promises(project.log(), tasks)) == []
    commits = project.commits()
    assert sorted(commits) == sorted(set(commits))
    assert {name for name, status in project.statuses().items() if status == "completed"} >= {
        commit.rpartition("/")[2] for commit in commits
    }
    assert not list((project.records / "worktrees").rglob("*.lock"))


def test_every_fate_ends_proven_or_with_its_reason(project):
    tasks, ended = executed(project, count=len(sixty.FATES), agents=4, seed=3)

    assert {task["fate"] for task in tasks} >= {"lies", "asks", "over-spends", "hangs once", "crashes once"}
    holds(project, tasks, ended)


@pytest.mark.slow
@pytest.mark.timeout(1000)
def test_sixty_tasks_with_eight_workers(project):
    count = int(os.environ.get("MILESTONE_RIG_TASKS", "60"))
    tasks, ended = executed(project, count, agents=8, seed=int(os.environ.get("MILESTONE_RIG_SEED", "1")))

    holds(project, tasks, ended)


def a_log() -> list[dict[str, Any]]:
    person = {"name": "ana", "kind": "person"}
    agent = {"name": "agent:claude", "kind": "agent"}
    proof = {"evidence": [{"grade": "self-reported", "commit": "abc"}]}
    events = [
        (agent, "task.started", {}),
        (agent, "run.step_started", {"step": "begin"}),
        (agent, "question.asked", {"question": {"id": "ask-1"}}),
        (person, "question.answered", {"id": "ask-1", "answer": "yes"}),
        (agent, "task.failed", {"reason": "its claude failed"}),
        (agent, "task.retried", {"reason": "attempt 2"}),
        (agent, "run.step_started", {"step": "begin"}),
        (agent, "task.completed", proof),
    ]
    return [
        {"actor": who, "events": [{"kind": kind, "task": "task-001", "data": data}]} for who, kind, data in events
    ]


@pytest.mark.parametrize(
    ("place", "change", "words"),
    [
        (4, {"data": {}}, "task.failed without a reason"),
        (7, {"data": {"evidence": []}}, "completed without a commit"),
        (3, {"actor": {"name": "agent:claude", "kind": "agent"}}, "question.answered by agent:claude"),
        (2, {"kind": "task.retried", "data": {}}, "task.retried without a reason"),
        (
            6,
            {"kind": "task.completed", "data": {"evidence": [{"grade": "ci", "commit": "a"}]}},
            "completed 2 times",
        ),
        (5, {"kind": "run.step_started", "data": {"step": "begin"}}, "begun 3 times"),
    ],
)
def test_the_rig_bites(place, change, words):
    tasks = [a_task(1, kiro_workflow={})]
    assert list(sixty.broken_promises(a_log(), tasks)) == []
    log = copy.deepcopy(a_log())
    if "actor" in change:
        log[place]["actor"] = change["actor"]
    log[place]["events"][0].update({key: value for key, value in change.items() if key != "actor"})

    found = list(sixty.broken_promises(log, tasks))

    assert any(words in each for each in found)


def test_a_gate_that_was_passed_by_is_found():
    tasks = [a_task(1, kiro_workflow={"enabled": True})]

    assert any("past a gate" in each for each in sixty.broken_promises(a_log(), tasks))


def test_an_end_that_is_not_its_fate_is_found():
    tasks = [a_task(1, fate="lies", executor="claude", dependencies=[])]

    assert list(sixty.wrong_ends({"task-001": "completed"}, tasks)) == [
        "task-001 (lies, claude) is completed, not blocked"
    ]
