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


# What every row has, and a plain document says nothing of.
BLANK: dict[str, Any] = {
    **dict.fromkeys(("priority", "category", "phase", "owner", "due", "actual_start", "slug")),
    **dict.fromkeys(("hours", "hours_left", "exact", "percentage"), 0),
    **dict.fromkeys(("labels", "tasks", "risks", "blockers", "waiting", "questions", "requires", "enables"), ()),
    "conflicts": 0,
    "unmet": {},
    "refs": {},
    "proven": {},
}


def row(document: Document) -> dict[str, Any]:
    """Return the summary row of a plain document."""
    return {
        **{key: list(blank) if isinstance(blank, tuple) else blank for key, blank in BLANK.items()},
        "status": document.body.get("status"),
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
