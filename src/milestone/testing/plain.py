"""The smallest domain a store can be given: events that set, merge and mark, rows of a few keys."""

from typing import Any

import msgspec

from milestone.domain.document import Document, Event, Recorded

MARKS: dict[str, dict[str, bool]] = {
    "milestone.archived": {"archived": True},
    "milestone.deleted": {"deleted": True},
    "document.removed": {"away": True},
    "document.returned": {"away": False, "deleted": False},
}


def evolve(document: Document | None, recorded: Recorded) -> Document:
    """Return the next document: `body` replaces, `set` and `unset` change top-level keys."""
    event = recorded.event
    before = document or Document(kind=event.document, uid=event.uid, revision=0, body={})
    body = dict(event.data.get("body", before.body))
    body.update(event.data.get("set", {}))
    for key in event.data.get("unset", ()):
        body.pop(key, None)
    marks = dict(MARKS.get(event.kind, {}))
    if "archived" in event.data:
        marks["archived"] = event.data["archived"]
    return msgspec.structs.replace(before, revision=before.revision + 1, body=body, **marks)


def row(document: Document) -> dict[str, Any]:
    """Return the summary row of a plain document."""
    return {
        "id": document.body.get("id"),
        "uid": document.uid,
        "title": document.body.get("title"),
        "archived": document.archived,
        "revision": document.revision,
    }


def created(uid: str, number: int, title: str = "Ship it", **body: Any) -> Event:
    """Return the event that makes `milestone-<number>`."""
    name = f"milestone-{number:03d}"
    data = {"body": {"id": name, "uid": uid, "title": title, **body}}
    return Event(kind="milestone.created", document="milestone", uid=uid, milestone=name, data=data)


def edited(uid: str, **changes: Any) -> Event:
    """Return the event that sets top-level keys of a milestone."""
    return Event(kind="milestone.edited", document="milestone", uid=uid, data={"set": changes})


def marked(kind: str, uid: str) -> Event:
    """Return an event without data, such as `milestone.archived`."""
    return Event(kind=kind, document="milestone", uid=uid)
