"""Events as people and programs read them: flat, and in a sentence's words."""

from collections.abc import Mapping
from typing import Any

TYPE_CHECKING = False
if TYPE_CHECKING:  # a status takes its events from the summary, and loads no records
    from milestone.domain.document import Recorded


TOLD = ("reason", "note", "title", "text", "fact", "what", "phase", "comment")  # fields that say most, in order
LONGEST = 80


def flat(recorded: "Recorded") -> dict[str, Any]:
    """Return an event as the log and `--json` show it: its own fields beside the common ones."""
    event, actor = recorded.event, recorded.actor
    who: dict[str, Any] = {"name": actor.name, "kind": actor.kind}
    if actor.on_behalf_of:
        who["on_behalf_of"] = actor.on_behalf_of
    who["source"] = actor.source
    common = {
        "seq": recorded.seq,
        "at": recorded.at,
        "actor": who,
        "kind": event.kind,
        "milestone": event.milestone,
        "task": event.task,
        "session": recorded.session,
        "operation": recorded.operation,
    }
    return common | {name: value for name, value in event.data.items() if name not in common}


def told(event: Mapping[str, Any]) -> str:
    """Return the field of a flat event that says most; empty where the kind says all."""
    for name in TOLD:
        value = event.get(name)
        if isinstance(value, str) and value:
            return value
    body, changed = event.get("body"), event.get("set")
    if isinstance(body, Mapping):
        return str(body.get("title") or "")
    return ", ".join(changed) if isinstance(changed, Mapping) else ""


def short(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a status tells of a flat event: its data may be a whole plan."""
    common = {name: event[name] for name in ("seq", "at", "kind", "milestone", "task")}
    return {**common, "actor": event["actor"]["name"], "text": told(event)[:LONGEST]}


def matches(
    event: Mapping[str, Any], *, actor: str | None, kind: str | None, milestone: str | None, task: str | None
) -> bool:
    """Return whether a flat event is asked for; `kind` may be a beginning (`task.`, `task`)."""
    if actor and actor.removeprefix("@").casefold() not in str(event["actor"]["name"]).casefold():
        return False
    if kind and event["kind"] != kind and not event["kind"].startswith(kind.rstrip(".") + "."):
        return False
    return milestone in (None, event["milestone"]) and task in (None, event["task"])


def seed_line(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event in the form of the documents' line."""
    common = ("seq", "at", "actor", "kind", "milestone", "task", "session", "operation")
    details = {name: value for name, value in event.items() if name not in common}
    if event["task"]:
        details["task_id"] = event["task"]
    return {
        "timestamp": event["at"],
        "event_type": event["kind"],
        "milestone_id": event["milestone"],
        "details": details,
        "session_id": event["session"],
        "user_context": event["actor"]["name"],
    }
