"""What a file and the store say of one record, joined field by field (`joining`); nothing typed is lost."""

from collections.abc import Sequence
from typing import Any

import msgspec

from milestone.domain import joining, merging, paths, vocabulary
from milestone.domain.document import Body
from milestone.domain.joining import Merged
from milestone.domain.merging_lists import as_text

_ABSENT = object()
# What only commands change in the tasks of a milestone that a run holds.
HELD = ("status", "attempts", "evidence", "started_at", "completed_at", "blocked")


class PutRight(msgspec.Struct, frozen=True, kw_only=True):
    """A record whose held fields are as the store has them, and a sentence for each that was not."""

    body: Body
    warnings: tuple[str, ...] = ()


def merge(base: Body | None, theirs: Body, ours: Body) -> Merged:
    """Return what the file (`theirs`) and the store (`ours`) say together, `base` being what both last agreed on.

    Without a base the file's values stand, and what only the store has is kept.
    """
    if theirs == ours:
        return Merged(body=theirs)
    if base is not None:
        return joining.join(base, theirs, ours)
    return Merged(body=merging.Merger(forgetful=True).maps({}, theirs, ours))


def take_back(before: Body, after: Body, of: Body) -> Body:
    """Return `of` without what changed from `before` to `after`, as far as it still stands there."""
    return merging.Merger(yielding=True).maps(after, before, of)


def as_a_file_says(body: Body, name: str) -> Body:
    """Return a record in the words a file reads as, so that what only a file leaves open is no difference."""
    return vocabulary.understand(body, name).body


def change(kept: Body, ours: Body, wanted: Body) -> paths.Change:
    """Return what to set and unset in the record as it is kept, `ours` being what a file would say of it."""
    to_set, to_unset = paths.diff(kept, wanted)
    return (
        {path: value for path, value in to_set.items() if paths.get(ours, path, _ABSENT) != value},
        [path for path in to_unset if paths.get(kept, path) is not None],
    )


def put_right(ours: Body, wanted: Body) -> PutRight:
    """Return `wanted` as far as a run that holds the milestone allows it.

    Its status, and status, attempts and evidence of its tasks stay as the store has them; a task the file dropped
    stays, one the file brings starts as pending.
    """
    warnings: list[str] = []
    name = str(ours.get("id", "the milestone"))
    body = _hold_fields(ours, wanted, ("status",), name, warnings)
    before = {task["id"]: task for task in _tasks(ours)}
    wanted_ids = {task["id"] for task in _tasks(wanted)}
    tasks = [_hold_task(before.get(task["id"]), task, f"{name}/{task['id']}", warnings) for task in _tasks(wanted)]
    for task_id, task in before.items():
        if task_id not in wanted_ids:
            tasks.append(task)
            warnings.append(f"{name}/{task_id} is gone from the file; it stays while a run holds {name}.")
    return PutRight(
        body={**body, "tasks": tasks} if tasks or "tasks" in wanted else body, warnings=tuple(warnings)
    )


def _tasks(body: Body) -> list[Body]:
    return [task for task in body.get("tasks") or [] if isinstance(task, dict) and "id" in task]


def _hold_task(held: Body | None, wanted: Body, ref: str, warnings: list[str]) -> Body:
    if held is None:
        return _hold_fields({"status": "pending"}, wanted, HELD, ref, warnings)
    return _hold_fields(held, wanted, HELD, ref, warnings)


def _hold_fields(held: Body, wanted: Body, fields: Sequence[str], ref: str, warnings: list[str]) -> Body:
    wrong = [field for field in fields if held.get(field) != wanted.get(field)]
    if not wrong:
        return wanted
    right = {field: held[field] for field in wrong if field in held}
    told = ", ".join(f"{field} {_short(wanted.get(field))}" for field in wrong)
    warnings.append(f"{ref}: the file says {told}; while a run holds it that changes only by commands.")
    return {**{key: value for key, value in wanted.items() if key not in wrong or key in right}, **right}


def _short(value: Any) -> str:
    said = value if isinstance(value, str) else as_text(value)
    return said if len(said) <= 40 else said[:37] + "..."
