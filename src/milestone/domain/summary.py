"""The summary row of a milestone: all that lists and reports need, cached beside the store."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from milestone.domain import (
    estimate,
    facts,
    graph,
    needs,
    phases,
    progress,
    proof,
    retrospect,
    risk,
    schedule,
    tasks,
    time_spent,
)
from milestone.domain.document import Body, Document

_NO_WORD = re.compile(r"[\W_]+")


def slug(title: str) -> str:
    """Return a title as lower-case words of any script joined by `-`."""
    return _NO_WORD.sub("-", title.casefold()).strip("-")


def row(document: Document) -> dict[str, Any]:
    """Return the JSON-safe summary row of a document; kinds other than milestones have only their names."""
    body = document.body
    if document.kind != "milestone":
        return {"id": body.get("id"), "uid": document.uid, "kind": document.kind, "revision": document.revision}
    return {**_names(document), **_figures(document), **_dates(body), **_needs(document), **_lists(document)}


def _names(document: Document) -> dict[str, Any]:
    body = document.body
    title = _text(body.get("title")) or _text(body.get("id")) or document.uid
    return {
        "id": str(body.get("id") or document.uid),
        "uid": document.uid,
        "title": title,
        "slug": slug(title),
        "status": "archived" if document.archived else _text(body.get("status")) or "planned",
        "archived": document.archived,
        "revision": document.revision,
        **{
            key: _text(body.get(key))
            for key in ("priority", "category", "type", "owner", "workstream", "visibility")
        },
        "labels": _texts(body.get("labels")),
        "formerly": _texts(body.get("formerly")),
        "phase": _phase(phases.of_milestone(body)),
    }


def _figures(document: Document) -> dict[str, Any]:
    body = document.body
    found = progress.of(body)
    proving = found.tasks_completed > 0  # nothing completed: nothing to prove
    strict = progress.of(body, lambda task: proof.counts(document, task, True)) if proving else found
    people, agents = time_spent.totals(body)
    return {
        "percentage": found.percentage,
        "exact": found.exact,
        "hours": round(found.hours, 6),
        "hours_left": round(found.hours_left, 6),
        "people_hours": people,
        "agent_minutes": agents,
        "efficiency": time_spent.efficiency([body]),
        "tasks_total": found.tasks_total,
        "tasks_completed": found.tasks_completed,
        # the same where `evidence: required` leaves typed completions out
        "proven": {
            "percentage": strict.percentage,
            "exact": strict.exact,
            "hours_left": round(strict.hours_left, 6),
            "tasks_completed": strict.tasks_completed,
        },
        "phases": progress.of_phases(body),
        "measured": retrospect.measured(document),
    }


def _dates(body: Body) -> dict[str, Any]:
    timeline = body.get("timeline")
    found = timeline if isinstance(timeline, Mapping) else {}
    return {
        "start": _text(found.get("estimated_start")),
        "due": schedule.end_of(found),
        "actual_start": _text(found.get("actual_start")),
        "actual_end": _text(found.get("actual_end")),
    }


def _needs(document: Document) -> dict[str, Any]:
    body = document.body
    refs = body.get("refs")
    criteria = facts.criteria(document)
    return {
        "requires": needs.requires(body),
        "enables": needs.enables(body),
        "shared_resources": needs.shared_resources(body),
        "refs": {str(k): str(v) for k, v in refs.items()} if isinstance(refs, Mapping) else {},
        # ids, and the texts of facts: what lists need not wait for
        "depends_overridden": sorted(path.rpartition(": ")[2] for path in proof.overridden(document)),
        "overrides": [
            {key: _text(o.get(key)) for key in ("what", "reason", "by", "at")}
            for o in _dicts(body.get("overrides"))
        ],
        "unmet": {
            "conditions": [f.text for f in facts.conditions(document) if not f.met],
            "external": [f.text for f in facts.external(document) if not f.met],
            "criteria": [f.text for f in criteria if not f.met],
        },
        "criteria_total": len(criteria),
    }


def _lists(document: Document) -> dict[str, Any]:
    body = document.body
    return {
        "risks": [_risk(item, number) for number, item in enumerate(risk.of(body), 1)],
        "questions": [
            {"id": _text(q.get("id")), "text": _text(q.get("text")), "default": q.get("default")}
            for q in _dicts(body.get("questions"))
            if q.get("answer") in (None, "")
        ],
        "recheck": _recheck(body),
        "conflicts": len(_dicts(body.get("conflicts"))),
        "blockers": _blockers(body),
        "waiting": phases.waiting(body),
        "tasks": _tasks(document),
    }


def _tasks(document: Document) -> list[dict[str, Any]]:
    body = document.body
    far, waits = progress.of_tasks(body), tasks.needs(body)
    above = tasks.parents(body)
    lengths = estimate.weights(tasks.leaves(body))
    slots = graph.schedule(waits, lengths)
    found = []
    for task in tasks.of(body):
        name, status = str(task.get("id")), tasks.status(task)
        slot = slots.get(name)
        inside = [t for t in tasks.children(body, name) if tasks.status(t) != "cancelled"] if name in above else []
        found.append(
            {
                "id": name,
                "title": tasks.title(task),
                "status": status,
                "priority": _text(task.get("priority")),
                "hours": round(sum(lengths.get(str(t["id"]), 0.0) for t in inside) or lengths.get(name, 0.0), 6),
                "percentage": progress.rounded(far.get(name, 0.0), status == "completed"),
                "assigned_to": _text(task.get("assigned_to")),
                "dependencies": [tasks.resolve(waits, d) or d for d in tasks.dependencies(task)],
                "parent": _text(task.get("parent")),
                "children": [str(t["id"]) for t in inside],
                "executor": _text(task.get("executor")),
                "run": bool(task.get("run")),
                "verify": bool(task.get("verify")),
                "phase": _phase(phases.of_task(body, task)),
                "grade": proof.grade(document, task),
                "critical": slot is not None and slot.is_critical and status != "completed",
                "slack": slot.slack if slot else None,
                "started_at": _text(task.get("started_at")),
                "completed_at": _text(task.get("completed_at")),
                "labels": _texts(task.get("labels")),
                "next_note": _text(task.get("next_note")),
                "recheck": bool(task.get("recheck")),
            }
        )
    return found


def _phase(found: Sequence[phases.Phase]) -> str | None:
    here = phases.current(found)
    return here.name if here else None


def _recheck(body: Body) -> list[dict[str, str | None]]:
    """Return what was built on something that was reopened since."""
    marked = [(None, body), *((str(task.get("id")), task) for task in tasks.of(body))]
    return [
        {
            "task": name,
            "because": _text(found["recheck"].get("because")),
            "since": _text(found["recheck"].get("since")),
        }
        for name, found in marked
        if isinstance(found.get("recheck"), Mapping)
    ]


def _risk(item: Mapping[str, Any], number: int) -> dict[str, Any]:
    return {
        "id": _text(item.get("id")) or f"risk-{number:03d}",
        "description": _text(item.get("description")) or _text(item.get("title")) or "",
        "score": risk.score(item),
        "band": risk.band(item),
        "mitigation": _text(item.get("mitigation")),
        "owner": _text(item.get("owner")),
        "status": _text(item.get("status")) or "open",
    }


def _blockers(body: Body) -> list[dict[str, Any]]:
    found = []
    if isinstance(body.get("blocked"), Mapping) and body.get("status") == "blocked":
        found.append(_blocker(None, body["blocked"]))
    for task in tasks.of(body):
        if tasks.status(task) in ("blocked", "failed"):
            reason = task.get("blocked")
            found.append(
                _blocker(str(task.get("id")), reason if isinstance(reason, Mapping) else {"reason": reason})
            )
    return found


def _blocker(task: str | None, blocked: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "task": task,
        "reason": _text(blocked.get("reason")) or "no reason given",
        "since": _text(blocked.get("since")),
        "kind": _text(blocked.get("kind")) or "reported",
    }


def _text(value: Any) -> str | None:
    return None if value is None or value == "" else str(value)


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(item) for item in value if item is not None] if isinstance(value, list) else []


def _dicts(items: Any) -> list[Mapping[str, Any]]:
    return [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []
