"""What finishing a task finishes besides: its parent after the last subtask, its milestone after the last task."""

from collections.abc import Sequence

from milestone.domain import phases, states, tasks
from milestone.domain.context import Context
from milestone.domain.decide import rules
from milestone.domain.document import Body, Document, Event, Recorded
from milestone.domain.evolve import evolve


def follows(document: Document, events: Sequence[Event], name: str, ctx: Context) -> list[Event]:
    """Return what finishing (or giving up) a task finishes besides: its parent, then its milestone."""
    after = as_it_will_be(document, events, ctx)
    found: list[Event] = []
    above = tasks.get(after.body, str((tasks.get(after.body, name) or {}).get("parent")))
    if (
        above
        and tasks.status(above) in states.OPEN_TASKS
        and _is_all_done(tasks.children(after.body, str(above["id"])))
    ):
        if tasks.status(above) != "in_progress":
            found.append(rules.event(document, "task.started", str(above["id"]), on=ctx.today.isoformat()))
        said = {"grade": "self-reported", "by": ctx.actor.name, "at": ctx.now, "item": "its subtasks"}
        day = ctx.today.isoformat()
        found.append(rules.event(document, "task.completed", str(above["id"]), on=day, evidence=[said]))
        after = as_it_will_be(after, found, ctx)
    if after.body.get("status") != "in_progress" or not _is_all_done(tasks.of(after.body)):
        return found
    left = [phase for phase in phases.of_milestone(after.body) if phase.status not in phases.DONE]
    if len(left) == 1 and left[0].status == "in_progress" and not left[0].required:
        found.append(
            rules.event(document, "phase.completed", phase=left[0].name)
        )  # it lasted until the work was done
        left = []
    return found if left else [*found, rules.event(document, "milestone.completed", on=ctx.today.isoformat())]


def _is_all_done(every: Sequence[Body]) -> bool:
    """Tell whether at least one task is completed and none is open."""
    found = {tasks.status(task) for task in every}
    return "completed" in found and found <= {"completed", "cancelled"}


def as_it_will_be(document: Document, events: Sequence[Event], ctx: Context) -> Document:
    """Return the document with events folded in that are not recorded yet."""
    for event in events:
        document = evolve(document, Recorded(seq=0, at=ctx.now, actor=ctx.actor, event=event))
    return document
