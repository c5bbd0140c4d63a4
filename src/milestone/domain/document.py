"""A record: what every store keeps and every event changes."""

from typing import Any

import msgspec

Body = dict[str, Any]


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """One record at one revision.

    `body` is JSON-like with the canonical keys of `records.md`; unknown keys stay in it as found. Treat it as
    immutable: `evolve` copies what it changes.
    """

    kind: str  # milestone, project (shared, have a file); session, run, agent, message (local, never a file)
    uid: str
    revision: int  # events of this document folded in, in this store
    body: Body
    archived: bool = False  # milestone files under completed/
    away: bool = False  # its file vanished (checkout, rm); its number stays taken
    deleted: bool = False  # by the verb; the log keeps the record
    proven: tuple[
        str, ...
    ] = ()  # seals (`domain/proof.py`) of what commands recorded; text without its seal is *typed*


class Actor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who acts: `kind` is person, agent or service; `source` says how we know (flag, environment, git, login)."""

    name: str
    kind: str = "person"
    on_behalf_of: str | None = None
    source: str = "login"


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One change of one document, in the past tense. `data` holds the kind's own fields (`domain/events.py`)."""

    kind: str
    document: str  # kind of the document it changes: "milestone", "session", ...
    uid: str
    milestone: str | None = None  # its id at that time, for people and filters
    task: str | None = None
    data: Body = {}


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """An event as the log keeps it."""

    seq: int  # position in this store's log, from 1
    at: str  # RFC 3339 UTC
    actor: Actor
    event: Event
    session: str | None = None
    operation: str | None = None
