"""Rules of what a task carries besides its state: a new one, notes, who does it, changed fields."""

from collections.abc import Sequence
from typing import Any

import msgspec

from milestone import errors
from milestone.domain import graph, states, summary, tasks
from milestone.domain.context import Context
from milestone.domain.decide import dependency, rules
from milestone.domain.decide.finding import before, find, known
from milestone.domain.document import Body, Document, Event


class AddTask(msgspec.Struct, frozen=True, kw_only=True):
    """A new task."""

    title: str
    estimate: Any = None  # hours, or {optimistic likely pessimistic}
    after: Sequence[str] = ()
    parent: str | None = None
    run: str | None = None
    verify: str | None = None
    assign: str | None = None
    executor: str | None = None
    priority: str | None = None
    labels: Sequence[str] = ()
    description: str | None = None


class NoteTask(msgspec.Struct, frozen=True, kw_only=True):
    """A note, and what the next worker is to know."""

    task: str
    note: str
    next: str | None = None


def add(document: Document, request: AddTask, ctx: Context) -> list[Event]:
    """Return the event of a new task with the next free id.

    Raises:
        Refused: the milestone is closed, the parent is a subtask itself, or a dependency would be a cycle.
        TaskNotFound: `after` or `parent` names no task of this milestone.
    """
    _is_open(document, "take new tasks")
    if not request.title.strip():
        raise errors.InvalidRequest("a task needs a title.")
    body = document.body
    task: Body = {"id": tasks.next_id(body)}
    if request.parent:
        task["parent"] = known(document, request.parent)
        _check_parent(document, str(task["parent"]))
    task |= {"title": request.title.strip(), "status": "pending"}
    given = {
        "description": request.description,
        "priority": request.priority,
        "estimated_hours": request.estimate,
        "assigned_to": request.assign,
        "dependencies": list(dict.fromkeys(before(document, name, ctx) for name in request.after)),
        "run": request.run,
        "verify": request.verify,
        "executor": request.executor,
        "labels": list(request.labels),
    }
    task |= {key: value for key, value in given.items() if value not in (None, [], "")}
    if task.get("parent"):  # nothing else waits for what was not there before
        _check_order(document, task, ctx)
    return [rules.event(document, "task.added", str(task["id"]), body=task)]


def _check_order(document: Document, task: Body, ctx: Context) -> None:
    """Refuse a task that would wait for itself: a subtask after its parent, or after what waits for the parent."""
    with_it = {**document.body, "tasks": [*tasks.of(document.body), task]}
    row = summary.row(msgspec.structs.replace(document, body=with_it))
    around = dependency.around(document, "", ctx)
    waits = dependency.everything([row if row["id"] == other["id"] else other for other in around])
    own = rules.ref(document, str(task["id"]))
    found = graph.cycle_through(waits, own)
    if found:
        raise errors.Refused(
            f"That would close a cycle: {' → '.join(found)}.",
            why="what waits for itself can never start; a parent waits for its subtasks",
            code="cycle",
        )


def note(document: Document, request: NoteTask, ctx: Context) -> list[Event]:
    """Return the event of a note. Raises InvalidRequest for an empty one."""
    task = find(document, request.task)
    if not request.note.strip() and not request.next:
        raise errors.InvalidRequest("task note takes a text.")
    return [rules.event(document, "task.noted", str(task["id"]), note=request.note, next=request.next)]


def assign(document: Document, task_ref: str, who: str | None, ctx: Context) -> list[Event]:
    """Return the event of giving a task to somebody (None: to nobody); nothing when that is so already."""
    task = find(document, task_ref)
    wanted = (who or "").strip().removeprefix("@") or None
    if task.get("assigned_to") == wanted:
        return []
    event = rules.event(document, "task.assigned", str(task["id"]))
    return [msgspec.structs.replace(event, data={"assigned_to": wanted})]


def edit(document: Document, task_ref: str, changes: Body, gone: Sequence[str], ctx: Context) -> list[Event]:
    """Return the event of changed fields of a task; nothing where all are so already. Never status or proof."""
    task = find(document, task_ref)
    to_set = {key: value for key, value in changes.items() if task.get(key) != value}
    to_unset = [key for key in gone if key in task]
    if not to_set and not to_unset:
        return []
    return [rules.event(document, "task.edited", str(task["id"]), set=to_set or None, unset=to_unset or None)]


def _is_open(document: Document, what: str) -> None:
    state = "archived" if document.archived else str(document.body.get("status") or "planned")
    if state not in states.OPEN_MILESTONES:
        raise errors.Refused(
            f"{rules.name(document)} is {rules.words(state)} and cannot {what}.",
            why="what is finished stays as it was judged",
            hint=f'milestone reopen {rules.name(document)} --reason "..."',
            code="wrong_state",
        )


def _check_parent(document: Document, parent: str) -> None:
    above = tasks.get(document.body, parent) or {}
    if above.get("parent"):
        raise errors.Refused(
            f"{parent} is a subtask itself.", why="there is one level of subtasks", hint=f"use {above['parent']}"
        )
    if tasks.status(above) not in states.OPEN_TASKS:
        raise errors.Refused(
            f"{parent} is {rules.words(tasks.status(above))}.", hint=f"milestone task reopen {parent}"
        )
