"""A run beside claims and other runs: what they have in hand it does not start, nor what overlaps with it."""

import sys

from milestone.domain import hands as of_hands
from milestone.domain.document import Document
from milestone.engine import apart, scheduler
from milestone.testing.builders import a_context, a_milestone, a_task

NOW, LATER = "2026-11-20T12:00:00.000Z", "2026-11-20T12:30:00.000Z"


def a_claim(task: str, *files: str) -> dict:
    plan = a_milestone()
    ref = {"id": f"{plan.body['id']}/{task}", "milestone": plan.uid, "task": task}
    return {**ref, "state": "claimed", "holder": "agent:ben", "expires": LATER, "files": list(files), "locks": []}


def survey(*tasks, busy=(), claims=(), now=NOW):
    document = a_milestone(status="in_progress", tasks=list(tasks))
    session = Document(kind="session", uid="s", revision=1, body={"id": "session-1", "tasks": {}})
    found = scheduler.survey(document, session, a_context(document), stored={}, busy=busy)
    return apart.keep(found, document, busy, of_hands.of(claims, now, {}))


def names(starts) -> list[str]:
    return [each.task for each in starts]


def test_tasks_that_overlap_are_begun_one_after_the_other():
    tasks = [
        a_task("task-001", run="x", files=["src/a.py"]),
        a_task("task-002", run="x", files=["src/**"]),
        a_task("task-003", run="x", files=["docs"]),
    ]

    found = survey(*tasks)
    beside = survey(*tasks, busy=["task-003", "task-002"])

    assert (names(found.start), names(found.later)) == (["task-001", "task-003"], ["task-002"])
    assert (names(beside.start), names(beside.later)) == ([], ["task-001"])


def test_a_claimed_task_waits_for_its_holder_until_the_claim_runs_out():
    task = a_task("task-001", run="x")

    found = survey(task, claims=[a_claim("task-001")])

    (waits,) = found.waits
    assert (waits.kind, waits.ref, waits.who) == ("task", "milestone-001/task-001", "agent:ben")
    assert waits.next.startswith("milestone task release milestone-001/task-001")
    assert found.word == "waiting"
    assert names(survey(task, claims=[a_claim("task-001")], now=LATER).start) == ["task-001"]


def test_what_overlaps_with_a_claim_waits_for_it_too():
    found = survey(
        a_task("task-001", run="x", files=["src/a.py"]),
        a_task("task-002", run="x", files=["docs"]),
        claims=[a_claim("task-009", "src")],
    )

    assert names(found.start) == ["task-002"]
    assert [(w.ref, w.who) for w in found.waits] == [("milestone-001/task-001", "agent:ben")]


def test_execute_leaves_claimed_tasks_alone_and_next_what_a_run_has_in_hand(project):
    project.plan(
        {"id": "task-001", "title": "Claimed", "run": "touch claimed", "files": ["a"]},
        {"id": "task-002", "title": "Overlaps", "run": "touch overlaps", "files": ["a"]},
        {
            "id": "task-003",
            "title": "Free",
            "run": f"cd {project.folder}; {sys.executable} -m milestone next --claim --as agent:x --json > seen",
        },
    )
    done = project.run("task", "claim", "m1/1", "--as", "agent:ben", "--json")
    assert done.returncode == 0, done.stderr

    ended = project.execute("m1", "--agents", "3")

    assert ended["exit"] == 6, (ended, project.log()[-3:])
    assert {w["who"] for w in ended["waiting_for"]} == {"agent:ben"}
    assert project.statuses() == {"task-001": "pending", "task-002": "pending", "task-003": "completed"}
    assert '"task":null' in (project.folder / "seen").read_text()


def test_a_run_that_begins_what_was_let_go_ends_the_old_claim(project):
    project.plan({"id": "task-001", "title": "Left", "run": "sleep 0.1; touch left"})
    project.configure(claims={"lease": "1s"})
    claimed = project.run("task", "claim", "m1/1", "--as", "agent:ben", "--json")
    token = claimed.stdout.split('"token":"')[1].split('"')[0]

    ended = project.execute("m1", "--wait")
    late = project.run("task", "note", "m1/1", "I was here", "--lease", token, "--as", "agent:ben", "--json")

    assert (ended["exit"], project.statuses()) == (0, {"task-001": "completed"})
    assert late.returncode == 4 and '"fenced"' in late.stdout
    kinds = [event["kind"] for line in project.log() for event in line["events"]]
    assert [k for k in kinds if k.startswith("lease.")] == [
        "lease.expired",
        "lease.fenced",
    ]
