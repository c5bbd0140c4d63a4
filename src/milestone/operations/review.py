"""Review: what waits for people, what exactly they judge, and their word on it."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import msgspec

from milestone.domain import facts, gates, opinions, phases
from milestone.domain.context import Context
from milestone.domain.decide import approval, delegating, judging
from milestone.domain.decide.judging import Judge
from milestone.domain.deliverables import Found
from milestone.domain.document import Document, Event
from milestone.operations import facts as checking
from milestone.operations import judged_phases
from milestone.operations import phase as laid
from milestone.operations.signed import Collected, Signed, Signer, Wanted
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
    "delegate": delegating.delegate,
}
SIGNED = ("approve", "delegate", "reject")  # what can open a gate


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """A person's word on a phase of a milestone, or of its tasks."""

    word: str
    milestone: str
    task: str | None = None
    phase: str | None = None
    reviewer: str | None = None
    comment: str | None = None
    version: str | None = None
    to: str | None = None  # to delegate: who judges instead
    until: str | None = None  # the last day, YYYY-MM-DD
    sign: bool = False  # also where nothing asks for it


def pending(
    workspace: Workspace, reading: Reading, *, milestone: str | None = None, only_mine: bool = False
) -> list[View]:
    """Return a line for every phase that waits for people, in the order of milestones."""
    ctx = workspace.context(reading)
    lines: list[View] = []
    for document in [finding.milestone(reading, milestone)] if milestone else reading.find("milestone"):
        if not document.archived:
            lines += reviews.waiting(document, judged_phases.survey(workspace, document), ctx)
    return reviews.mine(lines, ctx) if only_mine else lines


def judged(
    workspace: Workspace, reading: Reading, milestone: str, task: str | None, phase: str | None
) -> list[View]:
    """Return what is judged, for each phase the words mean: waiting ones, else the one a subject is in.

    Raises:
        NotFound: there is no such milestone, task or phase.
    """
    document, task_id = judged_phases.find(reading, milestone, task)
    ctx = workspace.context(reading)
    found = judged_phases.survey(workspace, document)
    meant = judged_phases.waiting(document, task_id, phase, found, ctx) or judged_phases.standing(
        document, task_id, phase
    )
    if not meant:
        raise judged_phases.no_phases(document, task_id, phase)
    judged_phases.check_readable(workspace, document, meant, found)
    return [
        reviews.judged(document, each, which, found.get((each, which.name), Found(folder="")), ctx)
        for each, which in meant
    ]


def history(reading: Reading, milestone: str | None, task: str | None) -> list[View]:
    """Return every hand-in and decision about phases, oldest first."""
    if milestone is None:
        return list(reviews.history(reading.events(), None, None))
    document, task_id = judged_phases.find(reading, milestone, task)
    return list(reviews.history(reading.events(), str(document.body["id"]), task_id))


def decide(
    workspace: Workspace, request: Review, signer: Callable[[], Signer] | None = None
) -> tuple[Written, list[View]]:
    """Record a person's word; return what was written, and how each judged phase stands afterwards.

    The milestone's own phase is meant, else every task of it that waits in that phase: all or none. `signer` is
    asked for where the gate wants a signature, or the person; without it nothing is signed.

    Raises:
        NeedsAPerson, NotPermitted, Stale, Refused, InvalidRequest, NotFound: nothing was recorded.
    """
    if request.word == "approve" and not _is_known(workspace):
        _check_criteria(workspace, request)
    signed = None if _is_known(workspace) else _signatures(workspace, request, signer)
    meant: list[tuple[str, str | None, str]] = []

    def events(txn: Txn, ctx: Context) -> list[Event]:
        judging.how_known(ctx, request.reviewer)
        document, task_id = judged_phases.find(txn, request.milestone, request.task)
        found = judged_phases.survey(workspace, document)
        targets = judged_phases.named(document, task_id, request.word, request.phase, found, ctx)
        judged_phases.check_readable(workspace, document, targets, found)
        meant[:] = [(document.uid, each, phase.name) for each, phase in targets]
        return _without_repeats(
            event
            for each, phase in targets
            for event in WORDS[request.word](document, _judge(request, each, phase.name, found, signed), ctx)
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
    events = [recorded.event for recorded in written.events if recorded.event.kind in reviews.DECISIONS]
    return list(dict.fromkeys((event.uid, event.task, str(event.data["phase"])) for event in events))


def _check_criteria(workspace: Workspace, request: Review) -> None:
    """Let the checks of the gates' criteria decide before a person's word is recorded."""
    with workspace.reading() as reading:
        ctx = workspace.context(reading)
        judging.how_known(ctx, request.reviewer)
        document, task_id = judged_phases.find(reading, request.milestone, request.task)
        found = judged_phases.survey(workspace, document)
        targets = judged_phases.named(document, task_id, request.word, request.phase, found, ctx)
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


def _signatures(workspace: Workspace, request: Review, signer: Callable[[], Signer] | None) -> Signed | None:
    """Return the person's signatures of what the request says, asked for before anything is locked."""
    if signer is None or request.word not in SIGNED:
        return None
    with workspace.reading() as reading:
        ctx = workspace.context(reading)
        judging.how_known(ctx, request.reviewer)
        document, task_id = judged_phases.find(reading, request.milestone, request.task)
        found = judged_phases.survey(workspace, document)
        targets = judged_phases.named(document, task_id, request.word, request.phase, found, ctx)
        if not request.sign and all(opinions.least_proof(ctx.settings, phase) != "signed" for _, phase in targets):
            return None
        wanted = Wanted(at=ctx.now)
        for each, phase in targets:
            with suppress(Collected):
                WORDS[request.word](document, _judge(request, each, phase.name, found, wanted), ctx)
    return Signed.of(wanted, signer()) if wanted.messages else None


def _judge(
    request: Review,
    task_id: str | None,
    phase: str,
    found: dict[tuple[str | None, str], Found],
    signed: Signed | Wanted | None = None,
) -> Judge:
    return Judge(
        task=task_id,
        phase=phase,
        found={name: each for (task, name), each in found.items() if task == task_id},
        reviewer=request.reviewer,
        comment=request.comment,
        version=request.version,
        sign=signed.sign if signed else None,
        at=signed.at if signed else None,
        to=request.to,
        until=request.until,
    )


def _without_repeats(events: Iterable[Event]) -> list[Event]:
    """Return events with each fact met once: two tasks may name the same."""
    found: dict[object, Event] = {}
    for number, event in enumerate(events):
        fact = (event.data.get("where"), event.data.get("fact"))
        found.setdefault(fact if event.kind == "fact.met" else number, event)
    return list(found.values())
