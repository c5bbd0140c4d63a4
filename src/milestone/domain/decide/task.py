"""Rules of tasks: what may happen to one, and what follows for its parent and its milestone."""

from collections.abc import Mapping, Sequence

import msgspec

from milestone import errors
from milestone.domain import gates, graph, phases, proof, receipts, states, tasks
from milestone.domain.context import Context
from milestone.domain.decide import milestone as of_milestone
from milestone.domain.decide import phase as of_phase
from milestone.domain.decide import requirements, rules, time
from milestone.domain.decide.finding import find
from milestone.domain.decide.following import follows
from milestone.domain.deliverables import Found
from milestone.domain.document import Body, Document, Event
from milestone.domain.receipts import WorkState


class StartTask(msgspec.Struct, frozen=True, kw_only=True):
    """Work begins. `quiet`: it is begun because it is done at once, so a started one is no error."""

    task: str
    override: str | None = None


class CompleteTask(msgspec.Struct, frozen=True, kw_only=True):
    """A task is done; `evidence` is what the caller observed (a verify that succeeded, proofs that were named)."""

    task: str
    note: str | None = None
    hours: float | None = None  # --spent
    evidence: Sequence[Body] = ()
    override: str | None = None
    source: str = "spent"
    found: Mapping[str, Found] = {}  # deliverables of its phases as they are, for a task that has phases
    state: WorkState | None = None  # the files as they are; None where git is not asked


class FailTask(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt failed."""

    task: str
    reason: str
    exit_code: int | None = None
    evidence: Sequence[Body] = ()


class BlockTask(msgspec.Struct, frozen=True, kw_only=True):
    """Something stands in the way."""

    task: str
    reason: str
    kind: str = "reported"


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """One of the acts that need only a task and perhaps a reason."""

    task: str
    reason: str | None = None


def start(document: Document, request: StartTask, ctx: Context) -> list[Event]:
    """Return the events of beginning a task: its milestone begins with it. Nothing when it is begun already.

    Raises:
        Refused: the state forbids it, or something before it is not done (each listed).
        Waiting: the milestone's own gate before it is closed.
        NeedsAPerson: a program overrides.
    """
    task = find(document, request.task)
    if tasks.status(task) == "in_progress":
        return []
    name = str(task["id"])
    rules.moved("task", document, name, tasks.status(task), "started")
    begun = _begin_milestone(document, ctx, request.override)
    _check_own_gate(document, task, ctx)
    found = requirements.open_before(document, name, ctx)
    passed = requirements.passed(document, found, ctx, request.override, "start", name)
    return [*begun, *passed, rules.event(document, "task.started", name, on=ctx.today.isoformat())]


def complete(document: Document, request: CompleteTask, ctx: Context) -> list[Event]:
    """Return the events of finishing a task: its start where it was pending, its parent and milestone where it was
    the last. Nothing when a command has recorded it as done before; a typed completion is confirmed.

    Raises:
        Refused: the state forbids it, something before it is open, it has open subtasks, or evidence is required
            and there is none.
        NeedsAPerson: a program overrides.
    """
    task = find(document, request.task)
    name, state = str(task["id"]), tasks.status(task)
    if state == "completed" and proof.grade(document, task) != "typed":
        return []
    _check_subtasks(document, name)
    _check_phases(document, name, request, ctx)
    unproven = _unproven(document, task, request, ctx)
    begun = [*_begun(document, task, request, ctx), *unproven]
    if state != "completed":
        rules.moved("task", document, name, "in_progress" if state == "pending" else state, "completed")
    spent = _spent(document, name, request, ctx)
    said = {"grade": "self-reported", "by": ctx.actor.name, "at": ctx.now}
    evidence = [item for item in request.evidence if item] or [said]
    done = rules.event(
        document, "task.completed", name, on=ctx.today.isoformat(), note=request.note, evidence=evidence
    )
    events = [*begun, *spent, done]
    return [*events, *follows(document, events, name, ctx)]


def fail(document: Document, request: FailTask, ctx: Context) -> list[Event]:
    """Return the event of a failed attempt. Raises Refused where the state forbids it."""
    task = find(document, request.task)
    name = str(task["id"])
    rules.moved("task", document, name, tasks.status(task), "failed")
    data = {"reason": request.reason, "exit_code": request.exit_code, "evidence": list(request.evidence) or None}
    return [rules.event(document, "task.failed", name, **data)]


def block(document: Document, request: BlockTask, ctx: Context) -> list[Event]:
    """Return the event of a blocker. Raises Refused by state, InvalidRequest without a reason."""
    task = find(document, request.task)
    name = str(task["id"])
    if not request.reason.strip():
        raise errors.InvalidRequest(
            "task block takes the reason.", hint=f'milestone task block {rules.ref(document, name)} "why"'
        )
    rules.moved("task", document, name, tasks.status(task), "blocked")
    return [rules.event(document, "task.blocked", name, reason=request.reason.strip(), cause=request.kind)]


def unblock(document: Document, request: Act, ctx: Context) -> list[Event]:
    """Return the event of a blocker gone; nothing when the task is not blocked but open."""
    task = find(document, request.task)
    if tasks.status(task) in ("pending", "in_progress"):
        return []
    name = str(task["id"])
    rules.moved("task", document, name, tasks.status(task), "unblocked")
    return [rules.event(document, "task.unblocked", name, reason=request.reason)]


def retry(document: Document, request: Act, ctx: Context) -> list[Event]:
    """Return the event that lets a failed or blocked task be tried again. Raises Refused for any other."""
    task = find(document, request.task)
    name = str(task["id"])
    rules.moved("task", document, name, tasks.status(task), "retried")
    return [rules.event(document, "task.retried", name, reason=request.reason), *of_phase.restart(document, name)]


def cancel(document: Document, request: Act, ctx: Context) -> list[Event]:
    """Return the events of giving a task up, and what follows when it was the last open one.

    Raises:
        Refused: it is completed or cancelled, or open tasks wait for it.
    """
    task = find(document, request.task)
    name = str(task["id"])
    rules.moved("task", document, name, tasks.status(task), "cancelled")
    inside = [t for t in tasks.children(document.body, name) if tasks.status(t) in states.OPEN_TASKS]
    events = [
        rules.event(document, "task.cancelled", str(t["id"]), reason=request.reason) for t in [*inside, task]
    ]
    return [*events, *follows(document, events, name, ctx)]


def reopen(document: Document, request: Act, ctx: Context) -> list[Event]:
    """Return the events of taking a task up again: its milestone too, and marks on what was built on it.

    Raises:
        InvalidRequest: no reason is given.
        Refused: it is open already, or its milestone is archived.
    """
    task = find(document, request.task)
    name, reason = str(task["id"]), (request.reason or "").strip()
    if not reason:
        raise errors.InvalidRequest(
            "Reopening takes --reason.",
            why="who built on it wants to know why",
            next=[f'milestone task reopen {rules.ref(document, name)} --reason "..."'],
        )
    rules.moved("task", document, name, tasks.status(task), "reopened")
    if document.archived or document.body.get("status") in ("archived", "cancelled"):
        hint = f'milestone reopen {rules.name(document)} --reason "..."'
        raise errors.Refused(f"{rules.name(document)} is closed.", why="its tasks rest with it", hint=hint)
    events = []
    if document.body.get("status") == "completed":
        events.append(rules.event(document, "milestone.reopened", reason=f"{name}: {reason}"))
    events.append(rules.event(document, "task.reopened", name, reason=reason))
    above = tasks.get(document.body, str(task.get("parent")))
    if above and tasks.status(above) == "completed":
        events.append(rules.event(document, "task.reopened", str(above["id"]), reason=f"{name}: {reason}"))
    return [*events, *_to_recheck(document, name, ctx)]


def _check_own_gate(document: Document, task: Body, ctx: Context) -> None:
    step = gates.before_work(document, task, ctx)
    phase = phases.named(phases.of_milestone(document.body), step.phase or "") if step else None
    if step and step.gate and phase:
        raise of_phase.waits_for_review(document, None, phase, step.gate)


def _check_subtasks(document: Document, name: str) -> None:
    still = [t for t in tasks.children(document.body, name) if tasks.status(t) in states.OPEN_TASKS]
    if still:
        listed = [rules.finding("open_subtask", f"{t['id']} {tasks.title(t)}", path=str(t["id"])) for t in still]
        raise errors.Refused(
            f"{rules.ref(document, name)} has open subtasks.",
            why=f"it is done when they are: {rules.words_of([str(t['id']) for t in still], 'and')}",
            hint=f"milestone task done {rules.ref(document, str(still[0]['id']))}",
            findings=listed,
            code="open_subtasks",
        )


def _check_phases(document: Document, name: str, request: CompleteTask, ctx: Context) -> None:
    """A task with phases is done when all of them are over and every gate between them is open."""
    step = gates.next_step(document, name, request.found, ctx)
    if step.kind == "done":
        return
    standing = phases.named(phases.of(document.body, name), step.phase or "")
    if step.kind == "review" and standing and step.gate:
        raise of_phase.waits_for_review(document, name, standing, step.gate)
    raise errors.Refused(
        f"{rules.ref(document, name)} is in its {step.phase} phase.",
        why="it was rejected"
        if step.kind == "blocked"
        else "a task with phases is done when all of them are over",
        hint=f"milestone review {of_phase.review_words(document, name, step.phase or '')}",
        code="phase_open",
    )


def _unproven(document: Document, task: Body, request: CompleteTask, ctx: Context) -> list[Event]:
    """Return the override of what a completion lacks where evidence is required; nothing where all is shown."""
    if not receipts.is_required(document, task, ctx.settings):
        return []
    passed = proof.overridden(document)
    found = [
        item
        for item in receipts.missing(document, task, request.evidence, request.state)
        if item["path"] not in passed
    ]
    name = str(task["id"])
    if not found or request.override is not None:
        return requirements.passed(document, found, ctx, request.override, "done", name)
    raise errors.Refused(
        f"{rules.ref(document, name)} is not proven: {rules.words_of([i['message'] for i in found], 'and')}.",
        why="evidence: required asks for a receipt of what is there now",
        next=list(dict.fromkeys(item["hint"] for item in found))[:3],
        findings=found,
        code="evidence_required",
    )


def _begin_milestone(document: Document, ctx: Context, override: str | None) -> list[Event]:
    state = "archived" if document.archived else str(document.body.get("status") or "planned")
    if state == "planned":
        return of_milestone.start(document, of_milestone.StartMilestone(override=override), ctx)
    if state != "in_progress":
        verb = {"paused": "resume", "blocked": "resume"}.get(state, "reopen")
        hint = f"milestone update {rules.name(document)} --status in_progress" if verb == "resume" else ""
        raise errors.Refused(
            f"{rules.name(document)} is {rules.words(state)}.",
            why="its tasks rest with it",
            hint=hint or f'milestone reopen {rules.name(document)} --reason "..."',
            code="wrong_state",
        )
    return []


def _begun(document: Document, task: Body, request: CompleteTask, ctx: Context) -> list[Event]:
    """Return the start of a task that is finished without one: the whole rule of starting applies."""
    if tasks.status(task) == "pending":
        return start(document, StartTask(task=str(task["id"]), override=request.override), ctx)
    if tasks.status(task) != "completed":
        return _begin_milestone(document, ctx, request.override)
    return []


def _spent(document: Document, name: str, request: CompleteTask, ctx: Context) -> list[Event]:
    if request.hours is None:
        return []
    return time.log(document, time.LogTime(task=name, hours=request.hours, source=request.source), ctx)


def _to_recheck(document: Document, name: str, ctx: Context) -> list[Event]:
    waits = tasks.needs(document.body)
    mark = {"because": rules.ref(document, name), "since": ctx.now}
    return [
        rules.event(document, "task.edited", other, set={"recheck": mark})
        for other in waits
        if name in graph.reachable(waits, other)
        and other not in tasks.parents(document.body)
        and tasks.status(tasks.get(document.body, other) or {}) != "pending"
    ]
