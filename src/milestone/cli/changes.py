"""What a write changed, as data and as sentences."""

from typing import Any

from milestone.cli import output
from milestone.domain.document import Event
from milestone.workspace.base import Written

# What an event changed in the record, where it names no paths itself.
VERBS = {
    "assigned": "assigned_to",
    "noted": "next_note",
    "time_logged": "time",
    "created": "record",
    "added": "tasks",
}
NOUNS = {
    "dependency": "dependencies",
    "fact": "facts",
    "override": "overrides",
    "conflict": "conflicts",
    "question": "questions",
    "risk": "risks",
    "phase": "phases",
    "approval": "phases",
    "evidence": "evidence",
    "deliverable": "deliverables",
}


def data(written: Written) -> dict[str, Any]:
    """Return the `change` shape of the contract."""
    return {
        "changed": [
            {
                "ref": document.body.get("id", document.uid),
                "revision": document.revision,
                "fields": _fields(written, document.uid),
            }
            for document in written.documents
            if document.kind != "lease"  # what is told of it stands under `lease`
        ],
        "events": [recorded.seq for recorded in written.events],
        "kinds": [recorded.event.kind for recorded in written.events],
        "unblocked": [],
        "evidence": None,
        "lease": None,
        "conflicts": [],
        "next": None,
        "adopted": len(written.adopted),
        "dry_run": written.dry_run,
        "repeated": written.repeated,
    }


def _fields(written: Written, uid: str) -> list[str]:
    found: dict[str, None] = {}
    for recorded in written.events:
        if recorded.event.uid == uid:
            found |= dict.fromkeys(fields_of(recorded.event))
    return list(found)


def fields_of(event: Event) -> list[str]:
    """Return the names of the record's fields that an event changed."""
    paths = [*(event.data.get("set") or {}), *(event.data.get("unset") or [])]
    if paths:
        return paths
    noun, _, verb = event.kind.partition(".")
    return [NOUNS.get(noun) or VERBS.get(verb) or "status"]


def text(written: Written) -> str:
    """Return a sentence per event."""
    if not written.events:
        return "Nothing changed."
    head = "Would record:" if written.dry_run else "Recorded already:" if written.repeated else "Recorded:"
    lines = [head]
    for recorded in written.events:
        event = recorded.event
        ref = "/".join(part for part in (event.milestone, event.task) if part)
        lines.append(f"  {event.kind:<24} {output.line(ref)}")
    return "\n".join(lines)
