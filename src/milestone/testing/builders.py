"""Records for tests, complete with few words: `a_milestone(title="Login", tasks=[a_task("task-001")])`."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from milestone.domain.context import Context, Person
from milestone.domain.document import Actor, Document, Event, Recorded
from milestone.domain.evolve import evolve
from milestone.domain.summary import row

NOW = "2026-11-20T12:00:00.000Z"
ANA = Actor(name="ana", source="flag")
ROBOT = Actor(name="agent:builder", kind="agent", on_behalf_of="ana", source="environment")


def a_task(task_id: str = "task-001", **fields: Any) -> dict[str, Any]:
    """Return a pending task."""
    return {"id": task_id, "title": f"Do {task_id}", "status": "pending", **fields}


def a_body(milestone_id: str = "milestone-001", **fields: Any) -> dict[str, Any]:
    """Return a planned milestone's body, without tasks unless given."""
    uid = fields.pop("uid", _uid(milestone_id))
    return {"id": milestone_id, "uid": uid, "title": f"Reach {milestone_id}", "status": "planned", **fields}


def a_milestone(milestone_id: str = "milestone-001", *, revision: int = 1, **fields: Any) -> Document:
    """Return a milestone document; `archived`, `away`, `deleted`, `proven` are its own, all else its body's."""
    own = {name: fields.pop(name) for name in ("archived", "away", "deleted", "proven") if name in fields}
    body = a_body(milestone_id, **fields)
    return Document(kind="milestone", uid=body["uid"], revision=revision, body=body, **own)


def an_event(kind: str, document: Document | None = None, *, task: str | None = None, **data: Any) -> Event:
    """Return an event about a document (milestone-001 without one)."""
    about = document or a_milestone()
    return Event(
        kind=kind, document=about.kind, uid=about.uid, milestone=about.body.get("id"), task=task, data=data
    )


def recorded(event: Event, seq: int = 1, *, at: str = NOW, actor: Actor = ANA, **fields: Any) -> Recorded:
    """Return an event as a log would hold it."""
    return Recorded(seq=seq, at=at, actor=actor, event=event, **fields)


def after(document: Document | None, events: Iterable[Event], *, at: str = NOW, actor: Actor = ANA) -> Document:
    """Return a document after events."""
    for seq, event in enumerate(events, 1):
        document = evolve(document, recorded(event, seq, at=at, actor=actor))
    assert document is not None, "no events and no document"
    return document


def a_context(
    *documents: Document,
    actor: Actor = ANA,
    settings: Mapping[str, Any] | None = None,
    people: Sequence[Person] = (),
    today: date = date(2026, 11, 20),
    **fields: Any,
) -> Context:
    """Return what rules may know, with these milestones in the project."""
    rows = [row(document) for document in documents]
    numbers = [int(str(r["id"])[-3:]) for r in rows if str(r["id"])[-3:].isdigit()]
    return Context(
        actor=actor,
        now=fields.pop("now", NOW),
        today=today,
        settings=settings or {},
        people=tuple(people),
        rows=rows,
        last_number=fields.pop("last_number", max(numbers, default=0)),
        **fields,
    )


def _uid(milestone_id: str) -> str:
    return f"{milestone_id.encode().hex():0<32}"[-32:]
