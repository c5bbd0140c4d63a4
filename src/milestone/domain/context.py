"""What a rule may know besides the document and the request."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, tzinfo
from typing import Any

import msgspec

from milestone.domain.document import Actor


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody in `config/team.yaml`."""

    handle: str
    name: str = ""
    roles: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    capacity_hours: float | None = None  # a week
    timezone: str | None = None
    teams: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()  # from git-ignored team.local.yaml


def nobody(_message: bytes, _signature: str, _name: str) -> bool:
    """Verify nothing: without keys at hand no signature counts."""
    return False


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """The moment, the actor and the project's settings, handed to every `decide`."""

    actor: Actor
    now: str  # RFC 3339 UTC
    today: date  # the day in the project's zone
    settings: Mapping[str, Any]  # dotted key -> effective value, defaults included
    people: Sequence[Person] = ()
    present: bool = False  # the actor types at a terminal, and no run started this process
    in_run: bool = False  # this process was started by a run: it never approves, overrides, answers permissions
    rows: Sequence[Mapping[str, Any]] = ()  # every milestone's summary row, for rules across milestones
    last_number: int = 0  # highest milestone number ever given
    held_by: Mapping[str, str] = {}  # milestone uid -> session that runs it now
    zone: tzinfo = UTC  # the project's
    verify: Callable[[bytes, str, str], bool] = nobody  # bytes, signature, name: by a key listed for that person
    lease: str | None = None  # tokens of claims the caller shows (`domain/leases.py`)
