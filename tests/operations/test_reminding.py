"""Reminders are recorded once, however many processes look, and looked for only when something may be due."""

import threading
from datetime import timedelta

import pytest

from milestone.clock import FrozenClock
from milestone.domain import phases
from milestone.domain.decide import phase as rules
from milestone.operations import reminding
from milestone.reports import requests
from milestone.storage.deliverables import Deliverables
from milestone.testing.builders import a_body, a_task
from milestone.testing.workspaces import MOMENT, a_workspace, as_
from milestone.workspace import waiting


@pytest.fixture
def workspace(tmp_path):
    """A project in which a design was handed in a moment ago."""
    task = a_task("task-001", kiro_workflow=phases.fresh(approvers=["ben"]))
    made = a_workspace(tmp_path, a_body("milestone-001", tasks=[task], status="in_progress", owner="olga"))
    (made.root / "local").mkdir()
    path = Deliverables(made.root).folder("milestone-001", "task-001", "design") / "architecture.md"
    path.parent.mkdir(parents=True)
    path.write_text("One table.")

    def hand_in(txn, ctx):
        (document,) = txn.find("milestone")
        found = Deliverables(made.root).survey(document.body, "task-001")
        return rules.finish(document, rules.FinishPhase(task="task-001", found=found), ctx)

    made.write(hand_in)
    return made


def at(workspace, hours):
    later = as_(workspace, "ana")
    later.clock = FrozenClock(MOMENT + timedelta(hours=hours))
    return later


def kinds(workspace):
    with workspace.reading() as reading:
        return [r.event.kind for r in reading.events() if r.event.kind.startswith("approval.")]


def test_what_is_due_is_recorded_by_the_program_itself(workspace):
    assert reminding.keep_up(at(workspace, 1)) is None

    written = reminding.keep_up(at(workspace, 13))

    assert [r.event.kind for r in written.events] == ["approval.reminded"]
    assert written.events[0].actor.kind == "service"
    assert reminding.keep_up(at(workspace, 14)) is None


def test_many_who_look_at_once_say_it_once(workspace):
    lookers = [threading.Thread(target=reminding.keep_up, args=(at(workspace, 25),)) for _ in range(8)]
    for each in lookers:
        each.start()
    for each in lookers:
        each.join()

    assert kinds(workspace) == ["approval.requested", "approval.escalated"]


def test_a_command_looks_when_the_next_moment_has_come_or_something_was_recorded(workspace):
    assert waiting.is_due(workspace), "nobody has looked yet"
    reminding.keep_up(workspace)

    assert not waiting.is_due(at(workspace, 11))
    assert waiting.is_due(at(workspace, 12))
    assert waiting.is_due(at(workspace, 1), {"phase.submitted"})
    assert not waiting.is_due(at(workspace, 1), {"task.noted"})


def test_a_run_and_a_dry_run_say_nothing_themselves(workspace):
    run = at(workspace, 30)
    run.in_run = True

    assert not waiting.is_due(run)


def test_where_nothing_waits_nobody_looks_twice(tmp_path):
    quiet = a_workspace(tmp_path, a_body("milestone-001"))
    (quiet.root / "local").mkdir()

    assert not waiting.is_due(quiet)
    assert (quiet.root / waiting.FILE).read_text() == waiting.NEVER


def test_the_message_names_what_deliverables_reviewers_deadline_and_command(workspace):
    with workspace.reading() as reading:
        (asked,) = [r for r in reading.events() if r.event.kind == "approval.requested"]

    assert requests.text(asked).splitlines() == [
        "The design phase of milestone-001/task-001 is ready to be judged.",
        "Deliverables: architecture.md in .milestones/deliverables/milestone-001/task-001/design/",
        "Reviewers: ben",
        "Due: 2026-11-21T12:00:00.000Z",
        "Answer: milestone review milestone-001 task-001 --phase design --approve",
    ]


def test_the_owner_hears_of_what_is_late(workspace):
    written = reminding.keep_up(at(workspace, 25))

    said = requests.message(written.events[0])

    assert said["to"] == ["olga"]
    assert said["what"] == "The design phase of milestone-001/task-001 was not judged in time."
    assert requests.text(written.events[0]).endswith("--phase design --approve")
