"""What time brings to an approval that nobody gives: each thing once, and nothing to a gate that is open."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from milestone import clock
from milestone.domain import deadlines, phases
from milestone.domain.context import Context
from milestone.domain.decide import approval, reminding
from milestone.domain.decide import phase as rules
from milestone.domain.decide.judging import Judge
from milestone.domain.deliverables import Found, FoundFile
from milestone.domain.document import Body, Document, Event, Recorded
from milestone.domain.evolve import evolve
from milestone.domain.phase import Phase
from milestone.testing.builders import ANA, a_context

FRIDAY = datetime(2026, 11, 20, 15, tzinfo=UTC)


def after(hours: float, **settings: Any) -> Context:
    now = clock.format_moment(FRIDAY + timedelta(hours=hours))
    keys = {f"approvals.{name}": value for name, value in settings.items()}
    return a_context(now=now, settings={"project.hours_per_week": 40, **keys})


def found(text: str = "1") -> Found:
    return Found(folder="d/", files=(FoundFile(path="a.md", digest=text),))


def fold(document: Document, events: list[Event], at: str) -> Document:
    for event in events:
        document = evolve(document, Recorded(seq=document.revision + 1, at=at, actor=ANA, event=event))
    return document


def handed_in(**gate: Any) -> Document:
    wanted = {"required": True, "approvers": ["ana", "ben"], **gate}
    workflow = {"enabled": True, "phases": {"design": {"approval": wanted}, "spec": {}}}
    body: Body = {"id": "milestone-001", "owner": "olga", "status": "in_progress"}
    body["tasks"] = [{"id": "task-001", "status": "pending", "kiro_workflow": workflow}]
    document = Document(kind="milestone", uid="u1", revision=1, body=body)
    ctx = after(0)
    return fold(
        document,
        rules.finish(document, rules.FinishPhase(task="task-001", found={"design": found()}), ctx),
        ctx.now,
    )


def looked(document: Document, ctx: Context, text: str = "1") -> list[Event]:
    return reminding.look(document, {("task-001", "design"): found(text)}, ctx)


def test_the_request_says_what_who_by_when_and_how() -> None:
    document = Document(kind="milestone", uid="u1", revision=1, body=handed_in().body)
    asked = rules.requested(document, "task-001", phases.of(document.body, "task-001")[0], found(), after(0))

    assert asked.data["approvers"] == ["ana", "ben"]
    assert asked.data["deliverables"] == ["a.md"]
    assert asked.data["due"] == clock.format_moment(FRIDAY + timedelta(hours=24))
    assert asked.data["command"] == "milestone review milestone-001 task-001 --phase design --approve"


@pytest.mark.parametrize(
    ("hours", "kind", "mark"),
    [
        (11.9, None, None),
        (12, "approval.reminded", 50),
        (21.5, "approval.reminded", 50),
        (21.6, "approval.reminded", 90),
        (24, "approval.escalated", None),
        (500, "approval.escalated", None),
    ],
)
def test_what_is_said_when(hours: float, kind: str | None, mark: int | None) -> None:
    said = looked(handed_in(), after(hours))

    assert [event.kind for event in said] == ([kind] if kind else [])
    if mark:
        assert said[0].data["mark"] == mark
    if kind == "approval.escalated":
        assert said[0].data["to"] == "olga"


def test_each_is_said_once() -> None:
    document, kinds = handed_in(), []
    for hours in [*range(0, 60, 3), 21.7, 23.9]:
        ctx = after(hours)
        said = looked(document, ctx)
        kinds += [(event.kind, event.data.get("mark")) for event in said]
        document = fold(document, said, ctx.now)

    assert kinds == [("approval.reminded", 50), ("approval.escalated", None)]

    document, kinds = handed_in(), []
    for hours in range(26):
        ctx = after(hours)
        said = looked(document, ctx)
        kinds += [(event.kind, event.data.get("mark")) for event in said]
        document = fold(document, said, ctx.now)

    assert kinds == [("approval.reminded", 50), ("approval.reminded", 90), ("approval.escalated", None)]


def test_who_approved_is_not_reminded() -> None:
    document = handed_in()
    request = Judge(task="task-001", phase="design", found={"design": found()})
    document = fold(document, approval.approve(document, request, after(1)), after(1).now)

    assert looked(document, after(13))[0].data["approvers"] == ["ben"]


def test_a_gate_has_its_own_time_where_it_says_so() -> None:
    assert not looked(handed_in(sla="4 days"), after(24))
    assert looked(handed_in(sla=2), after(1))[0].data["mark"] == 50
    assert looked(handed_in(), after(1, sla="2h"))[0].data["mark"] == 50


def test_a_new_hand_in_begins_a_new_time() -> None:
    document = handed_in()
    document = fold(document, looked(document, after(30)), after(30).now)
    request = Judge(task="task-001", phase="design", found={"design": found()}, comment="names")
    document = fold(document, approval.request_changes(document, request, after(31)), after(31).now)
    again = rules.FinishPhase(task="task-001", found={"design": found("2")})
    document = fold(document, rules.finish(document, again, after(32)), after(32).now)

    assert not looked(document, after(43), "2")
    assert looked(document, after(44), "2")[0].kind == "approval.reminded"


def test_an_approval_that_lost_what_it_judged_is_said_once_for_each_change() -> None:
    document = handed_in(approvers=["ana"])
    request = Judge(task="task-001", phase="design", found={"design": found()})
    document = fold(document, approval.approve(document, request, after(1)), after(1).now)
    assert not looked(document, after(2))

    said = looked(document, after(2), "2")
    document = fold(document, said, after(2).now)

    assert [event.kind for event in said] == ["approval.expired"]
    assert not looked(document, after(3), "2")
    assert looked(document, after(3), "3")


@pytest.mark.parametrize("status", ["cancelled", "archived", "completed"])
def test_what_is_over_reminds_nobody(status: str) -> None:
    document = handed_in()

    assert not looked(msgspec.structs.replace(document, body={**document.body, "status": status}), after(99))


@pytest.mark.parametrize(
    ("zone", "settings", "due"),
    [
        ("UTC", {}, "2026-11-21T15:00"),
        ("UTC", {"working_time": True}, "2026-11-23T15:00"),  # Saturday and Sunday do not pass
        ("UTC", {"working_time": True, "sla": "2 days"}, "2026-11-24T15:00"),
        (
            "Pacific/Auckland",
            {"working_time": True},
            "2026-11-23T11:00",
        ),  # Saturday at four there, so all of Monday
        ("UTC", {"sla": "90m"}, "2026-11-20T16:30"),
    ],
)
def test_by_when(zone: str, settings: Body, due: str) -> None:
    ctx = msgspec.structs.replace(after(0, **settings), zone=ZoneInfo(zone))
    phase = Phase(name="design", key="design", submitted_at=clock.format_moment(FRIDAY))

    found = deadlines.due(phase, ctx)

    assert found is not None
    assert found.startswith(due)


def test_what_somebody_typed_for_a_moment_is_no_deadline() -> None:
    assert deadlines.due(Phase(name="design", key="design", submitted_at="yesterday"), after(0)) is None
    assert deadlines.due(Phase(name="design", key="design"), after(0)) is None


def test_the_next_look_is_at_the_next_moment_something_is_said() -> None:
    document = handed_in()

    assert reminding.next_look(document, after(0)) == after(12).now
    assert reminding.next_look(document, after(13)) == after(21.6).now
    assert reminding.next_look(document, after(30)) is None
