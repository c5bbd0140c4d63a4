"""A project for tests of what is shown: records as files, taken in by the store."""

from pathlib import Path

from milestone.workspace import opening

RECORDS = {
    "active/milestone-001.yaml": """\
id: milestone-001
title: Add a contact form with spam protection
description: People write to us, robots do not.
status: in_progress
owner: sarah
priority: high
category: feature
labels: [site]
timeline: {estimated_start: 2026-11-20, estimated_end: 2026-12-05, actual_start: 2026-11-20}
success_criteria: [a sent message arrives, 3 of 3 spam samples are refused]
risks:
  - {id: r1, description: mail provider limits, probability: medium, impact: medium, mitigation: a table first}
questions:
  - {id: q1, text: "Which mail provider?", default: smtp}
tasks:
  - {id: task-001, title: Agree fields, status: completed, estimated_hours: 1.5, assigned_to: sarah}
  - id: task-002
    title: Form page with validation
    status: in_progress
    estimated_hours: 3
    dependencies: [task-001]
    assigned_to: sarah
    started_at: "2026-11-20T18:00:00Z"
  - {id: task-003, title: Endpoint that stores, status: completed, estimated_hours: 4, dependencies: [task-001]}
  - id: task-004
    title: Rate limit
    estimated_hours: 2.5
    dependencies: [task-003]
    run: make limit
    verify: npm test
  - {id: task-005, title: Tests and notes, estimated_hours: 3, dependencies: [task-004], assigned_to: bo}
""",
    "active/milestone-002.yaml": """\
id: milestone-002
title: 日本語の支払い and a title that is far too long for any line of a terminal
owner: chen
dependencies: {requires: [milestone-001], conditions: [schema approved]}
timeline: {estimated_end: 2026-12-24}
risks:
  - {id: r1, description: card scheme changes, probability: high, impact: critical}
tasks:
  - id: task-001
    title: "evil \\e[2J title"
    estimated_hours: 6
    status: blocked
    blocked: {reason: Tax API contract, since: "2026-11-19T00:00:00Z", kind: reported}
""",
    "completed/milestone-003.yaml": """\
id: milestone-003
title: Move the site
status: completed
tasks:
  - {id: task-001, title: Move it, status: completed, estimated_hours: 4}
""",
}


def a_project(folder: Path, records: dict[str, str] | None = None) -> Path:
    """Make a project of records in a folder, known to its store, and return the folder."""
    root = folder / ".milestones"
    for name in ("active", "completed"):
        (root / name).mkdir(parents=True, exist_ok=True)
    for name, text in (RECORDS if records is None else records).items():
        (root / name).write_text(text, encoding="utf-8")
    opened = opening.open_workspace(folder, environ={"MILESTONE_ACTOR": "ana", "HOME": str(folder)})
    opened.write(lambda _txn, _context: [])
    opened.store.close()
    return folder
