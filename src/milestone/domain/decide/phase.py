"""Phases: beginning one, handing it in, passing through; who is behind which gate."""

from collections.abc import Mapping, Sequence

import msgspec

from milestone import errors
from milestone.domain import deadlines, gates, phases
from milestone.domain.context import Context
from milestone.domain.deliverables import WHY, Found
from milestone.domain.document import Document, Event
from milestone.domain.phases import Phase


class StartPhase(msgspec.Struct, frozen=True, kw_only=True):
    """Begin a phase; without a name the one whose turn it is."""

    task: str | None  # None: the milestone's own
    found: Mapping[str, Found] = {}  # every phase of the subject, as it is now
    phase: str | None = None


class FinishPhase(msgspec.Struct, frozen=True, kw_only=True):
    """Hand in what a phase made: for review where one is asked for, else it is over."""

    task: str | None
    found: Mapping[str, Found]
    phase: str | None = None


def start(document: Document, request: StartPhase, ctx: Context) -> list[Event]:
    """Return the start of a phase; nothing when it is at work already.

    Raises:
        Waiting: a gate before it is closed, or it waits for review itself.
        Refused: it is over.
    """
    phase = _wanted(document, request.task, request.phase)
    _check_way(document, request.task, phase, request.found, ctx)
    if phase.status == "in_progress":
        return []
    if phase.status == "in_review":
        raise waits_for_review(document, request.task, phase, gates.Gate(phase=phase.name, open=False))
    if phase.status in phases.DONE:
        raise errors.Refused(
            f"The {phase.name} phase of {subject(document, request.task)} is over.",
            why=f"it is {phase.status}",
            hint=f"milestone review {review_words(document, request.task, phase.name)}",
        )
    return [event(document, "phase.started", request.task, phase.name)]


def restart(document: Document, task_id: str | None) -> list[Event]:
    """Return the new start of a rejected phase, for `task retry`; nothing when none was rejected."""
    refused = next((p for p in phases.of(document.body, task_id) if p.status == "rejected"), None)
    return [event(document, "phase.started", task_id, refused.name, again=True)] if refused else []


def finish(document: Document, request: FinishPhase, ctx: Context) -> list[Event]:
    """Return the hand-in of a phase and what follows: review, or the next phase at once.

    A phase that was not begun is begun first. After the last phase nothing follows here: the task's own
    completion is another rule.

    Raises:
        Waiting: it waits for review already, or a gate before it is closed.
        Refused: a declared deliverable is missing, empty or only its template, or two tasks name one path.
    """
    phase = _wanted(document, request.task, request.phase)
    if phase.status == "in_review":
        raise waits_for_review(document, request.task, phase, gates.Gate(phase=phase.name, open=False))
    begun = start(document, StartPhase(task=request.task, found=request.found, phase=phase.name), ctx)
    found = request.found.get(phase.name) or Found(folder="")
    check_deliverables(document, request.task, phase, found)
    kept = [
        event(
            document, "deliverable.stored", request.task, phase.name, path=f.path, digest=f.digest, bytes=f.bytes
        )
        for f in found.there
        if phase.stored.get(f.path) != f.digest
    ]
    files = {f.path: f.digest for f in found.there}
    kind = "phase.submitted" if phase.required else "phase.completed"
    absent = [f.path for f in found.absent]
    handed = event(document, kind, request.task, phase.name, digest=found.digest, files=files, absent=absent)
    asked = [requested(document, request.task, phase, found, ctx)] if phase.required else []
    follows = [] if phase.required else following(document, request.task, phase, request.found)
    return [*begun, *kept, handed, *asked, *follows]


def requested(document: Document, task_id: str | None, phase: Phase, found: Found, ctx: Context) -> Event:
    """Return the request to judge what was just handed in: what, where, who, by when, with which command."""
    asked = msgspec.structs.replace(phase, submitted_at=ctx.now)
    return event(
        document,
        "approval.requested",
        task_id,
        phase.name,
        approvers=list(phase.approvers),
        due=deadlines.due(asked, ctx),
        deliverables=[file.path for file in found.there],
        folder=found.folder,
        digest=found.digest,
        command=f"milestone review {review_words(document, task_id, phase.name)} --approve",
    )


def following(document: Document, task_id: str | None, phase: Phase, found: Mapping[str, Found]) -> list[Event]:
    """Return the start of the next phase, when there is one that was not begun.

    Nobody works on a milestone's own phases as such: one without approval passes through when nothing that it
    declares is missing; the last one lasts until the tasks are done.
    """
    course = phases.of(document.body, task_id)
    after = phases.after(course, phase.name)
    if after is None or after.status != "pending":
        return []
    events = [event(document, "phase.started", task_id, after.name, after=phase.name)]
    judged = found.get(after.name) or Found(folder="")
    if task_id is not None or after.required or phases.after(course, after.name) is None or judged.refused:
        return events
    passed = event(document, "phase.completed", None, after.name, digest=judged.digest)
    return [*events, passed, *following(document, None, after, found)]


def check_deliverables(document: Document, task_id: str | None, phase: Phase, found: Found) -> None:
    """Refuse what cannot be judged.

    Raises:
        Refused: a declared deliverable is missing, empty or only its template, or two tasks name one path.
    """
    shared = {path: ids for path, ids in phases.shared_paths(document.body).items() if task_id in ids}
    if shared:
        path, owners = next(iter(shared.items()))
        raise errors.Refused(
            f"{path} cannot be a deliverable of {' and '.join(owners)} at once.",
            why="two tasks naming one path would approve each other's work",
            hint=f"give each task its own path in {document.body.get('id')}",
            code="deliverable_shared",
        )
    if found.refused:
        raise errors.Refused(
            f"{subject(document, task_id)} cannot hand in its {phase.name} phase:"
            f" {_listed([f'{f.path} {WHY[f.state]}' for f in found.refused])}.",
            why="the record declares these deliverables",
            hint=f"write them in {found.folder}",
            code="deliverable_missing",
            findings=[
                {"severity": "error", "code": f"deliverable_{f.state}", "path": f.path, "line": None,
                 "message": f"{f.path} {WHY[f.state]}.", "hint": f"Write it in {found.folder}."}
                for f in found.refused
            ],
        )  # fmt: skip


def waits_for_review(document: Document, task_id: str | None, phase: Phase, gate: gates.Gate) -> errors.Waiting:
    """Return the error for work that people have to judge first."""
    who = list(gate.waiting_for or phase.approvers)
    ref = subject(document, task_id)
    words = review_words(document, task_id, phase.name)
    return errors.Waiting(
        f"{ref} waits for approval of its {phase.name} phase" + (f" by {_listed(who)}." if who else "."),
        why="its deliverables changed after they were approved" if gate.changed else "the next phase is behind it",
        next=[f"milestone review {words}", f"milestone review {words} --approve"],
        waiting_for=[
            {"kind": "approval", "ref": ref, "who": who, "since": phase.submitted_at, "phase": phase.name}
        ],
    )


def event(document: Document, kind: str, task_id: str | None, phase: str, **data: object) -> Event:
    """Return an event about a phase."""
    return Event(
        kind=kind,
        document=document.kind,
        uid=document.uid,
        milestone=str(document.body.get("id")),
        task=task_id,
        data={"phase": phase, **data},
    )


def subject(document: Document, task_id: str | None) -> str:
    """Return `milestone-001/task-002`, or the milestone's id for its own phases."""
    return f"{document.body.get('id')}/{task_id}" if task_id else str(document.body.get("id"))


def review_words(document: Document, task_id: str | None, phase: str) -> str:
    """Return what follows `milestone review`."""
    return f"{document.body.get('id')} {f'{task_id} ' if task_id else ''}--phase {phase}"


def _wanted(document: Document, task_id: str | None, name: str | None) -> Phase:
    course = phases.of(document.body, task_id)
    phase = phases.named(course, name) if name else phases.current(course) or (course[-1] if course else None)
    if phase is None:
        words = f'no phase "{name}"' if name and course else "no phases"
        raise errors.NotFound(
            f"{subject(document, task_id)} has {words}.",
            why=f"it has {_listed([p.name for p in course])}" if course else "it is done in one go",
            candidates=[p.name for p in course],
            code="phase_not_found",
        )
    return phase


def _check_way(
    document: Document, task_id: str | None, phase: Phase, found: Mapping[str, Found], ctx: Context
) -> None:
    closed = gates.closed_before(document, task_id, phase.name, found, ctx)
    if closed is None:
        return
    before = phases.named(phases.of(document.body, task_id), closed.phase)
    assert before is not None
    if closed.required:
        raise waits_for_review(document, task_id, before, closed)
    raise errors.Refused(
        f"{subject(document, task_id)} cannot start its {phase.name} phase.",
        why=f"the {before.name} phase comes first",
        next=[f"milestone task start {subject(document, task_id)}"],
    )


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""
