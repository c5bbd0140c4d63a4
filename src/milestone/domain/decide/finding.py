"""The task of a milestone that a request means, and what a task may wait for."""

from collections.abc import Mapping
from typing import Any

from milestone import errors, ids
from milestone.domain import tasks
from milestone.domain.context import Context
from milestone.domain.decide import rules
from milestone.domain.document import Body, Document
from milestone.domain.rows import of as rows_of


def find(document: Document, task_ref: str) -> Body:
    """Return the task that a ref means.

    Raises:
        TaskNotFound: there is none, or the ref is about another milestone.
    """
    task = tasks.get(document.body, known(document, task_ref))
    assert task is not None
    return task


def known(document: Document, text: str) -> str:
    """Return the id of the task that a text means. Raises as `find` does."""
    every = [str(task.get("id")) for task in tasks.of(document.body)]
    above, _, local = text.strip().rpartition("/")
    found = tasks.resolve(every, local) if not above or _is(document, above) else None
    if found is None:
        raise errors.TaskNotFound(
            f"{rules.name(document)} has no task {local if _is(document, above) else text}.",
            why=f"it has {every[0]} to {every[-1]}" if every else "it has no tasks",
            hint=f"milestone show {rules.name(document)}",
        )
    return found


def before(document: Document, text: str, ctx: Context) -> str:
    """Return what a task may wait for as its record keeps it: a task here, one elsewhere, or a whole milestone.

    Raises:
        TaskNotFound, MilestoneNotFound: there is no such thing.
    """
    above, slash, local = text.strip().rpartition("/")
    if slash and not _is(document, above):
        row = _row(above, ctx)
        found = tasks.resolve([str(task["id"]) for task in row["tasks"]], local)
        if found is None:
            raise errors.TaskNotFound(f"{row['id']} has no task {local}.", hint=f"milestone show {row['id']}")
        return f"{row['id']}/{found}"
    every = [str(task.get("id")) for task in tasks.of(document.body)]
    is_milestone = not slash and tasks.resolve(every, local) is None and local[:1] in ("m", "M")
    return str(_row(local, ctx)["id"]) if is_milestone else known(document, text)


def _row(text: str, ctx: Context) -> Mapping[str, Any]:
    wanted = ids.parse_milestone_id(text) or text
    found = rows_of(ctx.rows).named(wanted)
    if found is None:
        raise errors.MilestoneNotFound(f'There is no milestone "{text}".', hint="milestone list")
    return found


def _is(document: Document, text: str) -> bool:
    return not text or rules.name(document) in (text, ids.parse_milestone_id(text))
