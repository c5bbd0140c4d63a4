"""The task of a milestone that a request means."""

from milestone import errors
from milestone.domain import tasks
from milestone.domain.decide import rules
from milestone.domain.document import Body, Document


def find(document: Document, task_ref: str) -> Body:
    """Return the task that a ref means.

    Raises:
        TaskNotFound: there is none; the known ones are candidates.
    """
    task = tasks.get(document.body, known(document, task_ref))
    assert task is not None
    return task


def known(document: Document, text: str) -> str:
    """Return the id of the task that a text means. Raises as `find` does."""
    every = [str(task.get("id")) for task in tasks.of(document.body)]
    local = text.rpartition("/")[2].strip()
    found = tasks.resolve(every, local)
    if found is None:
        raise errors.TaskNotFound(
            f"{rules.name(document)} has no task {local}.",
            why=f"it has {every[0]} to {every[-1]}" if every else "it has no tasks",
            hint=f"milestone show {rules.name(document)}",
        )
    return found
