"""`evolve(document, event)` makes the next document. It never refuses: whatever a log holds can be folded.

Each noun's module has its `EVOLVERS`; they are collected here. A kind without a line changes nothing in the body
(old programs read new logs), and still counts as a revision.
"""

from collections.abc import Callable, Iterable

from milestone.domain import going_back, proof
from milestone.domain.document import Body, Document, Event, Recorded
from milestone.domain.evolve import channel, lease, milestone, phase, session, task

EVOLVE: dict[str, Callable[[Body, Recorded], Body]] = {
    **milestone.EVOLVERS,
    **task.EVOLVERS,
    **phase.EVOLVERS,
    **session.EVOLVERS,
    **lease.EVOLVERS,
    **channel.EVOLVERS,
}


def evolve(document: Document | None, recorded: Recorded) -> Document:
    """Return the document after an event; an event about a document that is not there begins it."""
    event = recorded.event
    before = document or Document(kind=event.document, uid=event.uid, revision=0, body={})
    asked = session.ASKS.get(event.kind) if event.document == "session" else None
    change = asked or EVOLVE.get(event.kind)
    body = change(before.body, recorded) if change else before.body
    return Document(
        kind=before.kind,
        uid=before.uid,
        revision=before.revision + 1,
        body=body,
        archived=_archived(before, recorded),
        away=_away(before, recorded),
        deleted=_deleted(before, recorded),
        proven=_proven(before, event, body),
    )


def fold(events: Iterable[Recorded]) -> dict[tuple[str, str], Document]:
    """Return every document that a log makes, by kind and uid."""
    found: dict[tuple[str, str], Document] = {}
    for recorded in events:
        key = (recorded.event.document, recorded.event.uid)
        found[key] = evolve(found.get(key), recorded)
    return found


def _archived(before: Document, recorded: Recorded) -> bool:
    """A file that moved between `active/` and `completed/` says so in `archived`."""
    kind, data = recorded.event.kind, recorded.event.data
    if kind == "milestone.archived":
        return True
    if kind == "milestone.reopened":
        return False
    says = kind.startswith("document.") or kind in ("milestone.created", "change.undone")
    moved = data.get("archived") if says else None
    return before.archived if moved is None else bool(moved)


def _away(before: Document, recorded: Recorded) -> bool:
    kind = recorded.event.kind
    if kind == "document.removed":
        return True
    if kind in going_back.KINDS:
        return bool(recorded.event.data.get("away", before.away))
    return before.away and kind not in ("document.returned", "milestone.created")


def _deleted(before: Document, recorded: Recorded) -> bool:
    kind = recorded.event.kind
    if kind in going_back.KINDS:
        return bool(recorded.event.data.get("deleted", before.deleted))
    return kind == "milestone.deleted" or (before.deleted and kind != "document.returned")


def _proven(before: Document, event: Event, body: Body) -> tuple[str, ...]:
    if event.kind in going_back.KINDS:
        return going_back.seals(before.proven, event.data)
    return proof.folded(before.proven, before.body, body) if event.kind in proof.PROVING else before.proven
