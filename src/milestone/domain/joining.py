"""Two versions of one record joined: its fields, its new tasks, what it refers to, and its conflicts.

Joining is the same from both sides, so every clone that merges the same two versions holds the same record.
"""

from typing import Any

import msgspec

from milestone.domain import conflicts, merging, references, twins
from milestone.domain.document import Body


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """The joined record. `conflicts` are those found now; the body holds them too, after the earlier ones."""

    body: Body
    conflicts: tuple[Body, ...] = ()


def join(base: Body | None, one: Body, other: Body) -> Merged:
    """Return what two versions of a record say together, `base` being the version both came from.

    Without a base every value the two do not share is one that both changed. What each side refers to is compared
    by uid; of two new tasks with one id the smaller title keeps it.
    """
    if merging.same(one, other):
        return Merged(body=merging.one_of(one, other))
    before = base or {}
    tasks = twins.keyed(before, one, other)
    named = references.by_uid(before, tasks.one, tasks.other)
    merger = merging.Merger()
    mine, first, second = (_without_conflicts(side) for side in named.sides)
    body = tasks.back(named.back(merger.maps(mine, first, second)))
    found = tuple(tasks.named(named.back(conflict)) for conflict in merger.conflicts)
    body = _kept_names(body, merger.gave_way)
    kept = conflicts.merged(before, one, other, found)
    return Merged(body={**body, "conflicts": kept} if kept else body, conflicts=found)


def _without_conflicts(body: Body) -> Body:
    return {key: value for key, value in body.items() if key != "conflicts"}


def _kept_names(body: Body, gave_way: list[str]) -> Body:
    """Return the record knowing the number it had on the side that gave way."""
    known: Any = body.get("formerly") or []
    formerly = [*known, *(name for name in gave_way if name not in known)]
    return {**body, "formerly": formerly} if gave_way else body
