"""What a file and the store say of one record, joined field by field; nothing typed is lost.

Maps are merged by key, lists of records by id (else by name or text), other lists as sets. A side that did not
change since the base gives way. Where both changed one value, the further state stands, else the greater text, and
the other goes to the record's `conflicts`, whichever side it came from.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from milestone.domain import paths
from milestone.domain.document import Body

_At = tuple[str, ...]
_ABSENT: Any = object()
_FURTHER = (
    *("planned", "pending", "changes_requested", "in_progress", "paused", "blocked", "failed", "rejected"),
    *("in_review", "cancelled", "approved", "completed", "archived"),
)
# What only commands change in the tasks of a milestone that a run holds.
HELD = ("status", "attempts", "evidence", "started_at", "completed_at", "blocked")


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """The joined record. `conflicts` are those found now; the body holds them too, after the earlier ones."""

    body: Body
    conflicts: tuple[Body, ...] = ()


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
    merger = _Merger(forgetful=base is None)
    body = merger.maps(base or {}, theirs, ours, ())
    if merger.conflicts:
        known = [_key(conflict) for conflict in body.get("conflicts", [])]
        new = [conflict for conflict in merger.conflicts if _key(conflict) not in known]
        body = {**body, "conflicts": [*body.get("conflicts", []), *new]}
    return Merged(body=body, conflicts=tuple(merger.conflicts))


def carry(before: Body, after: Body, onto: Body) -> Body:
    """Return `onto` with what changed from `before` to `after`; that change stands over any other."""
    return _Merger(carrying=True).maps(before, after, onto, ())


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


class _Merger:
    def __init__(self, *, forgetful: bool = False, carrying: bool = False) -> None:
        self.conflicts: list[Body] = []
        self._forgetful = forgetful
        self._carrying = carrying

    def maps(self, base: Mapping[str, Any], theirs: Mapping[str, Any], ours: Mapping[str, Any], at: _At) -> Body:
        return {
            key: value
            for key in dict.fromkeys((*ours, *theirs))
            if (value := self._value(_at(base, key), _at(theirs, key), _at(ours, key), (*at, key))) is not _ABSENT
        }

    def _value(self, base: Any, theirs: Any, ours: Any, at: _At) -> Any:
        if _same(theirs, ours) or _same(theirs, base):
            return ours
        if _same(ours, base):
            return theirs
        if isinstance(theirs, Mapping) and isinstance(ours, Mapping):
            return self.maps(base if isinstance(base, Mapping) else {}, theirs, ours, at)
        if isinstance(theirs, list) and isinstance(ours, list):
            return self._lists(base if isinstance(base, list) else [], theirs, ours, at)
        if self._carrying:
            return theirs
        if self._forgetful:
            return ours if theirs is _ABSENT else theirs
        return self._decide(theirs, ours, at)

    def _decide(self, theirs: Any, ours: Any, at: _At) -> Any:
        stands, other = sorted((theirs, ours), key=lambda value: _weight(value, at), reverse=True)
        self.conflicts.append(
            {"field": paths.join(*at), "value": stands, "other": None if other is _ABSENT else other}
        )
        return stands

    def _lists(self, base: list[Any], theirs: list[Any], ours: list[Any], at: _At) -> list[Any]:
        sides = [_by_identity(side) for side in (base, theirs, ours)]
        before, file, store = sides
        merged = {}
        for name in _order(before, file, store):
            value = self._value(
                before.get(name, _ABSENT), file.get(name, _ABSENT), store.get(name, _ABSENT), (*at, _segment(name))
            )
            if value is not _ABSENT:
                merged[name] = value
        return list(merged.values())


def _at(values: Mapping[str, Any], key: str) -> Any:
    return values.get(key, _ABSENT)


def _same(one: Any, other: Any) -> bool:
    return one is other or (one is not _ABSENT and other is not _ABSENT and _key(one) == _key(other))


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def _weight(value: Any, at: _At) -> tuple[int, int, str]:
    """Order what two sides say: a kept value before a removed one, the further state, the greater text."""
    if value is _ABSENT:
        return (0, 0, "")
    further = _FURTHER.index(value) if at[-1] == "status" and value in _FURTHER else 0
    return (1, further, value if isinstance(value, str) else _key(value))


def _by_identity(members: Sequence[Any]) -> dict[str, Any]:
    names = [_identity(member) for member in members]
    if len(set(names)) != len(names):
        names = [f"={_key(member)}" for member in members]
    return dict(zip(names, members, strict=True))


def _identity(member: Any) -> str:
    """Return what names a member of a list: an id, a name, a text, else all of it."""
    if isinstance(member, Mapping):
        for key, mark in (("id", "#"), ("name", "@"), ("text", "="), ("title", "=")):
            if isinstance(member.get(key), str):
                return f"{mark}{member[key]}"
    return f"={member if isinstance(member, str) else _key(member)}"


def _segment(name: str) -> str:
    return name[1:]


def _order(before: Mapping[str, Any], file: Mapping[str, Any], store: Mapping[str, Any]) -> list[str]:
    """Return every name: in the order of the side that moved members, new ones last in their own order."""
    kept = [name for name in before if name in file or name in store]
    moved = [side for side in (file, store) if _moved(kept, side)]
    lead = max((list(side) for side in moved), default=kept)
    known = [*(name for name in lead if name in before), *(name for name in kept if name not in lead)]
    new_file = [name for name in file if name not in before]
    new_store = [name for name in store if name not in before]
    longer, shorter = sorted((new_file, new_store), key=len, reverse=True)
    if [name for name in longer if name in shorter] == shorter:
        return [*known, *longer]
    return [*known, *sorted({*new_file, *new_store})]


def _moved(kept: list[str], side: Mapping[str, Any]) -> bool:
    return [name for name in side if name in kept] != [name for name in kept if name in side]


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
    said = value if isinstance(value, str) else _key(value)
    return said if len(said) <= 40 else said[:37] + "..."
