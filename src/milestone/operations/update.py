"""Change milestones and tasks field by field: one transaction for all, or one by one."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from milestone import digests, errors
from milestone.domain import facts, needs
from milestone.domain.commands import of_facts
from milestone.domain.context import Context
from milestone.domain.decide import dependency, fact, milestone, rules, task_fields
from milestone.domain.decide.finding import find
from milestone.domain.decide.milestone import EditMilestone, SetStatus
from milestone.domain.document import Body, Document, Event
from milestone.operations import PARTS, claims
from milestone.operations.draft import Draft, Effect
from milestone.registry import load
from milestone.storage.base import Txn
from milestone.workspace import current, finding
from milestone.workspace.base import Workspace, Written

STATUS_OF_TASKS = {
    "in_progress": "milestone task start",
    "completed": "milestone task done",
    "blocked": "milestone task block",
    "cancelled": "milestone task cancel",
    "pending": "milestone task retry",
}


class Update(msgspec.Struct, frozen=True, kw_only=True):
    """What is to change; absent is unchanged, an empty text takes a field away."""

    status: str | None = None
    fields: Mapping[str, Any] = {}  # title, description, priority, category: of milestones and tasks alike
    start: str | None = None  # days, ISO
    due: str | None = None
    assign: str | None = None  # a task's worker, a milestone's owner
    labels: Sequence[str] = ()
    depends_on: Sequence[str] = ()
    no_depends_on: Sequence[str] = ()
    note: str | None = None
    met: Sequence[str] = ()
    unmet: Sequence[str] = ()
    evidence: str | None = None
    override: str | None = None


class Updated(msgspec.Struct, frozen=True, kw_only=True):
    """What one transaction changed."""

    refs: tuple[str, ...]
    written: Written
    effect: Effect = Effect()


def apply(workspace: Workspace, start: Path, refs: Sequence[str], request: Update) -> Updated:
    """Record the same changes on every record; all of them or none.

    Raises:
        InvalidRequest, NotFound, Refused, NeedsAPerson: nothing was changed.
    """
    receipts = {} if workspace.options.dry_run else _checked(workspace, start, refs, request)
    evidence = evidence_of(request.evidence, start, workspace.root.parent)
    effects: list[Effect] = []
    changed: list[str] = []

    def decide(txn: Txn, ctx: Context) -> list[Event]:
        draft = Draft(txn, ctx, workspace.root, start)
        changed.clear()
        for ref in finding.words(refs):
            if is_task(ref):
                document, found = draft.task(ref)
                changed.append(rules.ref(document, str(found["id"])))
                _change_task(draft, document, str(found["id"]), request)
            else:
                document = draft.milestone(ref)
                changed.append(rules.name(document))
                _change(draft, document, request, evidence, receipts)
        effects[:] = [draft.effect()]
        return draft.events

    written = claims.write(workspace, decide)
    return Updated(refs=tuple(changed), written=written, effect=effects[0] if effects else Effect())


def is_task(ref: str) -> bool:
    """Tell whether a word names a task: `m1/t2`, `t2`, `task-002`."""
    return "/" in ref or ref.lower().startswith(("task-", "t-")) or (ref[:1] in "tT" and ref[1:].isdigit())


def evidence_of(text: str | None, start: Path, project: Path) -> Any:
    """Return evidence as the record keeps it: a file of the project by path and digest, else the words or URL."""
    if not text or "\n" in text or len(text) > 1000 or "://" in text:
        return text
    path = (start / text).resolve()
    if not path.is_file() or not path.is_relative_to(project.resolve()):
        return text
    digest = digests.sha256(path.read_bytes())
    return {"path": path.relative_to(project.resolve()).as_posix(), "digest": f"sha256:{digest}"}


def _change(
    draft: Draft, document: Document, request: Update, evidence: Any, receipts: Mapping[tuple[str, str], Body]
) -> None:
    """Take every change of a milestone: facts and dependencies first, so that a status sees them."""
    for words in request.met:
        name = fact.one(document, words).name
        meet = fact.MeetFact(fact=name, evidence=evidence, receipt=receipts.get((document.uid, name)))
        document = draft.add(document, fact.meet(document, meet, draft.ctx))
    for words in request.unmet:
        unmeet = fact.MeetFact(fact=words, met=False, reason=request.note)
        document = draft.add(document, fact.meet(document, unmeet, draft.ctx))
    for name in request.no_depends_on:
        document = _without_dependency(draft, document, name)
    for name in request.depends_on:
        other = draft.milestone(name)
        on = {"id": rules.name(other), "uid": other.uid}
        document = draft.add(document, dependency.add(document, on, draft.ctx))
    document = draft.add(document, milestone.edit(document, _edit(document, request), draft.ctx))
    if request.status:
        wanted = SetStatus(status=request.status, reason=request.note, override=request.override)
        draft.add(document, milestone.set_status(document, wanted, draft.ctx))


def _edit(document: Document, request: Update) -> EditMilestone:
    to_set = {key: value for key, value in request.fields.items() if value != ""}
    gone = [key for key, value in request.fields.items() if value == ""]
    for path, day in (("timeline/estimated_start", request.start), ("timeline/estimated_end", request.due)):
        if day == "":
            gone.append(path)
        elif day:
            to_set[path] = day
    if request.assign is not None:
        who = request.assign.removeprefix("@")
        to_set |= {"owner": who} if who else {}
        gone += [] if who else ["owner"]
    if request.labels:
        to_set["labels"] = _with(document.body.get("labels"), request.labels)
    if request.note and not request.status:
        to_set["next_note"] = request.note
    return EditMilestone(set=to_set, unset=gone, reason=request.note)


def _change_task(draft: Draft, document: Document, name: str, request: Update) -> None:
    _refuse_for_tasks(rules.ref(document, name), request)
    found = find(document, name)
    to_set = {key: value for key, value in request.fields.items() if value != ""}
    gone = [key for key, value in request.fields.items() if value == ""]
    if request.labels:
        to_set["labels"] = _with(found.get("labels"), request.labels)
    document = draft.add(document, task_fields.edit(document, name, to_set, gone, draft.ctx))
    if request.assign is not None:
        document = draft.add(document, task_fields.assign(document, name, request.assign, draft.ctx))
    for other in request.no_depends_on:
        document = draft.add(document, dependency.remove_from_task(document, name, other, draft.ctx))
    for other in request.depends_on:
        document = draft.add(document, dependency.add_to_task(document, name, other, draft.ctx))
    if request.note:
        noted = task_fields.NoteTask(task=name, note=request.note)
        draft.add(document, task_fields.note(document, noted, draft.ctx))


def _refuse_for_tasks(ref: str, request: Update) -> None:
    if request.status:
        verb = STATUS_OF_TASKS.get(request.status, "milestone task start")
        raise errors.InvalidRequest(
            "--status is for milestones.", why="a task's state is changed by its verb", next=[f"{verb} {ref}"]
        )
    for flag, given in (("--met", request.met), ("--unmet", request.unmet), ("--override", request.override)):
        if given:
            raise errors.InvalidRequest(f"{flag} is for milestones.", why=f"{ref} is a task")
    if request.start or request.due:
        raise errors.InvalidRequest(
            "--start and --due are for milestones.", why="a task's dates follow from its hours and order"
        )


def _without_dependency(draft: Draft, document: Document, text: str) -> Document:
    """Return the milestone when it waits for another no more, whichever of the two said so.

    What no longer exists can be dropped too.
    """
    try:
        other = draft.milestone(text)
    except errors.NotFound:
        return draft.add(document, dependency.remove(document, text, draft.ctx))
    name = rules.name(document)
    enabled = dependency.remove_enables(other, name, draft.ctx)
    if enabled:
        draft.add(other, enabled)
    if enabled and rules.name(other) not in needs.requires(document.body):
        return document
    return draft.add(document, dependency.remove(document, rules.name(other), draft.ctx))


def _with(known: Any, more: Sequence[str]) -> list[str]:
    listed = [str(item) for item in known] if isinstance(known, list) else [str(known)] if known else []
    return list(dict.fromkeys([*listed, *more]))


def _checked(
    workspace: Workspace, start: Path, refs: Sequence[str], request: Update
) -> dict[tuple[str, str], Body]:
    """Return what the checks of the facts to be met showed, where a fact has one and no other evidence is given.

    Raises:
        Refused: a check failed; nothing was changed.
    """
    if not request.met or request.evidence:
        return {}
    found: dict[tuple[str, str], Body] = {}
    proving = load(PARTS["proving"])
    every = _facts(workspace, start, refs, request.met)
    wanted = [each for document, meant in every for each in of_facts(document, [meant])]
    if wanted:
        load(PARTS["trusting"]).require(workspace, wanted)
    for document, meant in every:
        if meant.check:
            with load(PARTS["facts"]).place(workspace, start, document) as (folder, _):
                shown = proving.run(
                    meant.check, rules.name(document), workspace.root, folder, exactly=folder != start
                )
            if not shown.succeeded:
                raise proving.failed(shown, f'"{meant.name}" of {rules.name(document)}', "the fact's check")
            now = workspace.clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
            found[document.uid, meant.name] = shown.evidence(workspace.actor.name, now)
    return found


def _facts(
    workspace: Workspace, start: Path, refs: Sequence[str], words: Sequence[str]
) -> list[tuple[Document, facts.Fact]]:
    with workspace.reading() as reading:
        here = current.find(workspace.root, start, reading.rows())
        names = [ref for ref in finding.words(refs) if not is_task(ref)]
        documents = [finding.milestone(reading, ref, current=here, writing=True) for ref in names]
    return [(document, fact.one(document, each)) for document in documents for each in words]
