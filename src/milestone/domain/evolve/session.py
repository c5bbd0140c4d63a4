"""How a run's events change its session, and how agents and their messages are kept. Nothing here refuses."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from milestone.domain.document import Body, Recorded

KEPT_NOTES = 50


def started(body: Body, recorded: Recorded) -> Body:
    begun = recorded.event.data.get("body") or {}
    return {**body, **begun, "state": "running", "started": recorded.at, "last_saved": recorded.at}


def saved(body: Body, recorded: Recorded) -> Body:
    """Keep the context as it is now; `set` changes single fields; a note is added to the others."""
    data = recorded.event.data
    found = {**body, **(data.get("set") or {}), "last_saved": recorded.at}
    if data.get("context"):
        found["context"] = data["context"]
    if data.get("note"):
        note = {"at": recorded.at, "by": recorded.actor.name, "text": data["note"]}
        found["notes"] = [*(body.get("notes") or []), note][-KEPT_NOTES:]
    return found


def interrupted(body: Body, recorded: Recorded) -> Body:
    reason = recorded.event.data.get("reason")
    return {**body, "state": "interrupted", "reason": reason, "last_saved": recorded.at}


def resumed(body: Body, recorded: Recorded) -> Body:
    kept = {key: value for key, value in body.items() if key not in ("reason", "ended")}
    return {**kept, **(recorded.event.data.get("set") or {}), "state": "running", "last_saved": recorded.at}


def ended(body: Body, recorded: Recorded) -> Body:
    data = recorded.event.data
    found = {**body, "state": data.get("state") or "ended", "ended": recorded.at, "last_saved": recorded.at}
    return {**found, "reason": data["reason"]} if data.get("reason") else found


def stepped(body: Body, recorded: Recorded) -> Body:
    """Keep how far a task's attempt came: `result` is merged into what is known of it."""
    event = recorded.event
    if event.task is None or event.milestone is None:
        return {**body, "last_saved": recorded.at}
    ref = f"{event.milestone}/{event.task}"
    tasks: Mapping[str, Any] = body.get("tasks") or {}
    step = {"step": event.data["step"]} if event.data.get("step") else {}
    known = {**(tasks.get(ref) or {}), **step, **(event.data.get("result") or {})}
    return {**body, "tasks": {**tasks, ref: known}, "last_saved": recorded.at}


def committed(body: Body, recorded: Recorded) -> Body:
    """Keep a task's commit in the session; one that a person made is about the milestone, which only logs it."""
    if recorded.event.document != "session":
        return body
    result = {key: recorded.event.data[key] for key in ("commit", "files") if key in recorded.event.data}
    event = msgspec.structs.replace(recorded.event, data={"result": result})
    return stepped(body, msgspec.structs.replace(recorded, event=event))


def progressed(body: Body, recorded: Recorded) -> Body:
    """Keep what an attempt cost so far beside what others of the same task cost."""
    event = recorded.event
    ref = f"{event.milestone}/{event.task}"
    known: Mapping[str, Any] = (body.get("tasks") or {}).get(ref) or {}
    result = dict(event.data.get("result") or {})
    if isinstance(result.get("spent"), Mapping):
        result["spent"] = {**(known.get("spent") or {}), **result["spent"]}
    return {**body, "tasks": {**(body.get("tasks") or {}), ref: {**known, **result}}}


def asked(body: Body, recorded: Recorded) -> Body:
    """Keep what an agent asks; open until somebody answers."""
    question = {**(recorded.event.data.get("question") or {}), "asked_at": recorded.at, "answer": None}
    return {**body, "asks": [*(body.get("asks") or []), question]}


def ask_changed(body: Body, recorded: Recorded) -> Body:
    """Keep an answer with who gave it, or that it was taken or is not needed any more."""
    data = recorded.event.data
    by_kind: dict[str, dict[str, Any]] = {
        "question.answered": {
            "answer": data.get("answer"),
            "answered_by": data.get("by") or recorded.actor.name,
            "answered_at": recorded.at,
        },
        "question.taken": {"taken": True},
        "question.withdrawn": {"withdrawn": data.get("reason") or True},
    }
    changes = by_kind[recorded.event.kind]
    every = [{**each, **changes} if each.get("id") == data.get("id") else each for each in body.get("asks") or []]
    return {**body, "asks": every}


def broken(body: Body, recorded: Recorded) -> Body:
    """Keep which executor is given up for a while, and why."""
    data = recorded.event.data
    kept = {name: each for name, each in (body.get("breakers") or {}).items() if name != data.get("executor")}
    if recorded.event.kind == "breaker.opened":
        kept[str(data.get("executor"))] = {
            "since": recorded.at,
            "seconds": data.get("seconds"),
            "reason": data.get("reason"),
        }
    return {**body, "breakers": kept or None}


def merged(body: Body, recorded: Recorded) -> Body:
    return {**body, "merged_into": recorded.event.data.get("into"), "last_saved": recorded.at}


def registered(body: Body, recorded: Recorded) -> Body:
    agent = recorded.event.data.get("agent") or {}
    return {**body, **agent, "state": "working", "since": recorded.at, "seen": recorded.at}


def agent_state(state: str) -> Callable[[Body, Recorded], Body]:
    """Return a change that puts an agent into a state, with the reason."""

    def change(body: Body, recorded: Recorded) -> Body:
        reason = recorded.event.data.get("reason")
        found = {key: value for key, value in body.items() if key != "reason"}
        return {**found, "state": state, "seen": recorded.at, **({"reason": reason} if reason else {})}

    return change


def message(body: Body, recorded: Recorded) -> Body:
    """Keep a message, and who has received it by now."""
    data = recorded.event.data
    return {**body, **(data.get("message") or {}), "at": body.get("at") or recorded.at}


# Kinds that milestones have too: what an agent asks is kept in its session, what a plan asks in its milestone.
ASKS: dict[str, Callable[[Body, Recorded], Body]] = {
    "question.asked": asked,
    "question.answered": ask_changed,
}
EVOLVERS: dict[str, Callable[[Body, Recorded], Body]] = {
    "session.started": started,
    "session.saved": saved,
    "session.interrupted": interrupted,
    "session.resumed": resumed,
    "session.ended": ended,
    "run.step_started": stepped,
    "run.step_finished": stepped,
    "run.progressed": progressed,
    "question.taken": ask_changed,
    "question.withdrawn": ask_changed,
    "breaker.opened": broken,
    "breaker.closed": broken,
    "commit.recorded": committed,
    "branch.merged": merged,
    "agent.registered": registered,
    "agent.failed": agent_state("failed"),
    "agent.restarted": agent_state("working"),
    "agent.removed": agent_state("gone"),
    "agent.message": message,
}
