"""What a write changed, as data and as sentences."""

from typing import Any

from milestone.cli import output
from milestone.workspace.base import Written


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
            edit = recorded.event.data.get("set")
            found |= dict.fromkeys(edit if isinstance(edit, dict) else recorded.event.data)
    return list(found)


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
