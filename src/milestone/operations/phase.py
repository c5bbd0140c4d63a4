"""The phases of a person's task: begun with it, handed in when they say done."""

from pathlib import Path

from milestone.domain import phases
from milestone.domain.context import Context
from milestone.domain.decide import phase as rules
from milestone.domain.deliverables import Found
from milestone.domain.document import Document, Event
from milestone.storage.deliverables import Deliverables
from milestone.workspace.base import Workspace, Written


def start(workspace: Workspace, document: Document, task_id: str, ctx: Context) -> list[Event]:
    """Return the start of the phase whose turn it is; nothing for a task without phases, or one at work.

    Raises:
        Waiting: a gate before it is closed, or it waits for review itself.
    """
    course = phases.of(document.body, task_id)
    if not course or phases.current(course) is None:
        return []
    found = Deliverables(workspace.root).survey(document.body, task_id)
    return rules.start(document, rules.StartPhase(task=task_id, found=found), ctx)


def finish(workspace: Workspace, document: Document, task_id: str, ctx: Context) -> tuple[list[Event], bool]:
    """Return the hand-in of the phase a task is in, and whether the task itself is done with it.

    A task without phases, or with all of them over, has nothing to hand in and is done.

    Raises:
        Waiting: it waits for review already, or a gate before it is closed.
        Refused: a declared deliverable is missing, empty or only its template.
    """
    course = phases.of(document.body, task_id)
    phase = phases.current(course)
    if phase is None:
        return [], True
    found = Deliverables(workspace.root).survey(document.body, task_id)
    events = rules.finish(document, rules.FinishPhase(task=task_id, found=found), ctx)
    return events, not phase.required and phases.after(course, phase.name) is None


def found(workspace: Workspace, document: Document, task_id: str) -> dict[str, Found]:
    """Return the deliverables of every phase of a task as they are now."""
    return dict(Deliverables(workspace.root).survey(document.body, task_id))


def lay_out(workspace: Workspace, written: Written) -> list[Path]:
    """Return the folders of the phases that a write began, each with questions for what is missing."""
    if written.dry_run or written.repeated:
        return []
    store = Deliverables(workspace.root)
    bodies = {document.uid: document.body for document in written.documents}
    begun = [r.event for r in written.events if r.event.kind == "phase.started" and r.event.uid in bodies]
    return [store.prepare(bodies[event.uid], event.task, str(event.data["phase"])) for event in begun]
