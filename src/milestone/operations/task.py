"""Everything that happens to tasks by hand: add, start, done, block, note, assign, log, retry, cancel, reopen."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from milestone import errors
from milestone.domain import graph, people, phases, proof, tasks
from milestone.domain.context import Context
from milestone.domain.decide import rules, task, task_fields, time
from milestone.domain.decide.following import as_it_will_be
from milestone.domain.document import Body, Document, Event
from milestone.domain.receipts import WorkState
from milestone.operations import PARTS, accepted, claims, proved_first, worked
from milestone.operations.draft import Draft, Effect
from milestone.registry import load
from milestone.storage.base import Txn
from milestone.workspace import finding
from milestone.workspace.base import Workspace, Written

if TYPE_CHECKING:
    from milestone.operations.proving import Proof


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """Tasks that are finished."""

    refs: Sequence[str]
    note: str | None = None
    hours: float | None = None
    proofs: Mapping[int, str] = {}  # number of an acceptance criterion -> what shows it
    override: str | None = None


class Finished(msgspec.Struct, frozen=True, kw_only=True):
    """One finished task, and how well that is known."""

    ref: str
    grade: str | None
    command: str | None = None  # its verify, when that decided
    waits: str | None = None  # the phase that waits for review instead


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a command about tasks did."""

    written: Written
    effect: Effect = Effect()
    finished: tuple[Finished, ...] = ()


Rule = Callable[[Document, str, Context], list[Event]]


def apply(workspace: Workspace, start: Path, refs: Sequence[str], rule: Rule) -> Outcome:
    """Record what one rule says about each task; all of them or none."""
    effects: list[Effect] = []

    def decide(txn: Txn, ctx: Context) -> list[Event]:
        draft = Draft(txn, ctx, workspace.root, start)
        for ref in finding.words(refs):
            document, found = draft.task(ref)
            draft.add(document, rule(document, str(found["id"]), draft.ctx))
        effects[:] = [draft.effect()]
        return draft.events

    written = claims.write(workspace, decide)
    return Outcome(written=written, effect=effects[0] if effects else Effect())


def add(workspace: Workspace, start: Path, milestone: str, request: task_fields.AddTask) -> Outcome:
    """Record a new task of a milestone."""
    effects: list[Effect] = []

    def decide(txn: Txn, ctx: Context) -> list[Event]:
        draft = Draft(txn, ctx, workspace.root, start)
        document = draft.milestone(milestone)
        draft.add(document, task_fields.add(document, request, draft.ctx))
        effects[:] = [draft.effect()]
        return draft.events

    written = workspace.write(decide)
    return Outcome(written=written, effect=effects[0] if effects else Effect())


def begin(workspace: Workspace, start: Path, refs: Sequence[str], override: str | None) -> Outcome:
    """Record that work on tasks begins; the first phase of one that has phases begins with it."""

    def rule(document: Document, name: str, ctx: Context) -> list[Event]:
        events = task.start(document, task.StartTask(task=name, override=override), ctx)
        if not phases.of(document.body, name):
            return events
        first = load(PARTS["phase"]).start(workspace, as_it_will_be(document, events, ctx), name, ctx)
        return [*events, *first]

    outcome = apply(workspace, start, refs, rule)
    _lay_out(workspace, outcome.written)
    return outcome


def done(workspace: Workspace, start: Path, request: Done) -> Outcome:
    """Run what proves each task, then record them all as done, or none.

    A task in a phase hands that phase in; its `verify` decides in the last one.

    Raises:
        Refused: a verify failed, or a rule stops one of them; every task stays as it is.
    """
    if request.hours is not None and len(finding.words(request.refs)) > 1:
        raise errors.InvalidRequest("--spent is the time of one task.", hint="finish them one by one")
    proved: proved_first.Proved | None = None
    effects: list[Effect] = []
    finished: list[Finished] = []

    def decide(txn: Txn, ctx: Context) -> list[Event]:
        draft = Draft(txn, ctx, workspace.root, start)
        finished.clear()
        for ref in _in_order(draft, finding.words(request.refs)):
            document, found = draft.task(ref)
            name = str(found["id"])
            shown = proved.proofs.get(rules.ref(document, name)) if proved else None
            needs = not workspace.options.dry_run and proved_first.is_decided(document, found)
            if proved is None and (needs or proved_first.is_strict(workspace, document, found)):
                raise _Unproven
            if shown.command != str(found.get("verify") or "") if shown else needs:
                raise proved_first.changed_meanwhile(rules.ref(document, name))
            seen = worked.hours(txn, found, draft.ctx) if request.hours is None else None
            state = proved.state if proved else None
            events = _finish(workspace, document, found, request, shown, draft.ctx, seen, state)
            after = draft.add(document, events)
            finished.append(_outcome(after, name, shown))
        effects[:] = [draft.effect()]
        return draft.events

    try:
        written = claims.write(workspace, decide)
    except _Unproven:
        proved = proved_first.prove(workspace, start, request.refs)
        written = claims.write(workspace, decide)
    _lay_out(workspace, written)
    if written.repeated:
        finished = [_outcome(document, name, None) for document, name in _repeated(written)]
    return Outcome(written=written, effect=effects[0] if effects else Effect(), finished=tuple(finished))


def _in_order(draft: Draft, refs: Sequence[str]) -> list[str]:
    """Return refs so that what others wait for comes first, else as they were given."""
    pairs = [(ref, *draft.task(ref)) for ref in refs]
    places = {document.uid: graph.order(tasks.needs(document.body)) for _, document, _ in pairs}
    seen = list(dict.fromkeys(document.uid for _, document, _ in pairs))

    def place(pair: tuple[str, Document, Body]) -> tuple[int, int]:
        order = places[pair[1].uid]
        name = str(pair[2]["id"])
        return seen.index(pair[1].uid), order.index(name) if name in order else len(order)

    return [ref for ref, _, _ in sorted(pairs, key=place)]


def log(workspace: Workspace, start: Path, ref: str, request: time.LogTime) -> Outcome:
    """Record time spent on a task."""
    return apply(
        workspace,
        start,
        [ref],
        lambda document, name, ctx: time.log(document, msgspec.structs.replace(request, task=name), ctx),
    )


def is_known(workspace: Workspace, who: str) -> bool:
    """Tell whether the team file, where there is one, knows a person or role of that name."""
    return not workspace.people or bool(
        people.match(who, workspace.people) or people.holders(who, workspace.people)
    )


def _lay_out(workspace: Workspace, written: Written) -> None:
    """Put questions into the folders of phases that began; most writes begin none."""
    if any(recorded.event.kind == "phase.started" for recorded in written.events):
        load(PARTS["phase"]).lay_out(workspace, written)


class _Unproven(Exception):
    """A verify has to run first, outside the lock; most tasks have none, and are spared a second look."""


def _finish(
    workspace: Workspace,
    document: Document,
    found: Body,
    request: Done,
    shown: "Proof | None",
    ctx: Context,
    seen: float | None,
    state: WorkState | None,
) -> list[Event]:
    name = str(found["id"])
    events, is_over = _hand_in(workspace, document, name, request, ctx)
    if not is_over:
        return events
    document = as_it_will_be(document, events, ctx)
    evidence = [shown.evidence(ctx.actor.name, ctx.now)] if shown else []
    complete = task.CompleteTask(
        task=name,
        note=request.note,
        hours=request.hours if seen is None else seen,
        source="spent" if seen is None else "session",
        evidence=[*evidence, *accepted.proofs(document, found, request.proofs, ctx)],
        override=request.override,
        state=state,
        found=load(PARTS["phase"]).found(workspace, document, name) if phases.of(document.body, name) else {},
    )
    return [*events, *task.complete(document, complete, ctx)]


def _hand_in(
    workspace: Workspace, document: Document, name: str, request: Done, ctx: Context
) -> tuple[list[Event], bool]:
    """Return the hand-in of the phase a task is in (begun first where it was not), and whether all are over."""
    if not phases.of(document.body, name):
        return [], True
    events: list[Event] = []
    if tasks.status(tasks.get(document.body, name) or {}) == "pending":
        events = task.start(document, task.StartTask(task=name, override=request.override), ctx)
    handed, is_over = load(PARTS["phase"]).finish(workspace, as_it_will_be(document, events, ctx), name, ctx)
    return [*events, *handed], is_over


def _outcome(document: Document, name: str, shown: "Proof | None") -> Finished:
    found = tasks.get(document.body, name) or {}
    waiting = next((p.name for p in phases.of(document.body, name) if p.status == "in_review"), None)
    return Finished(
        ref=rules.ref(document, name),
        grade=proof.grade(document, found),
        command=shown.command if shown else None,
        waits=waiting if tasks.status(found) != "completed" else None,
    )


def _repeated(written: Written) -> list[tuple[Document, str]]:
    by_uid = {document.uid: document for document in written.documents}
    return [
        (by_uid[r.event.uid], str(r.event.task))
        for r in written.events
        if r.event.kind == "task.completed" and r.event.uid in by_uid
    ]
