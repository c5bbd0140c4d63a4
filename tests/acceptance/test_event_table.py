"""What commands record is what the reference of events says: every kind, every field."""

from pathlib import Path

from milestone.domain import event_fields
from milestone.testing.typed import Typed

RECORD = """\
id: milestone-001
title: Sign in
success_criteria: [10 of 10 sign in]
questions: [{id: q1, text: Which?, default: one}]
tasks:
  - id: task-001
    title: Build it
    kiro_workflow:
      enabled: true
      phases:
        design: {status: pending, approval_required: true}
        execute: {status: pending, approval_required: false}
  - {id: task-002, title: Write it down}
"""
DESIGN = ".milestones/deliverables/milestone-001/task-001/design/architecture.md"
WALK = """\
answer q1 two
task note m1/2 half --next "the other half"
task start m1/1
task done m1/1
review m1 t1 --phase design --request-changes --comment shorter
task done m1/1
review m1 t1 --phase design --reject --comment no
task retry m1/1
task done m1/1
review m1 t1 --phase design --approve
review m1 t1 --phase design --withdraw
review m1 t1 --phase design --approve
task done m1/1
task block m1/2 "no paper"
task unblock m1/2
task assign m1/2 ben
task log m1/2 90m
task add m1 "One more" --after t2
task cancel m1/3 --reason "not needed"
task done m1/2 --spent 1h
task reopen m1/2 --reason "a page is missing"
task done m1/2
update m1 --title "Sign in again" --due 2026-12-24 --met c1 --evidence seen
update m1 --unmet c1
update m1 --met c1 --evidence "seen again"
update m2 --depends-on m1
update m2 --no-depends-on m1
archive m1
reopen m1 --reason "a bug"
delete m2
"""


def test_every_recorded_event_fits_the_table(tmp_path: Path) -> None:
    ana = Typed(tmp_path)
    ana.does("init")
    ana.write(".milestones/active/milestone-001.yaml", RECORD)
    ana.write(".milestones/active/milestone-002.yaml", "id: milestone-002\ntitle: Shop\n")
    ana.write(DESIGN, "One table of people.")

    for line in WALK.splitlines():
        answered = ana.shell(f"milestone {line}")
        assert answered.code == 0, f"{line}: {answered.code}\n{answered.out}{answered.err}"

    common = {"seq", "at", "actor", "session", "operation", "milestone", "task", "kind"}
    for event in ana.does("log", "--json", "--limit", "0").data:
        data = {key: value for key, value in event.items() if key not in common}
        assert not event_fields.problems(event["kind"], data), event
