"""What waits for what: order, critical path with slack, cycles and unknown ids."""

from collections.abc import Mapping, Sequence
from typing import Any

from milestone.domain import graph
from milestone.reports import ready

Row = Mapping[str, Any]


def view(rows: Sequence[Row], only: Sequence[str] = ()) -> dict[str, Any]:
    """Return every milestone in order with what it needs, or only some and their neighbours."""
    needs = graph.of_rows(rows)
    waits = ready.milestone_waits(rows, needs)
    known = {row["id"]: row for row in rows}
    left = {
        name: float(row["hours_left"] or 0) for name, row in known.items() if row["status"] not in ready.CLOSED
    }
    inside = {name: [d for d in needs[name] if d in left] for name in left}
    slots = graph.schedule(inside, left)
    wanted = set(known) if not only else {n for o in only for n in (o, *needs[o], *graph.dependants(needs, o))}
    order = [name for name in graph.order(needs) if name in wanted and name in known]
    return {
        "milestones": [
            {
                "id": name,
                "title": known[name]["title"],
                "status": known[name]["status"],
                "percentage": known[name]["percentage"],
                "requires": list(needs[name]),
                "enables": graph.dependants(needs, name),
                "waits_for": waits[name],
                "critical": name in slots and slots[name].is_critical,
                "slack_hours": round(slots[name].slack, 2) if name in slots else None,
            }
            for name in order
        ],
        "critical_path": graph.critical_path(inside, left),
        "cycles": graph.cycles(needs),
        "findings": findings(rows, needs),
    }


def findings(rows: Sequence[Row], needs: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """Return cycles, unknown ids and requirements that can never be met."""
    known = {row["id"]: row for row in rows}
    found = [
        _finding("error", "dependency_cycle", cycle[0], f"These wait for each other: {' → '.join(cycle)}.")
        for cycle in graph.cycles(needs)
    ]
    for name, wanted in needs.items():
        for other in wanted:
            if other not in known:
                found.append(
                    _finding("warning", "unknown_dependency", name, f"It requires {other}, which is not here.")
                )
            elif known[other]["status"] == "cancelled" and known[name]["status"] not in ready.CLOSED:
                found.append(
                    _finding("warning", "cancelled_dependency", name, f"It requires {other}, which is cancelled.")
                )
    return found


def _finding(severity: str, code: str, path: str, message: str) -> dict[str, Any]:
    hint = f"milestone update {path} --no-depends-on ID"
    return {"severity": severity, "code": code, "path": path, "line": None, "message": message, "hint": hint}
