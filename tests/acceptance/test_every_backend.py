"""The first verbs of a project, typed in order, answer the same whatever keeps the records."""

from collections.abc import Callable
from pathlib import Path

import pytest

from acceptance.conftest import Said
from milestone.storage import BACKENDS

Run = Callable[..., Said]

DAY = [
    "status",
    "next",
    "list",
    "plan {goal}",
    "status",
    "next",
    "list",
    "list --tasks",
    "show m1",
    "show m1/t1",
    "log",
    "task start m1/t1",
    "task note m1/t1 halfway",
    "task done m1/t1 --note done",
    "status",
    "status --json",
    "next --milestone m1",
    "list --tasks --ready",
    "list --status in_progress",
    "update m1 --priority high",
    "update m1 --title Signing-in",
    "update --system-health",
    "update --dependencies",
    "update --upcoming",
    "use m1",
    "status m1",
    "task assign m1/t2 ana",
    "list --tasks --mine",
    "plan --from plan.json",
    "update m2 --depends-on m3",
    "status",
    "update m2 --no-depends-on m3",
    "delete m3 --reason doubled",
    "undo",
    "show m3",
    "update m2 --status cancelled --note no",
    "log --since 0 --limit 5",
    "log m1",
    "log --verify",
    "prime",
    "update --optimize-database",
    "doctor",
    "sessions",
]
PLAN = """{"milestones": [
  {"title": "Docs", "tasks": [{"title": "Write", "estimated_hours": 2}], "success_criteria": ["they are read"]},
  {"title": "Site", "tasks": [{"title": "Host", "estimated_hours": 2}], "success_criteria": ["it answers"]}
]}"""


@pytest.fixture(params=sorted(BACKENDS))
def backend(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, clean_environment: Path) -> str:
    name: str = request.param
    if name == "postgres":
        monkeypatch.setenv("MILESTONE_DSN", request.getfixturevalue("postgres_dsn"))
    (clean_environment / "plan.json").write_text(PLAN)
    return name


def test_a_day_of_commands(backend: str, milestone: Run):
    made = milestone("init", "--backend", backend)
    assert made.code == 0, made
    for line in DAY:
        words = [word.replace("{goal}", "Build a login for the shop") for word in line.split()]
        said = milestone(*words)
        allowed = (0, 5) if line.startswith(("task start", "doctor", "sessions")) else (0,)
        assert said.code in allowed, (line, said)

    shown = milestone("status", "--json").answer["data"]
    assert shown["project"]["backend"] == backend
    assert (shown["counts"]["total"], shown["counts"]["in_progress"]) == (2, 1)


def test_status_is_the_same_whatever_keeps_the_records(backend: str, milestone: Run, tmp_path: Path):
    assert milestone("init", "--backend", backend).code == 0
    for line in ("plan --from plan.json", "task start m1/t1", "update m2 --depends-on m1 --priority high"):
        said = milestone(*line.split())
        assert said.code == 0, said

    shown = milestone("status", "--json").answer["data"]
    assert shown["counts"] == {
        "total": 2, "completed": 0, "in_progress": 1, "planned": 1, "blocked": 0, "paused": 0,
    }  # fmt: skip
    assert shown["hours"] == {"total": 4.0, "done": 0.0}
    assert [each["id"] for each in shown["milestones"]] == ["milestone-001", "milestone-002"]
    assert shown["milestones"][1]["blocked_by"] == ["milestone-001"]
    assert shown["critical_path"] == ["milestone-001", "milestone-002"]
    assert shown["resume"]["ref"] == "milestone-001/task-001"
