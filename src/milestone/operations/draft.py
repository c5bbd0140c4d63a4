"""One write in the making: records as they will be, so that later rules of the same write see earlier ones."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, overload

import msgspec

from milestone.domain import graph, states, summary
from milestone.domain.context import Context
from milestone.domain.decide.following import as_it_will_be
from milestone.domain.document import Body, Document, Event
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
    rows: tuple[dict[str, Any], ...] = ()  # of the changed milestones, afterwards


class LazyRows(Sequence[Row]):
    """Rows that are put together when a rule looks at them; most rules look at their own document only."""

    def __init__(self, make: Callable[[], Sequence[Row]]) -> None:
        self._make = make

    @cached_property
    def _rows(self) -> Sequence[Row]:
        return self._make()

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | Sequence[Row]:
        return self._rows[place]

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


class Draft:
    """The events of a write, folded as they come."""

    def __init__(self, txn: Txn, ctx: Context, root: Path, start: Path) -> None:
        self.events: list[Event] = []
        self.ctx = ctx
        self._before = ctx.rows
        self._txn = txn
        self._root = root
        self._start = start
        self._changed: dict[str, Document] = {}

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
        """Return the milestone and task that a ref means, as they will be. Raises as `finding.task`."""
        here = self.current if finding.task_of_current(text) else None
        document, task = finding.task(self._txn, text, current=here, writing=True)
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
        if events:
            self.ctx = msgspec.structs.replace(self.ctx, rows=LazyRows(self._rows))
        return self._latest(document)

    def effect(self) -> Effect:
        """Return what became ready, and how the changed milestones stand."""
        rows = tuple(summary.row(document) for document in self._changed.values() if not document.deleted)
        if not any(event.kind in OPENING for event in self.events):
            return Effect(rows=rows)
        own = {str(row["id"]) for row in rows}
        touched = own | {name for name, on in graph.of_rows(self.ctx.rows).items() if not own.isdisjoint(on)}
        now = [sight for sight in ready.tasks(self.ctx.rows, touched) if sight.is_ready]
        before = {sight.ref for sight in ready.tasks(self._before, touched) if sight.is_ready}
        return Effect(
            unblocked=tuple(sight.ref for sight in now if sight.ref not in before),
            ready=tuple(sight.ref for sight in now if str(sight.row["id"]) in own),
            rows=rows,
        )

    def _latest(self, document: Document) -> Document:
        return self._changed.get(document.uid, document)

    def _by_uid(self, event: Event, document: Document) -> Document | None:
        if event.uid == document.uid:
            return self._latest(document)
        return self._changed.get(event.uid) or self._txn.load(event.document, event.uid)

    def _rows(self) -> list[Any]:
        changed = {uid: summary.row(document) for uid, document in self._changed.items() if not document.deleted}
        gone = {uid for uid, document in self._changed.items() if document.deleted}
        return [changed.get(row["uid"], row) for row in self._before if row["uid"] not in gone]


def is_over(document: Document) -> bool:
    """Tell whether a milestone is completed, archived or cancelled."""
    return document.archived or str(document.body.get("status")) not in states.OPEN_MILESTONES
