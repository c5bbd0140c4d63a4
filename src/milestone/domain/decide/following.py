"""What finishing a task finishes besides: its parent after the last subtask, its milestone after the last task."""

from collections.abc import Sequence

from milestone.domain import phases, states, tasks
from milestone.domain.context import Context
from milestone.domain.decide import rules
from milestone.domain.document import Body, Document, Event, Recorded
from milestone.domain.evolve import evolve

# How a parent comes to be in work, so that it can be completed.
WAYS = {"pending": ("started",), "blocked": ("retried", "started"), "failed": ("retried", "started")}


def follows(document: Document, events: Sequence[Event], name: str, ctx: Context) -> list[Event]:
    """Return what finishing (or giving up) a task finishes besides: its parent, then its milestone."""
    after = as_it_will_be(document, events, ctx)
    found = _parent(after, name, ctx)
    return [*found, *_milestone(as_it_will_be(after, found, ctx), ctx)]


def _parent(after: Document, name: str, ctx: Context) -> list[Event]:
    """Return the completion of a task's parent when no other subtask is open."""
    parent = str((tasks.get(after.body, name) or {}).get("parent"))
    above = tasks.get(after.body, parent)
    if above is None or tasks.status(above) not in states.OPEN_TASKS:
        return []
    own_over = all(phase.status in phases.DONE for phase in phases.of(after.body, parent))
    if not own_over or not _is_all_done(tasks.children(after.body, parent)):
        return []
    day = ctx.today.isoformat()
    said = {"grade": "self-reported", "by": ctx.actor.name, "at": ctx.now, "text": "its subtasks"}
    ways = [rules.event(after, f"task.{verb}", parent) for verb in WAYS.get(tasks.status(above), ())]
    return [*ways, rules.event(after, "task.completed", parent, on=day, evidence=[said])]


def _milestone(after: Document, ctx: Context) -> list[Event]:
    """Return the completion of a running milestone when nothing of it is open."""
    if after.body.get("status") != "in_progress" or not _is_all_done(tasks.of(after.body)):
        return []
    left = [phase for phase in phases.of_milestone(after.body) if phase.status not in phases.DONE]
    found = []
    if len(left) == 1 and left[0].status == "in_progress" and not left[0].required:
        # it lasted until the work was done
        found.append(rules.event(after, "phase.completed", phase=left[0].name))
        left = []
    return [] if left else [*found, rules.event(after, "milestone.completed", on=ctx.today.isoformat())]


def _is_all_done(every: Sequence[Body]) -> bool:
    """Tell whether at least one task is completed and none is open."""
    found = {tasks.status(task) for task in every}
    return "completed" in found and found <= {"completed", "cancelled"}


def as_it_will_be(document: Document, events: Sequence[Event], ctx: Context) -> Document:
    """Return the document with events folded in that are not recorded yet."""
    for event in events:
        document = evolve(document, Recorded(seq=0, at=ctx.now, actor=ctx.actor, event=event))
    return document
