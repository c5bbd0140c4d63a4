"""Rules of taking the whole plan back to a moment: by new events, one for each record that differs."""

from collections.abc import Iterable, Mapping

import msgspec

from milestone import errors
from milestone.domain import going_back
from milestone.domain.context import Context
from milestone.domain.document import Document, Event

Key = tuple[str, str]  # kind, uid
# What happened on this machine is no part of the plan, and nothing makes it unhappen.
LOCAL = frozenset({"session", "run", "agent", "message", "lease", "channel"})


class Restore(msgspec.Struct, frozen=True, kw_only=True):
    """The records of a moment, and those of now; deleted and away ones among both."""

    seq: int  # of the last event of that moment
    then: Mapping[Key, Document]
    now: Mapping[Key, Document]


def restore(request: Restore, ctx: Context) -> list[Event]:
    """Return the events after which the plan is what it was; none when it is.

    Raises:
        Refused: a run holds a milestone.
    """
    if ctx.held_by:
        session = next(iter(ctx.held_by.values()))
        raise errors.Refused(
            f"The store cannot be taken back while {session} runs.",
            why="a run holds records that would change under it",
            hint=f"milestone sessions stop {session}",
            code="held",
        )
    found = list(_changes(request))
    marker = Event(kind="store.restored", document="project", uid="project", data={"to": request.seq})
    return [marker, *found] if found else []


def is_plan(document: Document) -> bool:
    """Tell whether a record is part of what a restore takes back."""
    return document.kind not in LOCAL


def _changes(request: Restore) -> Iterable[Event]:
    for key, now in request.now.items():
        then = request.then.get(key)
        wanted = then if then is not None else _without(now)
        data = going_back.data(now, wanted) if is_plan(now) else {}
        if data:
            name = str(wanted.body.get("id")) if now.kind == "milestone" else None
            yield Event(
                kind="document.restored",
                document=now.kind,
                uid=now.uid,
                milestone=name,
                data={"to": request.seq, **data},
            )


def _without(now: Document) -> Document:
    """Return a record that was not there then: hidden, its number stays taken; nothing where it says nothing."""
    return msgspec.structs.replace(now, deleted=True) if now.body else now
