"""Clashes: of shared resources, files, dates, people's hours, and what a merge could not join."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations
from typing import Any

from milestone.domain import graph
from milestone.reports import ready

Row = Mapping[str, Any]
Body = Mapping[str, Any]


def view(rows: Sequence[Row], bodies: Mapping[str, Body], hours_per_week: float) -> list[dict[str, Any]]:
    """Return every clash between open milestones; `bodies` are theirs by uid."""
    still_open = [row for row in rows if row["status"] not in ready.CLOSED]
    needs = graph.of_rows(rows)
    return [
        *_merges(still_open, bodies),
        *_resources(still_open, needs),
        *_files(still_open, needs, bodies),
        *_dates(still_open, needs),
        *_people(still_open, hours_per_week),
    ]


def _clash(kind: str, refs: Sequence[str], message: str, hint: str) -> dict[str, Any]:
    return {"kind": kind, "refs": list(refs), "message": message, "hint": hint}


def _merges(rows: Sequence[Row], bodies: Mapping[str, Body]) -> Iterator[dict[str, Any]]:
    for row in rows:
        for each in bodies.get(row["uid"], {}).get("conflicts") or ():
            if isinstance(each, Mapping):
                text = f'{each.get("field")} is "{each.get("value")}" here and "{each.get("other")}" there.'
                yield _clash("merge", [row["id"]], text, f"milestone show {row['id']}")


def _together(rows: Sequence[Row], needs: Mapping[str, Sequence[str]]) -> Iterator[tuple[Row, Row]]:
    """Yield the pairs that no requirement puts one after the other."""
    after = {row["id"]: graph.reachable(needs, row["id"]) for row in rows}
    for one, two in combinations(rows, 2):
        if one["id"] not in after[two["id"]] and two["id"] not in after[one["id"]] and _overlap(one, two):
            yield one, two


def _overlap(one: Row, two: Row) -> bool:
    """Whether they may run at the same time; without dates they may."""
    (start, end), (other_start, other_end) = _span(one), _span(two)
    if not (start and end and other_start and other_end):
        return True
    return start <= other_end and other_start <= end


def _span(row: Row) -> tuple[date | None, date | None]:
    return _day(row["actual_start"] or row["start"]), _day(row["due"])


def _resources(rows: Sequence[Row], needs: Mapping[str, Sequence[str]]) -> Iterator[dict[str, Any]]:
    having = [row for row in rows if row["shared_resources"]]
    for one, two in _together(having, needs):
        for name in sorted(set(one["shared_resources"]) & set(two["shared_resources"])):
            yield _clash(
                "resource",
                [one["id"], two["id"]],
                f'Both use "{name}" at the same time, and nothing puts one after the other.',
                f"milestone update {two['id']} --depends-on {one['id']}",
            )


def _files(
    rows: Sequence[Row], needs: Mapping[str, Sequence[str]], bodies: Mapping[str, Body]
) -> Iterator[dict[str, Any]]:
    named = {row["id"]: _paths(bodies.get(row["uid"], {})) for row in rows}
    for one, two in _together([row for row in rows if named[row["id"]]], needs):
        for path in sorted(set(named[one["id"]]) & set(named[two["id"]])):
            refs = [named[one["id"]][path], named[two["id"]][path]]
            text = f"Both change {path} at the same time."
            yield _clash("file", refs, text, f"milestone update {two['id']} --depends-on {one['id']}")


def _paths(body: Body) -> dict[str, str]:
    found: dict[str, str] = {}
    for task in body.get("tasks") or ():
        if isinstance(task, Mapping) and task.get("status") not in ("completed", "cancelled"):
            for key in ("files", "outputs"):
                paths = task.get(key)
                for path in [paths] if isinstance(paths, str) else paths or ():
                    found.setdefault(str(path), f"{body['id']}/{task.get('id')}")
    return found


def _dates(rows: Sequence[Row], needs: Mapping[str, Sequence[str]]) -> Iterator[dict[str, Any]]:
    known = {row["id"]: row for row in rows}
    for row in rows:
        start, due = _span(row)
        if start and due and due < start:
            yield _clash(
                "date", [row["id"]], f"It is due {due}, before it starts {start}.", f"milestone show {row['id']}"
            )
        for other in needs[row["id"]]:
            end = _day(known[other]["due"]) if other in known else None
            if end and start and start < end and row["status"] == "planned":
                text = f"It starts {start}, before {other} that it requires is due {end}."
                yield _clash("date", [row["id"], other], text, f"milestone update {row['id']} --start {end}")


def _people(rows: Sequence[Row], hours_per_week: float) -> Iterator[dict[str, Any]]:
    booked: dict[str, list[tuple[Row, float]]] = {}
    for row in rows:
        theirs: dict[str, float] = {}
        for task in row["tasks"]:
            if task["assigned_to"] and task["status"] not in ("completed", "cancelled") and not task["children"]:
                theirs[task["assigned_to"]] = theirs.get(task["assigned_to"], 0) + (task["hours"] or 0)
        for who, hours in theirs.items():
            booked.setdefault(who, []).append((row, hours))
    for who, work in sorted(booked.items()):
        yield from _overbooked(who, work, hours_per_week)


def _overbooked(who: str, work: Sequence[tuple[Row, float]], hours_per_week: float) -> Iterator[dict[str, Any]]:
    dated = [(row, hours, *_span(row)) for row, hours in work]
    spans = [(row, hours, start, due) for row, hours, start, due in dated if start and due]
    if len(spans) < 2:
        return
    first, last = min(start for _, _, start, _ in spans), max(due for _, _, _, due in spans)
    room = ((last - first).days + 1) / 7 * hours_per_week
    needed = sum(span[1] for span in spans)
    if needed > room:
        text = f"{who} has {needed:g} h of work from {first} to {last}, and {room:.0f} h to give."
        yield _clash("person", [span[0]["id"] for span in spans], text, "milestone list --tasks --assignee " + who)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None
