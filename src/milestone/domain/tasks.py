"""Reading tasks in a milestone's body, leniently: what is missing or odd has an answer."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from milestone import ids
from milestone.domain.document import Body

Task = Mapping[str, Any]


def of(body: Body) -> list[dict[str, Any]]:
    """Return the tasks of a milestone in the file's order."""
    found = body.get("tasks")
    return [task for task in found if isinstance(task, dict)] if isinstance(found, list) else []


def get(body: Body, task_id: str) -> dict[str, Any] | None:
    """Return the task with this id; None without one."""
    return next((task for task in of(body) if str(task.get("id")) == task_id), None)


def status(task: Task) -> str:
    """Return a task's status; one without any is pending."""
    return str(task.get("status") or "pending")


def title(task: Task) -> str:
    """Return a task's title, else its id."""
    return str(task.get("title") or task.get("id") or "")


def children(body: Body, task_id: str) -> list[dict[str, Any]]:
    """Return the subtasks of a task, cancelled ones included."""
    return [task for task in of(body) if task.get("parent") and str(task["parent"]) == task_id]


def parents(body: Body) -> set[str]:
    """Return the ids of tasks that have subtasks to do; their hours and their state are those of the subtasks.

    One whose subtasks are all cancelled is a plain task again.
    """
    return _parents(of(body))


def leaves(body: Body) -> list[dict[str, Any]]:
    """Return the tasks that count: those without subtasks, not cancelled."""
    every = of(body)
    above = _parents(every)
    return [t for t in every if not (above and str(t.get("id")) in above) and status(t) != "cancelled"]


def _parents(every: Sequence[Task]) -> set[str]:
    named = {str(task["parent"]) for task in every if task.get("parent") and status(task) != "cancelled"}
    return named & {str(task.get("id")) for task in every} if named else named


def dependencies(task: Task) -> list[str]:
    """Return what a task waits for: ids in its milestone, or `milestone-001/task-002`, or a milestone."""
    found = task.get("dependencies")
    if isinstance(found, str):
        found = [found]
    return [str(item) for item in found if isinstance(item, str | int)] if isinstance(found, list) else []


def local_dependencies(body: Body, task: Task) -> list[str]:
    """Return the ids of the tasks of the same milestone that a task waits for, once each."""
    return _local([str(other.get("id")) for other in of(body)], task)


def every_dependency(body: Body) -> dict[str, list[str]]:
    """Return task id -> the ids of the tasks of the same milestone that it waits for, once each."""
    every = of(body)
    known = {str(other.get("id")): None for other in every}
    return {str(task.get("id")): _local(known, task) for task in every}


def _local(known: Collection[str], task: Task) -> list[str]:
    return list(dict.fromkeys(d for d in (resolve(known, d) for d in dependencies(task)) if d))


def resolve(known: Collection[str], text: str) -> str | None:
    """Return the known task id that a text means (`task-002`, `t2`, `2`); None when it is not one of them."""
    if text in known:
        return text
    full = ids.parse_task_id(text)
    return full if full in known else None


def needs(body: Body) -> dict[str, list[str]]:
    """Return task id -> the local tasks it waits for, cancelled ones left out.

    A subtask waits for what its parent waits for, a parent for its subtasks.
    """
    listed = of(body)
    every = {str(task.get("id")): task for task in listed}
    alive = {name: task for name, task in every.items() if status(task) != "cancelled"}
    below: dict[str, list[str]] = {}
    for task in listed:
        if task.get("parent"):
            below.setdefault(str(task["parent"]), []).append(str(task.get("id")))
    found = {}
    for name, task in alive.items():
        wanted = _local(every, task)
        if below:
            above = every.get(str(task.get("parent")))
            wanted += [*(_local(every, above) if above else ()), *below.get(name, ())]
        found[name] = [d for d in dict.fromkeys(wanted) if d in alive]
    return found


def is_people_work(task: Task) -> bool:
    """Tell whether a person does a task: nothing else is named to do it."""
    executor = task.get("executor")
    return executor == "human" or (executor is None and not task.get("run"))


def next_id(body: Body) -> str:
    """Return the id the next task gets; numbers of known tasks are never used twice."""
    numbers = [ids.number_of(str(task.get("id"))) or 0 for task in of(body)]
    return ids.task_id(max([*numbers, 0]) + 1)
