"""What follows when people have let a phase pass: facts it meets, and what comes next."""

from milestone.domain import facts, gates, phases, tasks
from milestone.domain.context import Context
from milestone.domain.decide import milestone as of_milestone
from milestone.domain.decide import phase as phase_rules
from milestone.domain.decide import task as of_task
from milestone.domain.decide.judging import Judge
from milestone.domain.deliverables import Found, plain
from milestone.domain.document import Document, Event
from milestone.domain.phases import Phase


def met(document: Document, phase: Phase, found: Found, by: str) -> list[Event]:
    """Return the facts of the milestone that name a deliverable approved here."""
    stems = {plain(f.path.rpartition("/")[2]).rpartition(".")[0] for f in found.there}
    stems |= {plain(item.name).rpartition(".")[0] or plain(item.name) for item in phase.expected}
    return [
        Event(
            kind="fact.met",
            document=document.kind,
            uid=document.uid,
            milestone=str(document.body.get("id")),
            data={
                "where": fact.where,
                "fact": fact.name,
                "evidence": f"{stem} approved, {found.digest[:12]}",
                "by": by,
            },
        )
        for fact in facts.of(document)
        if not fact.met and (stem := gates.names_deliverable(fact.name, stems))
    ]


def next_phase(document: Document, request: Judge, phase: Phase, ctx: Context) -> list[Event]:
    """Return what the last approval sets going: the next phase, or what is done with the last one."""
    if phases.after(phases.of(document.body, request.task), phase.name) is not None:
        return phase_rules.following(document, request.task, phase, request.found)
    if request.task is not None:
        return of_task.complete(document, of_task.CompleteTask(task=request.task, found=request.found), ctx)
    work = [tasks.status(task) for task in tasks.leaves(document.body)]
    all_done = document.body.get("status") == "in_progress" and set(work) == {"completed"}
    return of_milestone.complete(document, ctx) if all_done else []
