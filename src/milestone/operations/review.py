"""Review: what waits for people, what exactly they judge, and their word on it."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from milestone import errors
from milestone.domain import facts, gates, phases
from milestone.domain.context import Context
from milestone.domain.decide import approval
from milestone.domain.decide.approval import Judge
from milestone.domain.deliverables import Found, plain
from milestone.domain.document import Document, Event
from milestone.domain.phase import Phase
from milestone.operations import facts as checking
from milestone.operations import phase as laid
from milestone.reports import reviews
from milestone.storage.base import Reading, Txn
from milestone.storage.deliverables import Deliverables
from milestone.workspace import finding
from milestone.workspace.base import Workspace, Written

View = dict[str, Any]
Word = Callable[[Document, Judge, Context], list[Event]]
WORDS: dict[str, Word] = {
    "approve": approval.approve,
    "reject": approval.reject,
    "request-changes": approval.request_changes,
    "withdraw": approval.withdraw,
}


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """A person's word on a phase of a milestone, or of its tasks."""

    word: str
    milestone: str
    task: str | None = None
    phase: str | None = None
    reviewer: str | None = None
    comment: str | None = None
    version: str | None = None


def pending(
    workspace: Workspace, reading: Reading, *, milestone: str | None = None, only_mine: bool = False
) -> list[View]:
    """Return a line for every phase that waits for people, in the order of milestones."""
    ctx = workspace.context(reading)
    lines: list[View] = []
    for document in [finding.milestone(reading, milestone)] if milestone else reading.find("milestone"):
        if not document.archived:
            lines += reviews.waiting(document, _survey(workspace, document), ctx)
    return reviews.mine(lines, ctx) if only_mine else lines


def judged(
    workspace: Workspace, reading: Reading, milestone: str, task: str | None, phase: str | None
) -> list[View]:
    """Return what is judged, for each phase the words mean: waiting ones, else the one a subject is in.

    Raises:
        NotFound: there is no such milestone, task or phase.
    """
    document, task_id = _find(reading, milestone, task)
    ctx = workspace.context(reading)
    found = _survey(workspace, document)
    meant = _meant(document, task_id, phase, found, ctx) or _standing(document, task_id, phase)
    if not meant:
        raise _no_phases(document, task_id, phase)
    _check_readable(workspace, document, meant, found)
    return [
        reviews.judged(document, each, which, found.get((each, which.name), Found(folder="")), ctx)
        for each, which in meant
    ]


def history(reading: Reading, milestone: str | None, task: str | None) -> list[View]:
    """Return every hand-in and decision about phases, oldest first."""
    if milestone is None:
        return list(reviews.history(reading.events(), None, None))
    document, task_id = _find(reading, milestone, task)
    return list(reviews.history(reading.events(), str(document.body["id"]), task_id))


def decide(workspace: Workspace, request: Review) -> tuple[Written, list[View]]:
    """Record a person's word; return what was written, and how each judged phase stands afterwards.

    The milestone's own phase is meant, else every task of it that waits in that phase: all or none.

    Raises:
        NeedsAPerson, NotPermitted, Stale, Refused, InvalidRequest, NotFound: nothing was recorded.
    """
    if request.word == "approve" and not _is_known(workspace):
        _check_criteria(workspace, request)
    meant: list[tuple[str, str | None, str]] = []

    def events(txn: Txn, ctx: Context) -> list[Event]:
        approval.how_known(ctx, request.reviewer)
        document, task_id = _find(txn, request.milestone, request.task)
        found = _survey(workspace, document)
        targets = _targets(document, task_id, request, found, ctx)
        _check_readable(workspace, document, targets, found)
        meant[:] = [(document.uid, each, phase.name) for each, phase in targets]
        return _without_repeats(
            event
            for each, phase in targets
            for event in WORDS[request.word](document, _judge(request, each, phase.name, found), ctx)
        )

    written = workspace.write(events)
    if written.repeated:
        meant[:] = _decided(written)
    laid.lay_out(workspace, written)
    with workspace.reading() as reading:
        after = {document.uid: document for document in written.documents}
        ctx = workspace.context(reading)
        return written, [_afterwards(workspace, reading, after, ctx, *each) for each in meant]


def _is_known(workspace: Workspace) -> bool:
    """Return whether the caller's key was used before."""
    with workspace.reading() as reading:
        return bool(workspace.options.key and reading.operation(workspace.options.key))


def _decided(written: Written) -> list[tuple[str, str | None, str]]:
    """Return what was decided when the key was used first: milestone, task and phase of each decision."""
    kinds = ("phase.approved", "phase.rejected", "phase.changes_requested", "approval.withdrawn")
    events = [recorded.event for recorded in written.events if recorded.event.kind in kinds]
    return [(event.uid, event.task, str(event.data["phase"])) for event in events]


def _check_criteria(workspace: Workspace, request: Review) -> None:
    """Let the checks of the gates' criteria decide before a person's word is recorded."""
    with workspace.reading() as reading:
        ctx = workspace.context(reading)
        approval.how_known(ctx, request.reviewer)
        document, task_id = _find(reading, request.milestone, request.task)
        targets = _targets(document, task_id, request, _survey(workspace, document), ctx)
    places = {gates.criteria_place(document.body, each, phase) for each, phase in targets}
    wanted = [fact for fact in facts.of(document) if fact.where in places]
    checking.check(workspace, workspace.root.parent, document, wanted)


def _afterwards(
    workspace: Workspace,
    reading: Reading,
    after: dict[str, Document],
    ctx: Context,
    uid: str,
    task_id: str | None,
    name: str,
) -> View:
    document = after.get(uid) or reading.load("milestone", uid)
    assert document is not None
    phase = phases.named(phases.of(document.body, task_id), name)
    assert phase is not None
    found = Deliverables(workspace.root).found(document.body, task_id, name)
    following = phases.after(phases.of(document.body, task_id), name)
    line = reviews.item(document, task_id, phase, found, ctx)
    started = following is not None and following.status == "in_progress"
    return {**line, "next_phase": following.name if following and started else None}


def _judge(request: Review, task_id: str | None, phase: str, found: dict[tuple[str | None, str], Found]) -> Judge:
    return Judge(
        task=task_id,
        phase=phase,
        found={name: each for (task, name), each in found.items() if task == task_id},
        reviewer=request.reviewer,
        comment=request.comment,
        version=request.version,
    )


def _targets(
    document: Document,
    task_id: str | None,
    request: Review,
    found: dict[tuple[str | None, str], Found],
    ctx: Context,
) -> list[tuple[str | None, Phase]]:
    """Return whose phase is meant: what waits, else what a subject is in (rules say why that cannot be judged)."""
    if request.word == "withdraw":
        meant = _given(document, task_id, request.phase)
    else:
        meant = _meant(document, task_id, request.phase, found, ctx)
    meant = meant or _standing(document, task_id, request.phase)
    if not meant:
        raise _no_phases(document, task_id, request.phase)
    names = list(dict.fromkeys(phase.name for _, phase in meant))
    if len(names) > 1:
        raise errors.InvalidRequest(
            f"{document.body['id']} waits in {len(names)} phases: {', '.join(names)}.",
            why="one call decides about one phase",
            next=[f"milestone review {document.body['id']} --phase {name} --{request.word}" for name in names],
            candidates=names,
        )
    return meant


def _meant(
    document: Document,
    task_id: str | None,
    name: str | None,
    found: dict[tuple[str | None, str], Found],
    ctx: Context,
) -> list[tuple[str | None, Phase]]:
    """Return the waiting phases that words mean: the task's, the milestone's own, else all its tasks'."""
    lines = reviews.waiting(document, found, ctx)
    lines = [line for line in lines if name is None or plain(name) == line["phase"]]
    lines = [line for line in lines if task_id in (None, line["task"])]
    own = [line for line in lines if line["task"] is None]
    return [
        (line["task"], phase)
        for line in own or lines
        if (phase := phases.named(phases.of(document.body, line["task"]), line["phase"]))
    ]


def _standing(document: Document, task_id: str | None, name: str | None) -> list[tuple[str | None, Phase]]:
    """Return the phase a subject is in, or the named one, when nothing waits."""
    for each in [task_id] if task_id else list(reviews.subjects(document)):
        course = phases.of(document.body, each)
        phase = phases.named(course, name) if name else phases.current(course) or (course[-1] if course else None)
        if phase is not None:
            return [(each, phase)]
    return []


def _given(document: Document, task_id: str | None, name: str | None) -> list[tuple[str | None, Phase]]:
    """Return the latest phase of each subject that somebody approved."""
    meant = []
    for each in [task_id] if task_id else reviews.subjects(document):
        course = phases.of(document.body, each)
        approved = [p for p in course if p.given and (name is None or plain(name) == p.name)]
        meant += [(each, approved[-1])] if approved else []
    own = [pair for pair in meant if pair[0] is None]
    return own if own and task_id is None else meant


def _find(reading: Reading, milestone: str, task: str | None) -> tuple[Document, str | None]:
    if task is None and "/" not in milestone:
        return finding.milestone(reading, milestone), None
    document, found = finding.task(reading, f"{milestone}/{task}" if task else milestone)
    return document, str(found["id"])


def _survey(workspace: Workspace, document: Document) -> dict[tuple[str | None, str], Found]:
    """Return what lies there for every phase; of one with a link or an odd path nothing, so that no gate opens."""
    store = Deliverables(workspace.root)
    found: dict[tuple[str | None, str], Found] = {}
    for task_id in reviews.subjects(document):
        for phase in phases.of(document.body, task_id):
            with suppress(errors.Refused):
                found[(task_id, phase.name)] = store.found(document.body, task_id, phase.name)
    return found


def _check_readable(
    workspace: Workspace,
    document: Document,
    meant: Sequence[tuple[str | None, Phase]],
    found: dict[tuple[str | None, str], Found],
) -> None:
    """Let deliverables pass that can be judged. Raises Refused, saying what is wrong with the others."""
    for task_id, phase in meant:
        if (task_id, phase.name) not in found:
            Deliverables(workspace.root).found(document.body, task_id, phase.name)


def _without_repeats(events: Iterable[Event]) -> list[Event]:
    """Return events with each fact met once: two tasks may name the same."""
    found: dict[object, Event] = {}
    for number, event in enumerate(events):
        fact = (event.data.get("where"), event.data.get("fact"))
        found.setdefault(fact if event.kind == "fact.met" else number, event)
    return list(found.values())


def _no_phases(document: Document, task_id: str | None, name: str | None) -> errors.NotFound:
    ref = f"{document.body['id']}/{task_id}" if task_id else str(document.body["id"])
    return errors.NotFound(
        f"{ref} has no phase {name}." if name else f"{ref} has no phases.",
        why="its tasks are done in one go" if not task_id else "the task is done in one go",
        next=[f"milestone show {document.body['id']}", "milestone review"],
        code="phase_not_found",
    )
