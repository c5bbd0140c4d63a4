"""What an event about a phase makes of the record. Nothing here refuses."""

from collections.abc import Callable, Mapping
from typing import Any

from milestone.domain import paths, phases
from milestone.domain.document import Body, Recorded

Fold = Callable[[Body, Recorded], Body]


def started(body: Body, recorded: Recorded) -> Body:
    """The phase is worked on; a task that waited or was blocked goes on."""
    changes = {"status": "in_progress", "started_at": recorded.at}
    body = _into(body, recorded, {**changes, "completed_at": None, "approved_at": None})
    name = str(recorded.event.data["phase"])
    if recorded.event.task is None:
        return body
    body = _task(body, recorded, {"status": "in_progress", "blocked": None})
    return dict(paths.put(body, f"{_subject(recorded)}/kiro_workflow/current_phase", name))


def stored(body: Body, recorded: Recorded) -> Body:
    """A deliverable lies in the folder, with this digest; what belongs to no phase stays in the log."""
    data = recorded.event.data
    if not data.get("phase"):
        return body
    known = paths.get(body, f"{_place(body, recorded)}/stored", {})
    return _into(body, recorded, {"stored": {**known, str(data["path"]): data["digest"]}})


def submitted(body: Body, recorded: Recorded) -> Body:
    """The phase waits for people, bound to what was handed in."""
    approval = {
        "status": "pending",
        "digest": recorded.event.data["digest"],
        "submitted_at": recorded.at,
        "submitted_by": recorded.actor.name,
        **dict.fromkeys(("reminded", "escalated", "expired", "votes", "result")),  # a new hand-in, a new deadline
    }
    body = _into(body, recorded, {"status": "in_review", "completed_at": recorded.at, "approved_at": None})
    body = _approval(_keep_stored(body, recorded), recorded, approval)
    return _task(body, recorded, {"status": "in_review"})


def approved(body: Body, recorded: Recorded) -> Body:
    """One person approved; with the last one the phase is approved."""
    data = recorded.event.data
    given = paths.get(body, f"{_place(body, recorded)}/approval/given", [])
    body = _approval(body, recorded, {"given": [*given, data["given"]]})
    if not data.get("complete"):
        return body
    body = _approval(body, recorded, {"status": "approved"})
    return _into(body, recorded, {"status": "approved", "approved_at": recorded.at})


def changes_requested(body: Body, recorded: Recorded) -> Body:
    """The work goes back to who does it."""
    body = _attempt(body, recorded, "changes_requested")
    return _task(body, recorded, {"status": "in_progress"})


def rejected(body: Body, recorded: Recorded) -> Body:
    """The phase is refused; its task is blocked until somebody retries it."""
    body = _attempt(body, recorded, "rejected")
    data = recorded.event.data
    reason = f"{data['phase']} was rejected: {data.get('comment', '')}"
    blocked = {"reason": reason, "since": recorded.at, "by": data.get("by"), "kind": "rejected"}
    return _task(body, recorded, {"status": "blocked", "blocked": blocked})


def withdrawn(body: Body, recorded: Recorded) -> Body:
    """Somebody took an approval back; the gate it opened is closed."""
    data = recorded.event.data
    place = _place(body, recorded)
    said = paths.get(body, f"{place}/approval", {})
    listed = {name: said.get(name) or [] for name in ("given", "votes")}
    gone = [item for items in listed.values() for item in items if item.get("by") in data["givers"]]
    taken = [{"by": item.get("by"), "at": item.get("at")} for item in gone]
    left = {name: [each for each in items if each not in gone] or None for name, items in listed.items()}
    body = _kept(body, recorded, "withdrawn", withdrawn=taken)
    body = _approval(body, recorded, {**left, "status": "pending"})
    return _into(body, recorded, {"status": "in_review", "approved_at": None})


def delegated(body: Body, recorded: Recorded) -> Body:
    """Somebody judges in an approver's place; who said so before has said something else now."""
    data = recorded.event.data
    before = paths.get(body, f"{_place(body, recorded)}/approval/delegated", [])
    kept = [item for item in before if item.get("by") != data["delegation"].get("by")]
    return _approval(body, recorded, {"delegated": [*kept, data["delegation"]]})


def cast(body: Body, recorded: Recorded) -> Body:
    """Somebody voted; an earlier vote of theirs is replaced."""
    vote = recorded.event.data["cast"]
    before = paths.get(body, f"{_place(body, recorded)}/approval/votes", [])
    kept = [each for each in before if each.get("by") != vote.get("by")]
    return _approval(body, recorded, {"votes": [*kept, vote]})


def closed(body: Body, recorded: Recorded) -> Body:
    """A vote is over: its result is kept, and the phase is approved or rejected."""
    data = recorded.event.data
    body = _approval(body, recorded, {"result": {**data["result"], "at": recorded.at}})
    if not data["passed"]:
        body = _attempt(body, recorded, "rejected", result=data["result"])
        reason = f"the vote on {data['phase']} failed: {data['result'].get('why')}"
        return _task(
            body,
            recorded,
            {"status": "blocked", "blocked": {"reason": reason, "since": recorded.at, "kind": "rejected"}},
        )
    body = _approval(body, recorded, {"status": "approved"})
    return _into(body, recorded, {"status": "approved", "approved_at": recorded.at})


def reminded(body: Body, recorded: Recorded) -> Body:
    """Approvers were reminded when so much of their time had passed."""
    return _approval(body, recorded, {"reminded": recorded.event.data["mark"]})


def escalated(body: Body, recorded: Recorded) -> Body:
    """The owner was told that an approval is late."""
    return _approval(body, recorded, {"escalated": True})


def expired(body: Body, recorded: Recorded) -> Body:
    """It was said that what was approved is not what lies there."""
    return _approval(body, recorded, {"expired": recorded.event.data["digest"]})


def completed(body: Body, recorded: Recorded) -> Body:
    """The phase is over; nobody had to approve it."""
    return _into(_keep_stored(body, recorded), recorded, {"status": "completed", "completed_at": recorded.at})


EVOLVERS: Mapping[str, Fold] = {
    "phase.started": started,
    "phase.submitted": submitted,
    "phase.approved": approved,
    "phase.changes_requested": changes_requested,
    "phase.rejected": rejected,
    "phase.completed": completed,
    "approval.withdrawn": withdrawn,
    "approval.delegated": delegated,
    "vote.cast": cast,
    "vote.closed": closed,
    "approval.reminded": reminded,
    "approval.escalated": escalated,
    "approval.expired": expired,
    "deliverable.stored": stored,
}


def _attempt(body: Body, recorded: Recorded, status: str, **more: Any) -> Body:
    body = _kept(body, recorded, status, **more)
    body = _approval(body, recorded, {"status": status})
    return _into(body, recorded, {"status": status, "completed_at": None, "approved_at": None})


def _kept(body: Body, recorded: Recorded, what: str, **more: Any) -> Body:
    """Add to the phase's history what was decided about this attempt."""
    place = _place(body, recorded)
    phase = paths.get(body, place, {})
    data = recorded.event.data
    entry = {
        "status": what,
        "at": recorded.at,
        "by": data.get("by"),
        "comment": data.get("comment"),
        "digest": data.get("digest"),
        "started_at": phase.get("started_at"),
        "completed_at": phase.get("completed_at"),
        **more,
    }
    history = phase.get("history") if isinstance(phase.get("history"), list) else []
    return _into(body, recorded, {"history": [*history, _without_none(entry)]})


def _keep_stored(body: Body, recorded: Recorded) -> Body:
    files = recorded.event.data.get("files")
    return _into(body, recorded, {"stored": dict(files)}) if isinstance(files, dict) and files else body


def _subject(recorded: Recorded) -> str:
    return paths.join("tasks", recorded.event.task) if recorded.event.task else ""


def _place(body: Body, recorded: Recorded) -> str:
    """Return the path of the phase's map, by the key the record uses for it."""
    wanted = phases.named(phases.of(body, recorded.event.task), str(recorded.event.data["phase"]))
    key = wanted.key if wanted else str(recorded.event.data["phase"])
    if recorded.event.task is None:
        return paths.join("phases", key)
    return paths.join("tasks", recorded.event.task, "kiro_workflow", "phases", key)


def _into(body: Body, recorded: Recorded, changes: Mapping[str, Any]) -> Body:
    return _merge(body, _place(body, recorded), changes)


def _approval(body: Body, recorded: Recorded, changes: Mapping[str, Any]) -> Body:
    return _merge(body, f"{_place(body, recorded)}/approval", changes)


def _task(body: Body, recorded: Recorded, changes: Mapping[str, Any]) -> Body:
    return _merge(body, _subject(recorded), changes) if recorded.event.task else body


def _merge(body: Body, place: str, changes: Mapping[str, Any]) -> Body:
    found = paths.get(body, place, {})
    whole = {**(found if isinstance(found, dict) else {}), **changes}
    changed: Body = paths.put(body, place, _without_none(whole, only=changes))
    return changed


def _without_none(whole: Mapping[str, Any], only: Mapping[str, Any] | None = None) -> Body:
    """Return a map without the keys a change set to nothing; what the record had as null stays."""
    gone = {key for key, value in (only if only is not None else whole).items() if value is None}
    return {key: value for key, value in whole.items() if key not in gone}
