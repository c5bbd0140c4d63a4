"""The course of a task says how each phase stands, what was asked for, and which seems stalled."""

from datetime import UTC, datetime
from typing import Any

import pytest

from milestone.domain import phases
from milestone.reports import course
from milestone.testing.builders import a_milestone, a_task

NINE = "2026-11-20T09:00:00.000Z"


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 20, hour, minute, tzinfo=UTC)


def a_course(now: datetime, **design: Any) -> list[dict[str, Any]]:
    workflow = phases.fresh()
    workflow["phases"]["design"] |= design
    return course.view(a_milestone(tasks=[a_task(kiro_workflow=workflow)]), "task-001", now)


@pytest.mark.parametrize(("now", "overdue"), [(at(9, 30), False), (at(10), False), (at(10, 30), True)])
def test_twice_the_usual_time_hints_at_a_stall(now: datetime, overdue: bool) -> None:
    design, spec, *_ = a_course(now, status="in_progress", started_at=NINE)

    assert (design["overdue"], design["usual_minutes"]) == (overdue, [15, 30])
    assert (spec["status"], spec["overdue"], spec["hours"]) == ("pending", False, None)


def test_what_was_sent_back_is_kept_and_named_until_the_phase_is_over() -> None:
    past = [{"status": "changes_requested", "by": "ben", "comment": "name the errors", "at": NINE}]

    found = a_course(at(12), status="in_progress", started_at=NINE, history=past)
    assert found[0]["attempts"] == 2
    assert course.last_word(found) == {**past[0], "phase": "design"}

    assert course.last_word(a_course(at(12), status="completed", history=past)) is None


def test_a_typed_approval_is_not_shown_as_given() -> None:
    typed = {"required": True, "given": [{"by": "ben", "proof": "signed", "digest": "0", "at": NINE}]}

    design, *_ = a_course(at(12), status="approved", approval=typed)

    assert design["approved_by"] == []
    assert design["percentage"] == 100


def test_a_task_done_in_one_go_has_no_course() -> None:
    assert course.view(a_milestone(tasks=[a_task()]), "task-001", at(9)) == []
