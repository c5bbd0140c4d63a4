"""What is said to people about approvals that are asked for, late or void: one message for every channel."""

from collections.abc import Callable, Mapping
from typing import Any

from milestone.domain.document import Recorded

KINDS = ("approval.requested", "approval.reminded", "approval.escalated", "approval.expired")


def message(recorded: Recorded) -> Mapping[str, Any] | None:
    """Return `{ref phase what deliverables folder reviewers to due command}` of such an event; None for another.

    `what` is the sentence to begin with; `due` a moment, or None where nothing was handed in.
    """
    event = recorded.event
    if event.kind not in KINDS:
        return None
    ref = f"{event.milestone}/{event.task}" if event.task else str(event.milestone)
    data, task = event.data, f" {event.task}" if event.task else ""
    return {
        "ref": ref,
        "phase": data["phase"],
        "what": _what(event.kind, ref, data),
        "deliverables": list(data.get("deliverables") or ()),
        "folder": data.get("folder"),
        "reviewers": list(data.get("approvers") or ()),
        "to": [data["to"]] if data.get("to") else list(data.get("approvers") or ()),
        "due": data.get("due"),
        "command": data.get("command")
        or f"milestone review {event.milestone}{task} --phase {data['phase']} --approve",
    }


def text(recorded: Recorded, moment: Callable[[str], str] = str) -> str | None:
    """Return the message as lines of plain text; None for an event that asks nobody for an approval.

    `moment` writes the deadline the way its reader reads moments.
    """
    said = message(recorded)
    if said is None:
        return None
    lines = [str(said["what"])]
    if said["deliverables"]:
        lines.append(f"Deliverables: {', '.join(said['deliverables'])} in {said['folder']}")
    lines.append(f"Reviewers: {', '.join(said['reviewers']) or 'any person'}")
    if said["due"]:
        lines.append(f"Due: {moment(said['due'])}")
    return "\n".join([*lines, f"Answer: {said['command']}"])


def _what(kind: str, ref: str, data: Mapping[str, Any]) -> str:
    subject = f"The {data['phase']} phase of {ref}"
    if kind == "approval.requested":
        return f"{subject} is ready to be judged."
    if kind == "approval.reminded":
        return f"{subject} still waits to be judged: {data['mark']} % of the time is over."
    if kind == "approval.escalated":
        return f"{subject} was not judged in time."
    return f"{subject} has changed since it was approved."
