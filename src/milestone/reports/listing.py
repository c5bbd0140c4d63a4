"""Lists of milestones and tasks: filtered, sorted, in the fields asked for."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from milestone.domain.questions import Question
from milestone.domain.rows import of as rows_of
from milestone.reports import ready

Row = Mapping[str, Any]
FIELDS = ("id", "ref", "title", "status", "priority", "percentage", "assigned_to", "due", "blocked_by")
MORE = (
    "category",
    "type",
    "labels",
    "owner",
    "workstream",
    "phase",
    "hours",
    "hours_left",
    "archived",
    "slug",
    "start",
)
MORE_OF_TASKS = (
    "milestone",
    "labels",
    "phase",
    "hours",
    "dependencies",
    "parent",
    "executor",
    "grade",
    "critical",
    "slack",
    "started_at",
    "completed_at",
)
MILESTONE_STATES = ("planned", "in_progress", "paused", "blocked", "completed", "cancelled", "archived")
TASK_STATES = ("pending", "in_progress", "in_review", "blocked", "failed", "completed", "cancelled")
SORTS = ("id", "title", "status", "priority", "percentage", "due", "hours", "assigned_to")


class Wanted(NamedTuple):
    """What a list is asked for; empty means everything."""

    words: Sequence[str] = ()
    statuses: Sequence[str] = ()
    priorities: Sequence[str] = ()
    categories: Sequence[str] = ()
    labels: Sequence[str] = ()
    assignees: Sequence[str] = ()
    phases: Sequence[str] = ()
    mine: Callable[[str], bool] | None = None
    unassigned: bool = False
    ready: bool = False
    blocked: bool = False
    due_before: str | None = None
    archived: bool = False


class Page(NamedTuple):
    """A part of a list, and how long all of it is."""

    rows: Sequence[Row]
    total: int


def milestones(
    rows: Sequence[Row], wanted: Wanted, order: str = "", start: int = 0, limit: int | None = None
) -> Page:
    """Return a page of the milestones asked for, as rows of every known field, sorted by a field."""
    plan, question = rows_of(rows), _question(wanted)
    waits = ready.Waits(plan)
    if order or wanted.ready or wanted.blocked or wanted.mine:
        every = [_milestone(row, waits.of(row)) for row in plan.select(question) if _is_wanted(row, waits, wanted)]
        return _page(every, order, start, limit)
    shown = plan.select(question._replace(start=start, limit=limit))
    return Page([_milestone(row, waits.of(row)) for row in shown], plan.count(question))


def tasks(rows: Sequence[Row], wanted: Wanted, order: str = "", start: int = 0, limit: int | None = None) -> Page:
    """Return a page of the tasks asked for, as rows of every known field, sorted by a field."""
    plan = rows_of(rows)
    waits = ready.Waits(plan)
    question = Question(
        has=("able",) if wanted.ready else (),
        with_archived=_with_archived(wanted),
        categories=wanted.categories,
    )
    sights = (sight for row in plan.each(question) for sight in ready.of_milestone(row, waits.of(row)))
    every = [each for sight in sights if _is_shown(sight, wanted) and _matches(each := _task(sight), wanted)]
    return _page(every, order, start, limit)


def _page(every: Sequence[Row], order: str, start: int, limit: int | None) -> Page:
    ordered = in_order(every, order) if order else every
    return Page(ordered[start : None if limit is None else start + limit], len(ordered))


def _question(wanted: Wanted) -> Question:
    """Return what a list asks for, as far as a store can answer it."""
    has = [*(["able"] if wanted.ready else ()), *(["owner"] if wanted.mine else ())]
    return Question(
        has=has,
        lacks=["owner"] if wanted.unassigned else (),
        statuses=wanted.statuses,
        priorities=wanted.priorities,
        categories=wanted.categories,
        phases=wanted.phases,
        words=wanted.words,
        labels=wanted.labels,
        owners=wanted.assignees,
        due_before=wanted.due_before,
        with_archived=_with_archived(wanted),
    )


def _is_wanted(row: Row, waits: ready.Waits, wanted: Wanted) -> bool:
    """Tell the rest: what needs the tasks, the neighbours or the people of a milestone."""
    waiting = waits.of(row)
    if wanted.ready and not any(sight.is_ready for sight in ready.of_milestone(row, waiting)):
        return False
    if wanted.blocked and not (row["status"] == "blocked" or row["blockers"] or waiting):
        return False
    return wanted.mine is None or wanted.mine(str(row["owner"] or ""))


def _is_shown(sight: ready.Sight, wanted: Wanted) -> bool:
    if wanted.ready and not sight.is_ready:
        return False
    return not wanted.blocked or sight.task["status"] == "blocked" or bool(sight.waits_for)


def _milestone(row: Row, waits: Sequence[str]) -> dict[str, Any]:
    found = {name: row.get(name) for name in (*FIELDS, *MORE)}
    return found | {"ref": row["id"], "assigned_to": row["owner"], "blocked_by": list(waits)}


def _task(sight: ready.Sight) -> dict[str, Any]:
    row, task = sight.row, sight.task
    found = {name: task.get(name) for name in (*FIELDS, *MORE_OF_TASKS)}
    own = {"ref": sight.ref, "milestone": row["id"], "due": row["due"], "blocked_by": list(sight.waits_for)}
    return found | own | {"priority": task["priority"] or row["priority"], "category": row["category"]}


def _with_archived(wanted: Wanted) -> bool:
    """Archived ones only when asked for, by flag or by state."""
    return wanted.archived or "archived" in wanted.statuses


def _matches(each: Row, wanted: Wanted) -> bool:
    text = f"{each['ref']} {each['title']}".casefold()
    who = str(each["assigned_to"] or "")
    labels = [str(label).casefold() for label in each.get("labels") or ()]
    return (
        all(word.casefold() in text for word in wanted.words)
        and _among(each["status"], wanted.statuses)
        and _among(each["priority"], wanted.priorities)
        and _among(each.get("category"), wanted.categories)
        and _among(each.get("phase"), wanted.phases)
        and all(label.casefold() in labels for label in wanted.labels)
        and (not wanted.assignees or _plain(who) in map(_plain, wanted.assignees))
        and (wanted.mine is None or bool(who and wanted.mine(who)))
        and not (wanted.unassigned and who)
        and (wanted.due_before is None or bool(each["due"] and each["due"] < wanted.due_before))
    )


def _among(value: Any, wanted: Sequence[str]) -> bool:
    return not wanted or str(value or "").casefold() in [each.casefold() for each in wanted]


def _plain(text: str) -> str:
    return text.strip().removeprefix("@").casefold()


def in_order(rows: Sequence[Row], key: str) -> list[Row]:
    """Return the rows sorted by a field, `-` before it for the other way; what has no value comes last."""
    field = key.removeprefix("-")
    known = [row for row in rows if row[field] is not None]
    known.sort(key=lambda row: (_value(field, row[field]), str(row["ref"])), reverse=key.startswith("-"))
    return [*known, *(row for row in rows if row[field] is None)]


def _value(field: str, value: Any) -> tuple[float, str]:
    if field == "priority":
        return ready.PRIORITIES.get(str(value).lower(), 2), str(value)
    if isinstance(value, int | float):
        return float(value), ""
    return 0.0, str(value).casefold()


def pick(rows: Sequence[Row], fields: Sequence[str]) -> list[dict[str, Any]]:
    """Return the rows with these fields only, in this order."""
    return [{field: row.get(field) for field in fields} for row in rows]
