"""How milestone events, and what belongs to a milestone as a whole, change its body. Nothing here refuses."""

from collections.abc import Callable, Mapping
from typing import Any

from milestone.domain import facts, needs, paths
from milestone.domain.document import Body, Recorded
from milestone.domain.evolve import task as of_task

Change = Callable[[Body, Recorded], Body]


def created(body: Body, recorded: Recorded) -> Body:
    """Take the whole record as it was made."""
    return dict(recorded.event.data.get("body") or body)


def edited(body: Body, recorded: Recorded) -> Body:
    """Set and unset paths; a record that comes whole (a new file) replaces what was there first."""
    data = recorded.event.data
    found = data["body"] if isinstance(data.get("body"), dict) else body
    return dict(paths.apply(found, data.get("set"), data.get("unset")))


def started(body: Body, recorded: Recorded) -> Body:
    return _dated({**body, "status": "in_progress"}, "actual_start", recorded, keep=True)


def paused(body: Body, recorded: Recorded) -> Body:
    return {**body, "status": "paused", "paused": _reason(recorded)}


def blocked(body: Body, recorded: Recorded) -> Body:
    return {**body, "status": "blocked", "blocked": _reason(recorded)}


def resumed(body: Body, _recorded: Recorded) -> Body:
    return {**of_task.without(body, "paused", "blocked"), "status": "in_progress"}


def completed(body: Body, recorded: Recorded) -> Body:
    return _dated({**of_task.without(body, "recheck"), "status": "completed"}, "actual_end", recorded)


def cancelled(body: Body, _recorded: Recorded) -> Body:
    return {**of_task.without(body, "paused", "blocked"), "status": "cancelled"}


def reopened(body: Body, _recorded: Recorded) -> Body:
    was_cancelled = body.get("status") == "cancelled"
    found = {**of_task.without(body, "recheck"), "status": "planned" if was_cancelled else "in_progress"}
    timeline = found.get("timeline")
    if isinstance(timeline, Mapping) and "actual_end" in timeline:
        found["timeline"] = of_task.without(timeline, "actual_end")
    return found


def renumbered(body: Body, recorded: Recorded) -> Body:
    old, new = body.get("id"), recorded.event.data.get("id")
    known = of_task.as_list(body.get("formerly"))
    return {**body, "id": new, "formerly": known if old in known else [*known, old]}


def archived(body: Body, recorded: Recorded) -> Body:
    data = recorded.event.data
    found = {**body, "status": "archived"}
    if data.get("lessons"):
        found["lessons"] = data["lessons"]
    return dict(paths.apply(found, data.get("set"), data.get("unset")))


def unchanged(body: Body, _recorded: Recorded) -> Body:
    """Nothing in the body; `evolve` marks the document itself."""
    return body


def dependency_added(body: Body, recorded: Recorded) -> Body:
    """Add what a milestone requires (or, with a task, what the task waits for), and the uid it means."""
    if recorded.event.task:
        return of_task.inside(of_task.dependency_added)(body, recorded)
    data = recorded.event.data
    name, wanted = data.get("list") or "requires", data.get("on")
    found = _dependencies(body)
    known = of_task.as_list(found.get(name))
    if wanted not in known:
        body = {**body, "dependencies": {**found, name: [*known, wanted]}}
    if data.get("uid"):
        body = {**body, "refs": {**(body.get("refs") or {}), data["uid"]: wanted}}
    return body


def dependency_removed(body: Body, recorded: Recorded) -> Body:
    if recorded.event.task:
        return of_task.inside(of_task.dependency_removed)(body, recorded)
    data = recorded.event.data
    gone = {str(data.get("on")), str(data.get("written") or data.get("on"))}
    found = {
        key: _less(value, gone) for key, value in _dependencies(body).items() if needs.full(str(key)) not in gone
    }
    refs = {uid: old for uid, old in (body.get("refs") or {}).items() if needs.full(str(old)) not in gone}
    body = {**body, "dependencies": found, "refs": refs}
    return body if refs else of_task.without(body, "refs")


def risk_identified(body: Body, recorded: Recorded) -> Body:
    return {**body, "risks": [*(body.get("risks") or []), recorded.event.data.get("risk") or {}]}


def risk_changed(body: Body, recorded: Recorded) -> Body:
    data = recorded.event.data
    return _member(body, "risks", data.get("id"), lambda r: paths.apply(r, data.get("set"), data.get("unset")))


def risk_closed(body: Body, recorded: Recorded) -> Body:
    return _member(body, "risks", recorded.event.data.get("id"), lambda r: {**r, "status": "closed"})


def question_asked(body: Body, recorded: Recorded) -> Body:
    return {**body, "questions": [*(body.get("questions") or []), recorded.event.data.get("question") or {}]}


def question_answered(body: Body, recorded: Recorded) -> Body:
    """Keep the answer, and change what the question said it would change."""
    data = recorded.event.data
    answer = {"answer": data.get("answer"), "answered_by": data.get("by") or recorded.actor.name}
    body = _member(body, "questions", data.get("id"), lambda q: {**q, **answer})
    return dict(paths.apply(body, data.get("set"), data.get("unset")))


def fact_met(body: Body, recorded: Recorded) -> Body:
    data = recorded.event.data
    by = data.get("by") or recorded.actor.name
    return _fact(body, data, {"met": True, "evidence": data.get("evidence"), "by": by, "at": recorded.at})


def fact_unmet(body: Body, recorded: Recorded) -> Body:
    return _fact(body, recorded.event.data, {"met": None, "evidence": None, "by": None, "at": None})


def override_used(body: Body, recorded: Recorded) -> Body:
    data = recorded.event.data
    entry = {"what": data.get("what"), "reason": data.get("reason"), "by": recorded.actor.name, "at": recorded.at}
    return {**body, "overrides": [*(body.get("overrides") or []), {**entry, "unmet": data.get("unmet") or []}]}


def conflict_kept(body: Body, recorded: Recorded) -> Body:
    """Keep a value that had to give way; a text that was adopted may hold it already."""
    known, found = body.get("conflicts") or [], recorded.event.data.get("conflict") or {}
    return body if found in known else {**body, "conflicts": [*known, found]}


def conflict_settled(body: Body, recorded: Recorded) -> Body:
    field = recorded.event.data.get("field")
    found = body.get("conflicts")
    kept = (
        [c for c in found if not (isinstance(c, Mapping) and c.get("field") == field)]
        if isinstance(found, list)
        else []
    )
    return {**body, "conflicts": kept} if kept else of_task.without(body, "conflicts")


def _reason(recorded: Recorded) -> dict[str, Any]:
    data = recorded.event.data
    found = {
        "reason": data.get("reason"),
        "since": recorded.at,
        "by": recorded.actor.name,
        "kind": data.get("cause"),
    }
    return {key: value for key, value in found.items() if value is not None}


def _dated(body: Body, key: str, recorded: Recorded, *, keep: bool = False) -> Body:
    timeline = body.get("timeline")
    found = timeline if isinstance(timeline, Mapping) else {}
    day = recorded.event.data.get("on") or recorded.at[:10]
    return body if keep and found.get(key) else {**body, "timeline": {**found, key: day}}


def _dependencies(body: Body) -> dict[str, Any]:
    found = body.get("dependencies")
    if isinstance(found, Mapping):
        return dict(found)
    return {"requires": [found] if isinstance(found, str) else list(found)} if found else {}


def _less(value: Any, gone: set[str]) -> Any:
    return [item for item in value if not _is_one(item, gone)] if isinstance(value, list) else value


def _is_one(item: Any, gone: set[str]) -> bool:
    """Tell whether an item of any form names one of these records."""
    return bool(gone.intersection(needs.requires({"dependencies": [item]})))


def _member(body: Body, key: str, name: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Body:
    found = body.get(key)
    if not isinstance(found, list):
        return body
    return {
        **body,
        key: [change(i) if isinstance(i, dict) and str(i.get("id")) == str(name) else i for i in found],
    }


def _fact(body: Body, data: Mapping[str, Any], changes: Mapping[str, Any]) -> Body:
    where, name = str(data.get("where") or "success_criteria"), str(data.get("fact"))
    items = facts.with_fact(body, where, name, changes)
    return dict(paths.put(body, where, items)) if items else body


EVOLVERS: dict[str, Change] = {
    "milestone.created": created,
    "milestone.edited": edited,
    "milestone.started": started,
    "milestone.paused": paused,
    "milestone.blocked": blocked,
    "milestone.resumed": resumed,
    "milestone.completed": completed,
    "milestone.cancelled": cancelled,
    "milestone.reopened": reopened,
    "milestone.rescheduled": edited,
    "milestone.renumbered": renumbered,
    "milestone.archived": archived,
    "milestone.deleted": unchanged,
    "document.edited": edited,
    "document.removed": unchanged,
    "document.returned": edited,
    "document.restored": edited,
    "change.undone": edited,
    "dependency.added": dependency_added,
    "dependency.removed": dependency_removed,
    "risk.identified": risk_identified,
    "risk.changed": risk_changed,
    "risk.closed": risk_closed,
    "question.asked": question_asked,
    "question.answered": question_answered,
    "fact.met": fact_met,
    "fact.unmet": fact_unmet,
    "override.used": override_used,
    "conflict.kept": conflict_kept,
    "conflict.settled": conflict_settled,
    "project.created": created,
}
