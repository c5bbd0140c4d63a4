"""Two new tasks, risks or questions that two people gave one id: the smaller text keeps it."""

from collections.abc import Mapping
from typing import Any

from milestone import ids
from milestone.domain.document import Body

SAID = {"tasks": "title", "risks": "description", "questions": "text"}  # what tells two apart


def apart(base: Body, one: Body, other: Body) -> tuple[Body, Body]:
    """Return both sides with a free id for the greater of two new members that share one."""
    for key, word in SAID.items():
        before, first, second = (_by_id(side.get(key)) for side in (base, one, other))
        taken = {*before, *first, *second}
        for name in sorted(name for name in first if name in second and name not in before):
            texts = [str(members[name].get(word)) for members in (first, second)]
            if texts[0].strip() == texts[1].strip():
                continue
            fresh = _free(name, taken)
            taken.add(fresh)
            if texts[0] > texts[1]:
                one = _renamed(one, key, name, fresh)
            else:
                other = _renamed(other, key, name, fresh)
    return one, other


def _by_id(members: Any) -> dict[str, Mapping[str, Any]]:
    found = members if isinstance(members, list) else []
    return {str(each["id"]): each for each in found if isinstance(each, Mapping) and "id" in each}


def _free(name: str, taken: set[str]) -> str:
    prefix, _, number = name.rpartition("-")
    if not number.isdecimal():
        return next(f"{name}-{n}" for n in range(2, len(taken) + 3) if f"{name}-{n}" not in taken)
    numbers = [int(each.rpartition("-")[2]) for each in taken if each.rpartition("-")[2].isdecimal()]
    return ids.task_id(max(numbers) + 1) if prefix == "task" else f"{prefix}-{max(numbers) + 1:0{len(number)}d}"


def _renamed(body: Body, key: str, name: str, fresh: str) -> Body:
    """Return a side with a member under another id; what waits for it there follows."""
    members = [_follows(each, name, fresh) if key == "tasks" else each for each in body[key]]
    return {
        **body,
        key: [
            {**each, "id": fresh} if isinstance(each, Mapping) and each.get("id") == name else each
            for each in members
        ],
    }


def _follows(task: Any, name: str, fresh: str) -> Any:
    if not isinstance(task, Mapping):
        return task
    changed = dict(task)
    if isinstance(task.get("dependencies"), list):
        changed["dependencies"] = [fresh if each == name else each for each in task["dependencies"]]
    if task.get("parent") == name:
        changed["parent"] = fresh
    return changed
