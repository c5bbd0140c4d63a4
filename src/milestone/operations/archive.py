"""Archive: check what was promised, compare estimate and actual, move the record, keep what was learned."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from milestone import errors
from milestone.domain import facts, retrospect
from milestone.domain.context import Context
from milestone.domain.decide import archive as rules
from milestone.domain.deliverables import Found
from milestone.domain.document import Body, Document, Event
from milestone.operations import facts as checking
from milestone.operations import lessons
from milestone.reports import reviews
from milestone.storage.base import Reading, Txn, Warning
from milestone.storage.deliverables import Deliverables
from milestone.workspace import finding
from milestone.workspace.base import Workspace, Written

Shown = Mapping[str, Mapping[str, str]]  # milestone id -> criterion -> why its check did not meet it


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """How to put milestones away."""

    insights: bool = False  # keep what the figures say by themselves, and what agents noted
    learned: Mapping[str, Sequence[Body]] = {}  # milestone id -> what people say they learned: `{text by}`
    met: Mapping[str, Mapping[str, str]] = {}  # milestone id -> criterion -> what shows it
    release: str | None = None
    override: str | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one milestone."""

    id: str
    title: str
    written: Written | None = None  # None: refused
    refusal: errors.MilestoneError | None = None
    lesson: Body = {}
    criteria: int = 0

    @property
    def was_archived(self) -> bool:
        """Whether it was in the archive before."""
        return self.written is not None and not self.written.events and not self.written.repeated


def candidates(reading: Reading, words: Sequence[str], *, batch: bool) -> list[Document]:
    """Return what is to be archived: the named milestones, or in a batch every one whose work is done.

    Raises:
        MilestoneNotFound: a word names none.
    """
    if batch and not words:
        return [document for document in reading.find("milestone") if rules.is_finished(document)]
    return finding.milestones(reading, words, writing=True)


def open_criteria(document: Document) -> list[facts.Fact]:
    """Return the success criteria a person could say are met."""
    return [] if document.archived else rules.open_criteria(document)


def check(workspace: Workspace, start: Path, documents: Sequence[Document]) -> Shown:
    """Run the checks of open criteria, record those that succeed, and return what the others showed."""
    return {
        str(document.body.get("id")): {
            each.fact.name: each.why
            for each in checking.check(workspace, start, document, open_criteria(document))
            if not each.proof.succeeded
        }
        for document in documents
    }


def figures(reading: Reading, document: Document) -> dict[str, Any]:
    """Return what the milestone took, before anything is asked or moved."""
    return retrospect.figures(document, reading.events(), _interruptions(reading, document))


def archive(
    workspace: Workspace, documents: Sequence[Document], request: Request, shown: Shown | None = None
) -> list[Outcome]:
    """Archive each milestone that passes, one transaction each; say of the others what is missing.

    `shown` says of criteria that stayed unmet what their checks showed (`check`).

    Raises:
        NeedsAPerson: a program overrides or says that criteria are met; nothing was archived.
    """
    outcomes = [_archive(workspace, document, request, shown or {}) for document in documents]
    return outcomes


def write_lessons(workspace: Workspace) -> Warning | None:
    """Add the blocks that `lessons-learned.md` lacks; return a warning where it cannot be written."""
    if workspace.options.dry_run or workspace.keeps_all_sealed:
        return None
    try:
        with workspace.reading() as reading:
            lessons.write(workspace.root, reading)
    except (OSError, UnicodeDecodeError) as error:
        told = f"The lessons are in the records, but {lessons.NAME} could not be written: {error}."
        return Warning(code="lessons_not_written", message=told, hint="milestone archive --batch")
    return None


def _archive(workspace: Workspace, document: Document, request: Request, shown: Shown) -> Outcome:
    name = str(document.body.get("id"))
    outcome = Outcome(
        id=name, title=str(document.body.get("title") or name), criteria=len(facts.criteria(document))
    )
    kept: list[Body] = []

    def decide(txn: Txn, ctx: Context) -> list[Event]:
        present = txn.load("milestone", document.uid) or document
        kept[:] = [_lesson(txn, present, request, ctx)]
        wanted = rules.Archive(
            found=_deliverables(workspace, present),
            met=request.met.get(name, {}),
            shown=shown.get(name, {}),
            override=request.override,
            release=request.release,
            lesson=kept[0],
        )
        return rules.archive(present, wanted, ctx)

    key = workspace.options.key
    try:
        written = workspace.write(decide, operation=f"{key}/{document.uid}" if key else None)
    except errors.Refused as refusal:
        return msgspec.structs.replace(outcome, refusal=refusal)
    return msgspec.structs.replace(outcome, written=written, lesson=kept[0] if kept else _last_lesson(written))


def _last_lesson(written: Written) -> Body:
    """Return what was kept when the key was used first."""
    found = [document.body.get("lessons") for document in written.documents]
    last = found[0][-1] if found and isinstance(found[0], list) and found[0] else {}
    return last if isinstance(last, dict) else {}


def _lesson(txn: Txn, document: Document, request: Request, ctx: Context) -> Body:
    """Return what the record keeps: the figures always, what was learned where somebody said or saw something."""
    found = retrospect.figures(document, txn.events(), _interruptions(txn, document))
    found["ended"] = found["ended"] or ctx.today.isoformat()
    learned = [*request.learned.get(str(document.body.get("id")), ())]
    if request.insights:
        learned += [{"text": text, "by": "figures"} for text in retrospect.insights(found)]
        learned += _agents_notes(txn, document)
    return {"archived": ctx.today.isoformat(), **_compact(found), **({"learned": learned} if learned else {})}


def _agents_notes(txn: Txn, document: Document) -> list[Body]:
    """Return what agents noted on the way, marked as theirs."""
    return [
        {"text": str(r.event.data["note"]), "by": r.actor.name, "task": r.event.task, "agent": True}
        for r in txn.events()
        if r.event.kind == "task.noted"
        and r.event.uid == document.uid
        and r.actor.kind == "agent"
        and r.event.data.get("note")
    ]


def _compact(found: Mapping[str, Any]) -> Body:
    """Return the figures without empty lists and nulls: a record is read by people."""
    return {
        key: [_compact(item) if isinstance(item, dict) else item for item in value]
        if isinstance(value, list)
        else value
        for key, value in found.items()
        if value not in (None, [], {})
    }


def _interruptions(reading: Reading, document: Document) -> int:
    """Return how often a run of this milestone was stopped, or died without a word before it went on."""
    name = document.body.get("id")
    own = {s.uid for s in reading.find("session") if name in (s.body.get("milestones") or [])}
    count, at_work = 0, set()
    for recorded in reading.events():
        kind, uid = recorded.event.kind, recorded.event.uid
        if uid not in own or not kind.startswith("session."):
            continue
        count += kind == "session.interrupted" or (kind == "session.resumed" and uid in at_work)
        if kind in ("session.started", "session.resumed"):
            at_work.add(uid)
        elif kind in ("session.interrupted", "session.ended"):
            at_work.discard(uid)
    return count


def _deliverables(workspace: Workspace, document: Document) -> dict[str | None, Mapping[str, Found]]:
    store = Deliverables(workspace.root)
    return {task_id: store.survey(document.body, task_id) for task_id in reviews.subjects(document)}
