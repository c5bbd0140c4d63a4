"""What a chat hears of approvals says what the gate itself says."""

from datetime import date

import pytest

from milestone.domain.context import Context
from milestone.domain.document import Actor, Document, Event, Recorded
from milestone.reports import notices
from milestone.testing.builders import a_body

ANA = Actor(name="ana", source="flag")


def said(kind: str, body: dict, settings: dict | None = None, **data) -> notices.Notice | None:
    event = Event(kind=kind, document="milestone", uid=body["uid"], milestone=body["id"], data=data)
    recorded = Recorded(seq=7, at="2026-11-20T12:00:00Z", actor=ANA, event=event)
    ctx = Context(actor=ANA, now="2026-11-20T12:00:00Z", today=date(2026, 11, 20), settings=settings or {})
    return notices.of(recorded, Document(kind="milestone", uid=body["uid"], revision=1, body=body), ctx)


def gated(**approval) -> dict:
    phase = {"status": "in_review", "approval": {"required": True, "approvers": ["casey"], **approval}}
    return a_body(phases={"design": phase, "spec": {}})


@pytest.mark.parametrize(
    ("gate", "settings", "hours"),
    [({}, {}, "24"), ({}, {"approvals.sla": "2h"}, "2"), ({"sla": "4h"}, {"approvals.sla": "2h"}, "4")],
)
def test_the_time_to_judge_is_the_gate_s_else_the_project_s_else_a_day(gate, settings, hours):
    found = said("phase.submitted", gated(**gate), settings, phase="design", files={"a/b.md": "d"})

    assert found is not None
    assert f"⏰ SLA: {hours} hours for approval" in found.lines


def test_a_late_approval_is_told_with_whom_it_waits_for_and_the_command():
    found = said(
        "approval.reminded", gated(), phase="design", approvers=["casey"], mark=50, due="2026-11-21T12:00:00Z"
    )

    assert found is not None
    assert (found.topic, found.title) == (
        "sla",
        "⏰ The design phase of milestone-001 still waits to be judged: 50 % of the time is over.",
    )
    assert "👥 casey" in found.lines
    assert "⏰ Due: 2026-11-21T12:00:00Z" in found.lines
    assert found.lines[-1] == "🔗 milestone review milestone-001 --phase design --approve"
