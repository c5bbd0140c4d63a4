"""Which record has which number, when two clones gave one number twice: the older uid keeps it."""

from collections.abc import Collection, Mapping
from typing import Any

from milestone import ids
from milestone.domain import references
from milestone.domain.document import Body


def given(bodies: Mapping[str, Body], young: Collection[str] = ()) -> dict[str, str]:
    """Return uid -> id with no id given twice; the others get the next free number, in the order of their uids.

    `young` are uids that nobody wrote down: they give way to any that somebody did.
    """
    wanted: dict[str, list[str]] = {}
    for uid in sorted(bodies, key=lambda uid: (uid in young, uid)):
        wanted.setdefault(str(bodies[uid].get("id")), []).append(uid)
    taken = {name for body in bodies.values() for name in _names(body)}
    found = {uids[0]: name for name, uids in wanted.items()}
    for uid, name in sorted((uid, name) for name, uids in wanted.items() for uid in uids[1:]):
        found[uid] = _free(name, taken)
        taken.add(found[uid])
    return found


def renumbered(bodies: Mapping[str, Body], names: Mapping[str, str]) -> dict[str, Body]:
    """Return the records with these ids; each knows the one it had before."""
    return {uid: _renumbered(body, names.get(uid, str(body.get("id")))) for uid, body in bodies.items()}


def _renumbered(body: Body, name: str) -> Body:
    was = str(body.get("id"))
    if was == name:
        return body
    known: Any = body.get("formerly") or []
    return {**body, "id": name, "formerly": [*known, *([] if was in known else [was])]}


def _names(body: Body) -> list[str]:
    return [str(body.get("id")), *map(str, body.get("formerly") or ()), *references.of(body).values()]


def _free(name: str, taken: Collection[str]) -> str:
    if ids.number_of(name) is not None:
        return ids.milestone_id(max(ids.number_of(each) or 0 for each in taken) + 1)
    return next(f"{name}-{number}" for number in range(2, len(taken) + 3) if f"{name}-{number}" not in taken)
