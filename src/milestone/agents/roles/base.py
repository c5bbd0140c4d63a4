"""What every role does: hear some kinds of events of a run, and answer with events, words, or journal lines."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

import msgspec

from milestone.domain import tasks
from milestone.domain.context import Context
from milestone.domain.document import Document, Event, Recorded


class View(msgspec.Struct, frozen=True, kw_only=True):
    """What a role sees: the event, and how everything stands after it."""

    recorded: Recorded
    session: Document
    milestone: Document
    ctx: Context
    surroundings: Callable[[], Mapping[str, Any]] = (
        dict  # directory, branch, open files: asked for only when needed
    )

    @property
    def event(self) -> Event:
        return self.recorded.event

    @property
    def task(self) -> Mapping[str, Any]:
        """The event's task as it is now; empty for events about none."""
        return tasks.get(self.milestone.body, self.event.task or "") or {}

    @property
    def short(self) -> str:
        """The event's task as people say it: `t3`."""
        return short(self.event.task or "")

    @property
    def known(self) -> Mapping[str, Any]:
        """What the session knows of the event's task."""
        found = (self.session.body.get("tasks") or {}).get(f"{self.milestone.body['id']}/{self.event.task}")
        return found or {}


class Said(NamedTuple):
    """A line for people; where it does not fit, the title is cut and the rest stays."""

    before: str
    title: str = ""
    after: str = ""

    def __str__(self) -> str:
        return f"{self.before}{self.title}{self.after}"


class Reaction(msgspec.Struct, frozen=True, kw_only=True):
    """What a role answers; nothing at all is the usual answer."""

    events: tuple[Event, ...] = ()
    lines: tuple[Said, ...] = ()  # for the person who watches
    journal: tuple[str, ...] = ()  # for the session's journal


NOTHING = Reaction()


class Role(Protocol):
    """One role of a run."""

    name: str
    purpose: str  # what it is there for, as people read it
    hears: frozenset[str]  # kinds of events; all other kinds pass it by

    def react(self, view: View) -> Reaction:
        """Return the answer to one event. The same event with the same surroundings has the same answer."""
        ...


def short(task: str) -> str:
    """Return `t3` for `task-003`, `m1` for `milestone-001`; another word as it is."""
    kind, _, number = task.partition("-")
    return f"{kind[0]}{int(number)}" if kind in ("task", "milestone") and number.isdigit() else task


def spent(seconds: float) -> str:
    """Return `42 s`, `6 min`, `2.5 h`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
