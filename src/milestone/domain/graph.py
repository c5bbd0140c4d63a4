"""What waits for what: order, cycles by name, the ready set, the critical path with its slack.

Works on ids alone, `needs` being id -> the ids it waits for; an id that is no key is outside and does not count.
Imports nothing heavy: lists and `status` use it on summary rows.
"""

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from heapq import heappop, heappush
from typing import Any, NamedTuple

Needs = Mapping[str, Sequence[str]]


class Slot(NamedTuple):
    """When something can and must run, in the unit of its length, from 0."""

    start: float
    end: float
    latest_start: float
    slack: float

    @property
    def is_critical(self) -> bool:
        """Any delay of it delays the end."""
        return self.slack <= 1e-9


def order(needs: Needs) -> list[str]:
    """Return every id, each after what it waits for, else in the given order; members of cycles come last."""
    names = list(needs)
    if _in_order(needs):
        return names
    place = {name: index for index, name in enumerate(names)}
    waits = {name: {d for d in wanted if d in needs} for name, wanted in needs.items()}
    followers = _followers(needs)
    free = [index for index, name in enumerate(names) if not waits[name]]  # sorted, so a heap
    found: list[str] = []
    while free:
        name = names[heappop(free)]
        found.append(name)
        for follower in followers[name]:
            waits[follower].discard(name)
            if not waits[follower]:
                heappush(free, place[follower])
    done = set(found)
    return found + [name for name in names if name not in done]


def cycles(needs: Needs) -> list[list[str]]:
    """Return one named cycle for every knot of ids that wait for each other, as `[a, b, a]`."""
    return [_walk(needs, knot) for knot in _knots(needs)]


def cycle(needs: Needs) -> list[str] | None:
    """Return a cycle as `[a, b, a]`; None when there is none."""
    return next(iter(cycles(needs)), None)


def cycle_through(needs: Needs, name: str) -> list[str] | None:
    """Return the shortest cycle through one id as `[name, …, name]`; None when there is none."""
    return _walk_from(needs, name, needs)


def in_cycles(needs: Needs) -> set[str]:
    """Return every id that is member of a cycle; none of them is ever ready."""
    return {name for knot in _knots(needs) for name in knot}


def ready(needs: Needs, done: Collection[str], candidates: Iterable[str] | None = None) -> list[str]:
    """Return the candidates (else all that are not done) whose needs are all done, in order; never cycle members.

    A need outside the graph counts as done only when `done` has it.
    """
    knotted = in_cycles(needs)
    wanted = [name for name in needs if name not in done] if candidates is None else candidates
    return [n for n in wanted if n not in knotted and all(d in done for d in needs.get(n, ()))]


def schedule(
    needs: Needs, length: Mapping[str, float], earliest: Mapping[str, float] | None = None
) -> dict[str, Slot]:
    """Return id -> slot if all runs as early as it can, `earliest` holding some back; cycles are left out."""
    knotted = in_cycles(needs)
    # Whoever waits for a member of a cycle has no place in the order of all, and one in the order of the others.
    names = order({name: wanted for name, wanted in needs.items() if name not in knotted})
    inside = set(names)
    starts: dict[str, float] = {}
    for name in names:
        after = [starts[d] + length.get(d, 0.0) for d in needs[name] if d in inside]
        starts[name] = max([*after, (earliest or {}).get(name, 0.0)], default=0.0)
    end = max((starts[n] + length.get(n, 0.0) for n in names), default=0.0)
    followers = _followers(needs)
    latest: dict[str, float] = {}
    for name in reversed(names):
        before = [latest[f] for f in followers[name] if f in inside]
        latest[name] = min([*before, end]) - length.get(name, 0.0)
    return {
        n: Slot(starts[n], starts[n] + length.get(n, 0.0), latest[n], max(0.0, round(latest[n] - starts[n], 9)))
        for n in names
    }


def critical_path(
    needs: Needs, length: Mapping[str, float], earliest: Mapping[str, float] | None = None
) -> list[str]:
    """Return one longest chain of ids in order: what decides the end; empty without any id."""
    slots = schedule(_without_short_singles(needs, length, earliest or {}), length, earliest)
    if not slots:
        return []
    here: str | None = max(slots, key=lambda name: slots[name].end)
    chain: list[str] = []
    while here is not None:
        chain.append(here)
        start = slots[here].start
        before = [d for d in needs[here] if d in slots and abs(slots[d].end - start) < 1e-9]
        here = max(before, key=lambda name: slots[name].end - slots[name].start, default=None)
    return chain[::-1]


def _without_short_singles(needs: Needs, length: Mapping[str, float], earliest: Mapping[str, float]) -> Needs:
    """Return the ids that are linked to others, and of all the rest only the one that ends last."""
    linked = {end for name, wanted in needs.items() for d in wanted if d in needs for end in (name, d)}
    single = max(
        (name for name in needs if name not in linked),
        key=lambda name: length.get(name, 0.0) + earliest.get(name, 0.0),
        default=None,
    )
    return {name: wanted for name, wanted in needs.items() if name in linked or name == single}


def reachable(needs: Needs, start: str) -> set[str]:
    """Return everything an id waits for, directly or through others."""
    found: set[str] = set()
    todo = list(needs.get(start, ()))
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += needs.get(name, ())
    return found


def dependants(needs: Needs, name: str) -> list[str]:
    """Return the ids that wait for this one directly, in the given order."""
    return [other for other, wanted in needs.items() if name in wanted and other != name]


def resolved(row: Mapping[str, Any], by_uid: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return what a summary row requires as ids of today: its `refs` say which record an id meant when written."""
    meant = {str(old): uid for uid, old in (row.get("refs") or {}).items()}
    return [str(by_uid[meant[i]]["id"]) if meant.get(i) in by_uid else i for i in row["requires"]]


def of_rows(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return milestone id -> the ids it requires (unknown ones too); what another enables counts as well."""
    by_uid = {row["uid"]: row for row in rows}
    found = {str(row["id"]): resolved(row, by_uid) if row["requires"] else [] for row in rows}
    for row in rows:
        for other in row["enables"] or ():
            if other in found and row["id"] not in found[other]:
                found[other].append(str(row["id"]))
    return found


def _followers(needs: Needs) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {name: [] for name in needs}
    for name, wanted in needs.items():
        for d in dict.fromkeys(wanted):
            if d in found:
                found[d].append(name)
    return found


def _in_order(needs: Needs) -> bool:
    """Tell whether every id already stands behind what it waits for, as most plans are written."""
    seen: set[str] = set()
    for name, wanted in needs.items():
        for d in wanted:
            if d not in seen and d in needs:
                return False
        seen.add(name)
    return True


def _knots(needs: Needs) -> list[list[str]]:
    """Return the strongly connected parts that hold a cycle (Tarjan, without recursion)."""
    if _in_order(needs):
        return []
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    on_path: dict[str, None] = {}
    found: list[list[str]] = []
    for root in needs:
        if root in index:
            continue
        todo = [(root, iter(needs[root]))]
        index[root] = low[root] = len(index)
        on_path[root] = None
        while todo:
            name, wanted = todo[-1]
            step = next((d for d in wanted if d in needs and (d not in index or d in on_path)), None)
            if step is not None and step not in index:
                index[step] = low[step] = len(index)
                on_path[step] = None
                todo.append((step, iter(needs[step])))
            elif step is not None:
                low[name] = min(low[name], index[step])
            else:
                todo.pop()
                if todo:
                    low[todo[-1][0]] = min(low[todo[-1][0]], low[name])
                if low[name] == index[name]:
                    found.append(_take(on_path, name))
    place = {name: number for number, name in enumerate(needs)}
    knots = [sorted(k, key=place.__getitem__) for k in found if len(k) > 1 or k[0] in needs[k[0]]]
    return sorted(knots, key=lambda knot: place[knot[0]])


def _take(on_path: dict[str, None], name: str) -> list[str]:
    knot = []
    while True:
        last, _ = on_path.popitem()
        knot.append(last)
        if last == name:
            return knot


def _walk(needs: Needs, knot: Sequence[str]) -> list[str]:
    """Return the shortest way from the knot's first member back to it."""
    return _walk_from(needs, knot[0], set(knot)) or [*knot, knot[0]]


def _walk_from(needs: Needs, first: str, inside: Container[str]) -> list[str] | None:
    ways: list[list[str]] = [[first]]
    seen: set[str] = set()
    for way in ways:
        for d in needs.get(way[-1], ()):
            if d == first:
                return [*way, first]
            if d in inside and d not in seen:
                seen.add(d)
                ways.append([*way, d])
    return None
