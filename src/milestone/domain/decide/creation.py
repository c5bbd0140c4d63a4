"""How milestones begin: drafts get numbers in order, uids, and references that mean what the draft meant."""

from collections.abc import Mapping, Sequence
from typing import Any

from milestone import errors, ids
from milestone.domain import graph, needs, tasks
from milestone.domain.context import Context
from milestone.domain.decide import rules
from milestone.domain.document import Body, Event

KEY_ORDER = ("id", "uid", "title", "description", "status", "priority", "category", "type")


def create(drafts: Sequence[Body], uids: Sequence[str], ctx: Context) -> list[Event]:
    """Return the events of new milestones, numbered from the next free one in the order of the drafts.

    A draft's own `id` is a local name: dependencies inside the drafts are put on the numbers given. Tasks
    without an id get one. Every reference to a record is kept by uid in `refs`.

    Raises:
        InvalidPlan: no title, an unknown id, a reference to itself or a cycle; every one is listed with its place.
    """
    numbers = [ids.number_of(str(row["id"])) or 0 for row in ctx.rows]
    first = max([ctx.last_number, *numbers, 0]) + 1
    given = [ids.milestone_id(first + place) for place in range(len(drafts))]
    local = {str(d["id"]): new for d, new in zip(drafts, given, strict=True) if d.get("id")}
    known = {str(row["id"]): str(row["uid"]) for row in ctx.rows} | dict(zip(given, uids, strict=True))
    bodies = [_body(draft, new, uid, local, known) for draft, new, uid in zip(drafts, given, uids, strict=True)]
    found = [*_problems(bodies, known), *_cycles(bodies, ctx)]
    if found:
        raise errors.InvalidPlan(
            f"The plan cannot be stored: {found[0]['message']}"
            + (f" ({len(found)} findings)" if found[1:] else ""),
            why="nothing was stored",
            findings=found,
        )
    return [
        Event(kind="milestone.created", document="milestone", uid=uid, milestone=new, data={"body": body})
        for body, new, uid in zip(bodies, given, uids, strict=True)
    ]


def with_task_ids(every: Sequence[Body]) -> list[Body]:
    """Return tasks that all have a full id of their own; what waits for them by a local name follows."""
    taken = {full for task in every if (full := ids.parse_task_id(str(task.get("id") or "")))}
    free = (name for name in map(ids.task_id, range(1, 10**6)) if name not in taken)
    names: dict[str, str] = {}
    found = []
    for task in every:
        old = str(task.get("id") or "")
        new = ids.parse_task_id(old) or next(free)
        names |= {word: new for word in (old, str(task.get("title") or "")) if word and word not in names}
        found.append({**task, "id": new})
    return [_renamed(task, names) for task in found]


def _body(draft: Body, new: str, uid: str, local: Mapping[str, str], known: Mapping[str, str]) -> Body:
    body = {**draft, "id": new, "uid": uid, "status": draft.get("status") or "planned"}
    if draft.get("tasks"):
        body["tasks"] = with_task_ids(tasks.of(draft))
    if draft.get("dependencies"):
        body["dependencies"] = _replaced(draft["dependencies"], local)
    meant = {known[name]: name for name in needs.requires(body) + needs.enables(body) if name in known}
    if meant:
        body["refs"] = {**(draft.get("refs") or {}), **meant}
    ordered = [key for key in KEY_ORDER if key in body]
    return {key: body[key] for key in [*ordered, *(k for k in body if k not in ordered)]}


def _renamed(task: Body, names: Mapping[str, str]) -> Body:
    """Return a task whose references name full ids."""
    found = {**task}
    if task.get("parent"):
        found["parent"] = (
            names.get(str(task["parent"])) or ids.parse_task_id(str(task["parent"])) or task["parent"]
        )
    if tasks.dependencies(task):
        found["dependencies"] = [names.get(d) or ids.parse_task_id(d) or d for d in tasks.dependencies(task)]
    return found


def _replaced(value: Any, local: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return local.get(value) or local.get(needs.full(value)) or needs.full(value)
    if isinstance(value, list):
        return [_replaced(item, local) for item in value]
    if isinstance(value, Mapping):
        facts = ("external", "conditions", "shared_resources")
        return {local.get(str(k), k): v if k in facts else _replaced(v, local) for k, v in value.items()}
    return value


def _problems(bodies: Sequence[Body], known: Mapping[str, str]) -> list[rules.Finding]:
    found = []
    for place, body in enumerate(bodies):
        at = f"milestones[{place}]"
        if not str(body.get("title") or "").strip():
            found.append(rules.finding("no_title", "a milestone needs a title", path=f"{at}.title"))
        for name in needs.requires(body):
            if name == body["id"]:
                found.append(
                    rules.finding("self_reference", "it requires itself", path=f"{at}.dependencies.requires")
                )
            elif name not in known:
                message = f"{name} does not exist"
                found.append(rules.finding("unknown_id", message, path=f"{at}.dependencies.requires"))
        found += _task_problems(body, at)
    return found


def _task_problems(body: Body, at: str) -> list[rules.Finding]:
    known = [str(task["id"]) for task in tasks.of(body)]
    found = []
    for place, task in enumerate(tasks.of(body)):
        here = f"{at}.tasks[{place}]"
        if known.count(str(task["id"])) > 1:
            found.append(rules.finding("double_id", f"{task['id']} is there twice", path=f"{here}.id"))
        for name in tasks.dependencies(task):
            if (
                "/" not in name
                and not needs.full(name).startswith("milestone-")
                and not tasks.resolve(known, name)
            ):
                found.append(rules.finding("unknown_id", f"{name} is no task of it", path=f"{here}.dependencies"))
        above = tasks.get(body, str(task.get("parent")))
        if task.get("parent") and (above is None or above.get("parent")):
            found.append(rules.finding("parent", f"{task['parent']} cannot be its parent", path=f"{here}.parent"))
    named = graph.cycle(tasks.every_dependency(body))
    return found + ([rules.finding("cycle", " → ".join(named), path=f"{at}.tasks")] if named else [])


def _cycles(bodies: Sequence[Body], ctx: Context) -> list[rules.Finding]:
    """Return cycles that the new milestones close; older ones are findings of their own."""
    waits = graph.of_rows(ctx.rows) | {str(body["id"]): needs.requires(body) for body in bodies}
    for body in bodies:
        for other in needs.enables(body):
            waits[other] = [*waits.get(other, []), str(body["id"])]
    new = {str(body["id"]) for body in bodies}
    return [
        rules.finding("cycle", " → ".join(found), path="milestones")
        for found in graph.cycles(waits)
        if new & set(found) and len(found) > 2
    ]
