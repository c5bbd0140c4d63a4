"""What a write about tasks has to do with claims: it is let pass, it is a sign of life, it gives the task back."""

from collections.abc import Sequence

import msgspec

from milestone.domain import leases, tasks
from milestone.domain.context import Context
from milestone.domain.decide import rules
from milestone.domain.document import Body, Document, Event
from milestone.registry import load
from milestone.storage.base import Reading, Txn
from milestone.workspace.base import Decide, Workspace, Written

CLAIM = "milestone.domain.decide.claim"  # most tasks are claimed by nobody
OVER = ("completed", "cancelled", "failed", "blocked")  # states in which nobody works on a task


class Claims:
    """The leases of the tasks that one write is about."""

    def __init__(self, txn: Txn) -> None:
        self._txn = txn
        self._found: dict[tuple[str, str], Document | None] = {}

    def check(self, document: Document, task: Body, ctx: Context) -> None:
        """Let pass who may write about a task. Raises as `leases.check`."""
        key = (document.uid, str(task["id"]))
        if key in self._found:
            return
        found = of_task(self._txn, *key)
        self._found[key] = found
        if found is not None:
            leases.check(found, at(self._txn, ctx), rules.ref(document, key[1]))

    def after(self, document: Document, events: Sequence[Event], ctx: Context) -> list[Event]:
        """Return what changes of the claims by events; `document` has them folded in.

        A task that nobody can work on any more is given back, any other word of its holder renews the claim.
        """
        found: list[Event] = []
        for (uid, name), lease in list(self._found.items()):
            kinds = {e.kind for e in events if e.uid == uid and e.task == name}
            if lease is None or uid != document.uid or not kinds:
                continue
            now = at(self._txn, ctx)
            if kinds & leases.DECIDING:
                leases.check_decides(lease, now, rules.ref(document, name))
            kept = _after(document, lease, tasks.get(document.body, name), now)
            if any(event.kind == "task.released" for event in kept):
                self._found[uid, name] = None
            found += kept
        return found


def around(txn: Txn, ctx: Context, document: Document, task: Body, events: Sequence[Event]) -> list[Event]:
    """Return the events about a task with what they change of its claim. Raises as `leases.check`."""
    held = Claims(txn)
    held.check(document, task, ctx)
    return [*events, *held.after(document, events, ctx)]


def at(reading: Reading, ctx: Context) -> Context:
    """Return a context at the time of the store's own clock: machines that share a store share its clock."""
    now = reading.now()
    return ctx if now is None else msgspec.structs.replace(ctx, now=now)


def of_task(reading: Reading, milestone: str, task: str) -> Document | None:
    """Return the lease of a task; None when it was never claimed."""
    return reading.load(leases.KIND, leases.uid_of(milestone, task))


def write(workspace: Workspace, decide: Decide) -> Written:
    """Record what `decide` says; a write under a claim that was lost is refused, and that is recorded."""
    try:
        return workspace.write(decide)
    except leases.Fenced as late:
        told = late.event
        if not workspace.options.dry_run:
            workspace.write_apart(lambda _txn, _ctx: [told])
        raise


def _after(document: Document, lease: Document, task: Body | None, ctx: Context) -> list[Event]:
    if not leases.is_live(lease, ctx.now):
        return []
    if task is None or tasks.status(task) in OVER:
        return [load(CLAIM).released(document, lease, task or {"id": lease.body["task"]}, None)]
    kept: list[Event] = load(CLAIM).renew(document, lease, ctx)
    return kept
