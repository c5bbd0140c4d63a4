"""How healthy the plan is: everything that needs attention, worst first."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from milestone.domain import graph, lint, risk
from milestone.reports import dependencies, ready, status

Row = Mapping[str, Any]
SEVERITIES = ("error", "warning", "note")


def view(
    moment: status.Moment,
    warnings: Sequence[Mapping[str, Any]] = (),
    unrecorded: int = 0,
    bodies: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return `ok`, how many milestones are how healthy, and findings; with `bodies` by uid those of plans too."""
    still_open = [row for row in moment.rows if row["status"] not in ready.CLOSED]
    words = [status.health(row, moment) for row in still_open]
    needs = graph.of_rows(moment.rows)
    path = status.critical_path(moment.rows, needs)
    found = [
        *_files(warnings),
        *dependencies.findings(moment.rows, needs),
        *(each for row in still_open for each in _of(row, moment, row["id"] in path)),
    ]
    for row in still_open:
        body = (bodies or {}).get(row["uid"])
        found += _quality(row, body, moment.rows) if body is not None else []
    if unrecorded:
        found.append(
            _finding("note", "unrecorded", "active/", f"{unrecorded} files changed since the last command.", "")
        )
    found.sort(key=lambda each: SEVERITIES.index(each["severity"]))
    return {
        "ok": not any(each["severity"] != "note" for each in found),
        "milestones": {word: words.count(word) for word in ("ok", "risk", "late")},
        "findings": found,
    }


def _quality(row: Row, body: Mapping[str, Any], rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return what the linter says of a plan as notes: advice about the plan does not make the work unhealthy."""
    said = {"cycle", "unknown_requirement", "no_tasks", "no_criteria", "high_risk_without_owner"}
    found = [each for each in lint.check(dict(body), lint.Around(rows=rows)) if each["severity"] != "note"]
    return [
        _finding("note", each["code"], row["id"], _sentence(each), each.get("hint") or "")
        | {"where": each["path"]}
        for each in found
        if each["code"] not in said
    ]


def _sentence(finding: Mapping[str, Any]) -> str:
    return f"{str(finding['code']).replace('_', ' ').capitalize()}: {finding['message']}."


def _files(warnings: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for each in warnings:
        found = _finding(
            "error", each["code"], each.get("path") or "", each["message"], each.get("hint") or "milestone doctor"
        )
        yield found | {"line": each.get("line")}


def _of(row: Row, moment: status.Moment, critical: bool) -> Iterator[dict[str, Any]]:
    name = row["id"]
    if status.health(row, moment) == "late":
        yield _finding(
            "warning",
            "late",
            name,
            f"It is due {row['due']}, and {row['hours_left']:g} h are left.",
            f"milestone show {name}",
        )
    for each in row["blockers"]:
        ref = f"{name}/{each['task']}" if each["task"] else name
        yield _finding(
            "warning", "blocked", ref, f"It is blocked: {each['reason']}.", f"milestone task unblock {ref}"
        )
    for each in row["risks"]:
        for alert in risk.alerts(each, on_critical_path=critical):
            text = (
                f'The high risk "{each["description"]}" is {alert}.'
                if alert.startswith("on ")
                else f'The high risk "{each["description"]}" has {alert}.'
            )
            yield _finding("warning", "risk", name, text, f"milestone show {name}")
    for each in row["waiting"]:
        ref = f"{name}/{each['task']}" if each["task"] else name
        yield _finding("note", "waiting", ref, f"Its {each['phase']} waits for approval.", "milestone review")
    if row["conflicts"]:
        yield _finding(
            "warning",
            "conflict",
            name,
            f"A merge left {row['conflicts']} values to settle.",
            f"milestone show {name}",
        )
    if not row["tasks_total"]:
        yield _finding("note", "no_tasks", name, "It has no tasks.", f"milestone task add {name} TITLE")
    if not row["criteria_total"]:
        yield _finding("note", "no_criteria", name, "Nothing says when it is done.", f"milestone show {name}")


def _finding(severity: str, code: str, path: str, message: str, hint: str) -> dict[str, Any]:
    return {"severity": severity, "code": code, "path": path, "line": None, "message": message, "hint": hint}
