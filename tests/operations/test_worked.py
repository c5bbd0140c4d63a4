"""The time a person was seen at work."""

from pathlib import Path

import pytest

from milestone.testing.typed import Typed


@pytest.fixture
def ana(tmp_path: Path) -> Typed:
    typed = Typed(tmp_path)
    typed.write("plan.json", '{"title": "Do it", "tasks": [{"title": "One"}, {"title": "Two"}]}')
    typed.as_("ana", MILESTONE_NOW="2026-11-20T08:59:00Z").does("plan", "--from", "plan.json")
    return typed


def at(typed: Typed, moment: str, *words: str) -> None:
    Typed(typed.folder, "ana", {"MILESTONE_NOW": f"2026-11-20T{moment}:00Z"}).does(*words)


def times(typed: Typed, task: int) -> list[tuple[str, float]]:
    tasks = typed.does("show", "m1", "--all", "--json").data["tasks"]
    return [(entry["source"], entry["hours"]) for entry in tasks[task - 1].get("time", [])]


def test_the_time_between_commands_is_a_session(ana):
    at(ana, "09:00", "task", "start", "m1/t1")
    at(ana, "09:10", "task", "note", "m1/t1", "half way")
    at(ana, "09:18", "task", "done", "m1/t1")

    assert times(ana, 1) == [("session", 0.3)]


def test_a_pause_longer_than_the_gap_counts_as_nothing(ana):
    at(ana, "09:00", "task", "start", "m1/t1")
    at(ana, "09:12", "task", "note", "m1/t1", "lunch")
    at(ana, "10:00", "task", "done", "m1/t1")

    assert times(ana, 1) == [("session", 0.2)]

    ana.does("config", "set", "sessions.idle_gap", "1h")
    at(ana, "11:00", "task", "start", "m1/t2")
    at(ana, "11:48", "task", "done", "m1/t2")

    assert times(ana, 2) == [("session", 0.8)]


def test_what_was_said_counts_instead(ana):
    at(ana, "09:00", "task", "start", "m1/t1")
    at(ana, "09:10", "task", "done", "m1/t1", "--spent", "2h")

    assert times(ana, 1) == [("spent", 2)]


def test_time_goes_into_one_task_only(ana):
    at(ana, "09:00", "task", "start", "m1/t1")
    at(ana, "09:01", "task", "start", "m1/t2")
    at(ana, "09:12", "task", "done", "m1/t1")
    at(ana, "09:18", "task", "done", "m1/t2")

    assert (times(ana, 1), times(ana, 2)) == ([("session", 0.2)], [("session", 0.1)])


def test_work_that_nobody_saw_is_not_invented(ana):
    at(ana, "09:00", "task", "start", "m1/t1")
    at(ana, "12:00", "task", "done", "m1/t1")

    assert times(ana, 1) == []
