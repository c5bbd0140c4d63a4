"""Show milestones and tasks by their names; used by show, status ID and update ID."""

import re
from collections.abc import Sequence
from typing import Any

from milestone import errors, ids
from milestone.cli.env import Env
from milestone.cli.look import look_into
from milestone.cli.text import show as texts
from milestone.domain.document import Document
from milestone.domain.rows import of as rows_of
from milestone.registry import load
from milestone.reports import costs, events
from milestone.reports import show as report
from milestone.reports.names import short
from milestone.reports.status import Moment, Row
from milestone.storage.base import Reading
from milestone.workspace import finding

ACTIVITY = 3
SCANNED = 500  # newest events looked through for the activity of one record


def show(env: Env, refs: Sequence[str], *, everything: bool = False, at: str | None = None) -> int:
    """Show one record or several, with `at` as they were.

    Raises:
        MilestoneNotFound, TaskNotFound, AmbiguousId: a word names none, or several.
    """
    wanted = [name for ref in refs for name in ref.split(",") if name] or ["current"]
    if at is not None:
        with load("milestone.cli.past:looking")(env, at) as then:
            return _answer(env, then.reading, then.moment, wanted, everything, said=then.said + "\n")
    with env.workspace.reading() as reading:
        return _answer(env, reading, look_into(env, reading), wanted, everything)


def _answer(
    env: Env, reading: Reading, moment: Moment, wanted: Sequence[str], everything: bool, said: str = ""
) -> int:
    views = [_found(moment, reading, name) for name in wanted]
    shown, left = _fitted(views, env.options.limit == 0 or everything)
    if left:
        names = [short(view.get("ref") or view["id"]) for view in views]
        env.notice("shortened", f"Left out: {', '.join(left)}. All of it: milestone show {' '.join(names)} --all")
    data: Any = shown if len(shown) > 1 else shown[0]
    kind = "task" if all("ref" in view for view in views) else "milestone"
    return env.answer(kind, data, lambda: said + texts.text(views, moment, env.width, everything), reading=reading)


def view(moment: Moment, reading: Reading, name: str) -> dict[str, Any]:
    """Return one record as it is shown. Raises as `show`."""
    if is_task(name):
        document, body = finding.task(reading, name, current=moment.current)
        row = _row(moment, document)
        task = next(each for each in row["tasks"] if each["id"] == body["id"])
        cost = costs.of_task((s.body for s in reading.find("session")), document.uid, f"{row['id']}/{task['id']}")
        return report.task(document, moment, row, task) | ({"cost": cost} if cost else {})
    document = finding.milestone(reading, name, current=moment.current)
    row = _row(moment, document)
    recent = (events.flat(each) for each in reading.events(limit=SCANNED, newest=True))
    mine = [event for event in recent if event["milestone"] == row["id"]]
    cost = costs.of_task((s.body for s in reading.find("session")), document.uid)
    return report.milestone(document, moment, row, mine[-ACTIVITY:]) | ({"cost": cost} if cost else {})


def is_task(name: str) -> bool:
    """Return whether a word names a task rather than a milestone: `m1/t2`, `t2`, `task-002`."""
    return "/" in name or bool(re.fullmatch(r"t(?:ask)?-?\d+", name, re.IGNORECASE))


def _found(moment: Moment, reading: Reading, name: str) -> dict[str, Any]:
    """Return one record; a name whose file cannot be read is refused with the place of the mistake."""
    try:
        return view(moment, reading, name)
    except errors.MilestoneNotFound:
        file = ids.parse_milestone_id(name.partition("/")[0])
        for warning in reading.warnings:
            if file and warning.path and warning.path.endswith((f"/{file}.yaml", f"/{file}.yml")):
                raise errors.MilestoneNotFound(
                    f"{warning.path} line {warning.line}, column {warning.column}: {warning.message}",
                    why=f"The file was left as it is; {len(moment.rows)} other milestones are fine.",
                    next=["correct the line, then milestone doctor"],
                    code="unreadable_file",
                ) from None
        raise


def _row(moment: Moment, document: Document) -> Row:
    row = rows_of(moment.rows).of_uid(document.uid)
    assert row is not None  # who was found is live
    return row


def _fitted(views: list[dict[str, Any]], everything: bool) -> tuple[list[dict[str, Any]], list[str]]:
    if everything:
        return views, []
    shown: list[dict[str, Any]] = []
    left: dict[str, None] = {}
    for view in views:
        fitting, gone = report.fitted(view, report.LIMIT // len(views))
        shown.append(fitting)
        left |= dict.fromkeys(gone)
    return shown, list(left)
