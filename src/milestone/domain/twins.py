"""Which task is which, when two people gave one id to two new ones: the smaller text keeps it, also afterwards.

While two sides are joined their tasks (risks, questions) go by keys: one the base has by its id there, also where
a side had to give it another since; a new one by its text.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from milestone import ids
from milestone.domain.document import Body
from milestone.domain.merging_lists import as_text

SAID = {"tasks": "title", "risks": "description", "questions": "text"}  # what tells two apart
Named = dict[str, str]  # old id -> new id


class Keyed(msgspec.Struct, frozen=True, kw_only=True):
    """Both sides with keys in place of ids, and the id that every key ends with."""

    one: Body
    other: Body
    ids: Mapping[str, Named]  # by list

    def back(self, body: Body) -> Body:
        """Return a joined record with ids again."""
        for key, names in self.ids.items():
            body = _renamed(body, key, names)
        return body

    def named(self, conflict: Body) -> Body:
        """Return a conflict whose field says the id that the task ends with."""
        place, *rest = str(conflict["field"]).split("/")
        names = self.ids.get(place, {})
        return {**conflict, "field": "/".join([place, *(names.get(each, each) for each in rest)])}


def keyed(base: Body, one: Body, other: Body) -> Keyed:
    """Return both sides with each member of a list under the key that it has on the other side too."""
    final: dict[str, Named] = {}
    for key, word in SAID.items():
        if len({as_text(side.get(key)) for side in (base, one, other)}) < 3:
            continue  # a side that did not change it gives way
        before, first, second = (_texts(side.get(key), word) for side in (base, one, other))
        if None in (before, first, second) or not (first or second):
            continue
        assert before is not None and first is not None and second is not None
        texts = sorted([(text, name) for side in (first, second) for name, text in side.items()], reverse=True)
        keys = [_keys(before, side, dict(texts)) for side in (first, second)]
        wanted = [{new: old for old, new in names.items()} for names in keys]
        final[key] = _ids(
            wanted, {**_by_key(first, keys[0]), **_by_key(second, keys[1])}, {*before, *first, *second}
        )
        one, other = _renamed(one, key, keys[0]), _renamed(other, key, keys[1])
    return Keyed(one=one, other=other, ids=final)


def _texts(members: Any, word: str) -> dict[str, str] | None:
    """Return id -> text of a list; None where ids or texts do not tell its members apart."""
    found = members if isinstance(members, list) else []
    texts = {str(each["id"]): str(each.get(word)) for each in found if isinstance(each, Mapping) and "id" in each}
    return texts if len(texts) == len(found) == len(set(texts.values())) else None


def _keys(before: Mapping[str, str], side: Mapping[str, str], smallest: Mapping[str, str]) -> Named:
    """Return the key of each member of a side; `smallest` is the id a text has, the smaller of two."""
    place = {text: name for name, text in side.items()}
    moved = {
        place[text]: name
        for name, text in before.items()
        if text in place
        and place[text] != name
        and place[text] not in before
        and side.get(name) not in (None, text)
    }
    gone = set(moved.values())
    return {
        name: moved.get(name, name if name in before and name not in gone else f"new {smallest[text]} {text}")
        for name, text in side.items()
    }


def _by_key(side: Mapping[str, str], keys: Named) -> Named:
    return {keys[name]: text for name, text in side.items()}


def _ids(wanted: list[Named], texts: Mapping[str, str], taken: set[str]) -> Named:
    """Return the id of each key: one that a side has, the smaller text first, else the next free."""
    found: Named = {}
    given: set[str] = set()
    ordered = sorted(texts, key=lambda key: (key.startswith("new "), texts[key], key))
    for key in ordered:
        for name in sorted({each[key] for each in wanted if key in each}):
            if name not in given:
                found[key] = name
                given.add(name)
                break
    for key in ordered:
        if key not in found:
            found[key] = _free(next(each[key] for each in wanted if key in each), taken | given)
            given.add(found[key])
    return found


def _free(name: str, taken: set[str]) -> str:
    prefix, _, number = name.rpartition("-")
    if not number.isdecimal():
        return next(f"{name}-{n}" for n in range(2, len(taken) + 3) if f"{name}-{n}" not in taken)
    numbers = [int(each.rpartition("-")[2]) for each in taken if each.rpartition("-")[2].isdecimal()]
    return ids.task_id(max(numbers) + 1) if prefix == "task" else f"{prefix}-{max(numbers) + 1:0{len(number)}d}"


def _renamed(body: Body, key: str, names: Named) -> Body:
    """Return a record with other ids in a list; what waits for a task there follows."""
    if not isinstance(body.get(key), list) or all(old == new for old, new in names.items()):
        return body
    return {**body, key: [_member(each, key, lambda name: names.get(name, name)) for each in body[key]]}


def _member(member: Any, key: str, rename: Callable[[Any], Any]) -> Any:
    if not isinstance(member, Mapping):
        return member
    changed = {**member, "id": rename(member["id"])} if isinstance(member.get("id"), str) else dict(member)
    if key == "tasks" and isinstance(member.get("dependencies"), list):
        waits = [rename(each) if isinstance(each, str) else each for each in member["dependencies"]]
        changed["dependencies"] = waits
    if key == "tasks" and isinstance(member.get("parent"), str):
        changed["parent"] = rename(member["parent"])
    return changed
