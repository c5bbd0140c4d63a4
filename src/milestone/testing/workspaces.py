"""A workspace in memory: `a_workspace(folder, a_body(...), name="ana")`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from milestone.clock import FrozenClock
from milestone.config import Setting, Settings
from milestone.domain.document import Actor, Body, Event
from milestone.domain.evolve import evolve
from milestone.domain.summary import row
from milestone.storage.base import Store
from milestone.storage.memory import MemoryStore
from milestone.workspace.base import Workspace

MOMENT = datetime(2026, 11, 20, 12, tzinfo=UTC)


def a_workspace(folder: Path, *bodies: Body, name: str = "ana", **fields: Any) -> Workspace:
    """Return a project in `folder` that keeps its records in memory; `settings` are dotted keys."""
    root = folder / ".milestones"
    root.mkdir(exist_ok=True)
    chosen = fields.pop("settings", {})
    settings = Settings({key: Setting(key=key, value=value) for key, value in chosen.items()})
    # its numbers are computed where the protocol has fields: the same for every reader
    store = cast(Store, MemoryStore(evolve=evolve, summarise=row))
    workspace = Workspace(root, store, settings, FrozenClock(MOMENT), _actor(name), **fields)
    if bodies:
        workspace.write(lambda _txn, _ctx: [created(body) for body in bodies])
    return workspace


def as_(workspace: Workspace, name: str, **fields: Any) -> Workspace:
    """Return the same project, opened by somebody else (`agent:NAME` for a program)."""
    opened = Workspace(
        workspace.root, workspace.store, workspace.settings, workspace.clock, _actor(name), **fields
    )
    opened.people = workspace.people
    return opened


def _actor(name: str) -> Actor:
    kind, _, _ = name.partition(":")
    return Actor(name=name, kind=kind if kind in ("agent", "service") else "person", source="flag")


def created(body: Body) -> Event:
    """Return the event that makes a milestone with this body."""
    uid, milestone = str(body["uid"]), str(body["id"])
    return Event(kind="milestone.created", document="milestone", uid=uid, milestone=milestone, data={"body": body})
