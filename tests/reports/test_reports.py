"""The reports of `update`, from rows and records."""

from datetime import UTC, datetime

from milestone.domain.summary import row
from milestone.reports import agents, conflicts, dependencies, diagnostics, health, status, upcoming
from milestone.testing.builders import a_milestone, a_task

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def a_moment(*documents):
    rows = [row(document) for document in documents]
    return status.Moment(rows=rows, now=NOW, project=status.Project("p", hours_per_week=10))


def kinds_of(*documents):
    rows = [row(document) for document in documents]
    bodies = {document.uid: document.body for document in documents}
    return [each["kind"] for each in conflicts.view(rows, bodies, 10)]


def dated(name, start, due, **fields):
    return a_milestone(name, timeline={"estimated_start": start, "estimated_end": due}, **fields)


def test_a_cycle_is_printed_and_an_unknown_id_named():
    one = a_milestone("milestone-001", dependencies=["milestone-002"])
    two = a_milestone("milestone-002", dependencies=["milestone-001", "milestone-009"])

    view = dependencies.view([row(one), row(two)])

    assert view["cycles"] == [["milestone-001", "milestone-002", "milestone-001"]]
    assert [each["code"] for each in view["findings"]] == ["dependency_cycle", "unknown_dependency"]


def test_two_that_share_a_resource_at_once_clash():
    shared = {"dependencies": {"shared_resources": ["staging"]}}

    assert kinds_of(a_milestone("milestone-001", **shared), a_milestone("milestone-002", **shared)) == ["resource"]


def test_one_after_the_other_may_share():
    first = a_milestone("milestone-001", dependencies={"shared_resources": ["staging"]})
    then = a_milestone(
        "milestone-002", dependencies={"shared_resources": ["staging"], "requires": ["milestone-001"]}
    )

    assert kinds_of(first, then) == []


def test_two_that_change_one_file_clash():
    task = a_task(files=["src/app.py"])

    assert kinds_of(a_milestone("milestone-001", tasks=[task]), a_milestone("milestone-002", tasks=[task])) == [
        "file"
    ]


def test_a_start_before_the_requirement_is_due_clashes():
    first = dated("milestone-001", "2026-11-20", "2026-12-20")
    then = dated("milestone-002", "2026-12-01", "2026-12-30", dependencies=["milestone-001"])

    assert kinds_of(first, then) == ["date"]


def test_more_hours_than_a_person_has_clash():
    work = [a_task(assigned_to="bo", estimated_hours=30)]
    one = dated("milestone-001", "2026-11-20", "2026-11-27", tasks=work)
    two = dated("milestone-002", "2026-11-20", "2026-11-27", tasks=work)

    assert kinds_of(one, two) == ["person"]


def test_what_starts_and_is_due_within_two_weeks():
    soon = dated("milestone-001", "2026-11-25", "2026-12-02", tasks=[a_task()])
    later = dated("milestone-002", "2027-01-10", "2027-02-01")

    view = upcoming.view(a_moment(soon, later))

    assert [each["id"] for each in view["starts"]] == ["milestone-001"]
    assert [each["id"] for each in view["due"]] == ["milestone-001"]
    assert [each["ref"] for each in view["ready"]] == ["milestone-001/task-001"]


def test_health_names_what_is_late_blocked_and_risky():
    late = dated(
        "milestone-001", "2026-10-01", "2026-11-01", status="in_progress", tasks=[a_task(estimated_hours=5)]
    )
    blocked = a_milestone(
        "milestone-002",
        tasks=[a_task(status="blocked", blocked={"reason": "no key"})],
        risks=[{"description": "key lost", "probability": "high", "impact": "critical"}],
    )

    view = health.view(a_moment(late, blocked))

    codes = {each["code"] for each in view["findings"]}
    assert {"late", "blocked", "risk"} <= codes
    assert view["milestones"] == {"ok": 0, "risk": 1, "late": 1}
    assert not view["ok"]


def test_a_worker_of_a_dead_session_is_gone():
    session = {"id": "session-1", "state": "running", "tasks": {}}

    view = agents.view([{"name": "a1", "session": "session-1", "state": "working"}], [session], live=())

    assert view["agents"][0]["state"] == "gone"
    assert view["sessions"][0]["state"] == "interrupted"


def test_diagnostics_hide_secrets_and_the_home(tmp_path):
    settings = {"backend.dsn": "postgres://u:p@h/d", "hook": "https://u:p@h", "dir": f"{tmp_path}/x", "n": 3}
    environ = {"HOME": str(tmp_path), "MILESTONE_DSN": "secret-value", "OTHER": "x"}

    view = diagnostics.view(tmp_path / "p", settings=settings, environ=environ, store={}, terminal={})

    assert view["settings"] == {"backend.dsn": "***", "dir": "~/x", "hook": "***", "n": 3}
    assert view["variables"] == ["MILESTONE_DSN"]
    assert "secret-value" not in str(view)
    assert str(tmp_path) not in str(view)
