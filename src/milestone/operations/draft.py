"""One write in the making: records as they will be, so that later rules of the same write see earlier ones."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from milestone import ids
from milestone.domain import states, summary
from milestone.domain.context import Context
from milestone.domain.decide.following import as_it_will_be
from milestone.domain.document import Body, Document, Event
from milestone.domain.rows import Rows, is_linked, links
from milestone.domain.rows import of as rows_of
from milestone.operations.claims import Claims
from milestone.reports import ready
from milestone.storage.base import Row, Txn
from milestone.workspace import current, finding

# What can make other work ready.
OPENING = frozenset({"task.completed", "task.cancelled", "task.unblocked", "task.retried", "task.reopened"})
OPENING |= {"fact.met", "override.used", "dependency.removed", "milestone.completed", "milestone.resumed"}


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What a write did to the work around it."""

    unblocked: tuple[str, ...] = ()  # refs of tasks that became ready
    ready: tuple[str, ...] = ()  # refs of the tasks of the changed milestones that are ready now
    rows: tuple[Row, ...] = ()  # of the changed milestones, afterwards


class LaterRows(Rows):
    """Rows as they will be: those of changed records are new, deleted ones are gone."""

    def __init__(self, before: Rows, changed: Mapping[str, Document]) -> None:
        self._before = before
        self._changed = dict(changed)

    @cached_property
    def new(self) -> dict[str, Row]:
        """The rows of the changed records by uid."""
        return {uid: summary.row(each) for uid, each in self._changed.items() if not each.deleted}

    @cached_property
    def _rows(self) -> Sequence[Row]:
        kept = (row for row in self._before if row["uid"] in self.new or row["uid"] not in self._changed)
        return [self.new.get(str(row["uid"]), row) for row in kept]

    def __getitem__(self, place: Any) -> Any:
        return self._rows[place]

    def __len__(self) -> int:
        return len(self._rows)

    def linked(self) -> Sequence[Row]:
        kept = [row for row in self._before.linked() if row["uid"] not in self._changed]
        return [*kept, *filter(is_linked, self.new.values())]

    def named(self, name: str) -> Row | None:
        new = next((row for row in self.new.values() if row["id"] == name), None)
        if new is not None:
            return new
        found = self._before.named(name)
        return None if found is None or found["uid"] in self._changed else found

    def of_uid(self, uid: str) -> Row | None:
        return self.new.get(uid) if uid in self._changed else self._before.of_uid(uid)


class Draft:
    """The events of a write, folded as they come."""

    def __init__(self, txn: Txn, ctx: Context, root: Path, start: Path) -> None:
        self.events: list[Event] = []
        self.ctx = ctx
        self._before = rows_of(ctx.rows)
        self._later = LaterRows(self._before, {})
        self._txn = txn
        self._root = root
        self._start = start
        self._changed: dict[str, Document] = {}
        self._claims = Claims(txn)

    @property
    def current(self) -> str | None:
        """The id of the current milestone; None without one."""
        return current.find(self._root, self._start, self.ctx.rows)

    def milestone(self, text: str) -> Document:
        """Return the milestone that a word means, as it will be. Raises as `finding.milestone`."""
        here = self.current if text.strip().casefold() in ("@", "current", "milestone-current") else None
        return self._latest(finding.milestone(self._txn, text, current=here, writing=True))

    def milestones(self, texts: Sequence[str]) -> list[Document]:
        """Return the milestones that words mean, each once."""
        found = [self.milestone(word) for word in finding.words(texts)]
        return list({document.uid: document for document in found}.values())

    def task(self, text: str) -> tuple[Document, Body]:
        """Return the milestone and task that a ref means, as they will be.

        Raises: as `finding.task`; Stale: somebody else has claimed it.
        """
        document, task = self.find_task(text)
        self._claims.check(document, task, self.ctx)
        return document, task

    def find_task(self, text: str) -> tuple[Document, Body]:
        """Return the milestone and task that a ref means, whoever holds it. Raises as `finding.task`."""
        here = self.current if finding.task_of_current(text) else None
        return self._as_it_will_be(*finding.task(self._txn, text, current=here, writing=True))

    def _as_it_will_be(self, document: Document, task: Body) -> tuple[Document, Body]:
        latest = self._latest(document)
        same = (t for t in latest.body.get("tasks") or [] if isinstance(t, dict) and t.get("id") == task.get("id"))
        return latest, next(same, task)

    def add(self, document: Document, events: Sequence[Event]) -> Document:
        """Take the events of one rule and return the document they were about, as it will be."""
        self.events += events
        for event in events:
            about = self._by_uid(event, document)
            if about is not None:
                self._changed[event.uid] = as_it_will_be(about, [event], self.ctx)
        self.events += self._claims.after(self._latest(document), events, self.ctx)
        if events:
            self._later = LaterRows(self._before, self._changed)
            self.ctx = msgspec.structs.replace(self.ctx, rows=self._later)
        return self._latest(document)

    def effect(self) -> Effect:
        """Return what became ready, and how the changed milestones stand."""
        later, own = self._later, {str(row["id"]): row for row in self._later.new.values()}
        if not any(event.kind in OPENING for event in self.events):
            return Effect(rows=tuple(own.values()))
        followers = {name for name, on in links(later).items() if not own.keys().isdisjoint(on)}
        touched = sorted(own.keys() | followers, key=ids.order)
        now = [sight for sight in ready.of_some(later, touched) if sight.is_ready]
        before = {sight.ref for sight in ready.of_some(self._before, touched) if sight.is_ready}
        return Effect(
            unblocked=tuple(sight.ref for sight in now if sight.ref not in before),
            ready=tuple(sight.ref for sight in now if str(sight.row["id"]) in own),
            rows=tuple(own.values()),
        )

    def _latest(self, document: Document) -> Document:
        return self._changed.get(document.uid, document)

    def _by_uid(self, event: Event, document: Document) -> Document | None:
        if event.uid == document.uid:
            return self._latest(document)
        return self._changed.get(event.uid) or self._txn.load(event.document, event.uid)


def is_over(document: Document) -> bool:
    """Tell whether a milestone is completed, archived or cancelled."""
    return document.archived or str(document.body.get("status")) not in states.OPEN_MILESTONES
