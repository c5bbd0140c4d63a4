"""Show a task, or one of its acceptance items, by a command: the receipt is kept, the task goes on."""

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from milestone import errors
from milestone.clock import format_moment
from milestone.domain import proof, receipts, signing
from milestone.domain.commands import Command
from milestone.domain.decide import rules
from milestone.domain.document import Body, Document, Event
from milestone.operations import accepted, claims, proving, trusting
from milestone.operations.proving import Proof
from milestone.operations.signed import Signer
from milestone.storage.base import Txn
from milestone.workspace import current, finding
from milestone.workspace.base import Workspace, Written


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be shown, and by what."""

    ref: str
    item: int | None = None  # number of an acceptance item
    command: Sequence[str] = ()  # empty: the item's own check, else the task's verify


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One command to run, and what it shows."""

    command: str
    item: int | None = None
    typed: bool = False  # it was typed by who asks, not read from the record


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What the commands showed."""

    ref: str
    written: Written
    shown: tuple[Body, ...]  # the receipts
    criteria: tuple[receipts.Criterion, ...]  # how every acceptance item stands now
    lacks: tuple[rules.Finding, ...]  # what a completion would still be refused for


def check(
    workspace: Workspace, start: Path, request: Check, signer: Callable[[], Signer] | None = None
) -> Checked:
    """Run what shows a task and record the receipts; the task stays as it is.

    Without a command, an item's own check decides, else the task's verify; without an item every check the task
    has. They run in order, up to the first that fails. With a signer every receipt is signed: it counts in every
    clone.

    Raises:
        Refused: a command failed (what it showed is recorded), or there is nothing to run.
    """
    document, found = _task(workspace, start, request.ref)
    ref = rules.ref(document, str(found["id"]))
    shown: list[tuple[Line, Proof]] = []
    every = lines(document, found, request)
    own = [Command(text=line.command, where=f"{ref} check") for line in every if not line.typed]
    trusting.require(workspace, own)
    for line in every:
        limit = proving.limit_of(workspace.settings.values)
        shown.append((line, proving.run(line.command, ref, workspace.root, start, limit)))
        if not shown[-1][1].succeeded:
            break
    items = [_receipt(workspace, found, line, each) for line, each in shown]
    items = _signed(document, found, items, signer()) if signer is not None else items
    written = claims.write(
        workspace, lambda txn, ctx: claims.around(txn, ctx, document, found, _record(txn, document, found, items))
    )
    line, last = shown[-1]
    if not last.succeeded:
        what = "the task's verify" if line.item is None else f"acceptance item {line.item}"
        raise proving.failed(last, ref, what)
    return _checked(workspace, start, document, ref, written, items)


def lines(document: Document, found: Body, request: Check) -> list[Line]:
    """Return the commands that show what is asked for.

    Raises:
        InvalidRequest: the task has no acceptance item of that number.
        Refused: neither item nor task brings a command, and none was given.
    """
    if request.item is not None:
        accepted.check(document, found, request.item)
    if request.command:
        words = list(request.command)
        return [Line(command=words[0] if len(words) == 1 else shlex.join(words), item=request.item, typed=True)]
    own, verify = receipts.checks(found), found.get("verify")
    if request.item is not None:
        command = own.get(request.item) or verify
        every = [Line(command=str(command), item=request.item)] if command else []
    else:
        whole = [Line(command=str(verify))] if verify else []
        every = [*whole, *(Line(command=command, item=number) for number, command in own.items())]
    if every:
        return every
    ref = rules.ref(document, str(found["id"]))
    item = f" --item {request.item}" if request.item is not None else ""
    raise errors.Refused(
        f"{ref} brings no command that could show it.",
        why="neither a verify nor a check of an acceptance item is set",
        next=[f"milestone task check {ref}{item} -- COMMAND"],
        code="nothing_to_check",
    )


def _task(workspace: Workspace, start: Path, ref: str) -> tuple[Document, Body]:
    with workspace.reading() as reading:
        is_asked = finding.task_of_current(ref)
        here = current.find(workspace.root, start, reading.rows()) if is_asked else None
        return finding.task(reading, ref, current=here, writing=True)


def _receipt(workspace: Workspace, found: Body, line: Line, shown: Proof) -> Body:
    item = shown.evidence(workspace.actor.name, format_moment(workspace.clock.now()))
    return {**item, **proof.about(found, line.item)} if line.item is not None else item


def _signed(document: Document, found: Body, items: list[Body], signer: Signer) -> list[Body]:
    messages = [signing.receipt(document, str(found["id"]), item) for item in items]
    made = signer.sign(messages)
    return [{**item, "signature": signature} for item, signature in zip(items, made, strict=True)]


def _record(txn: Txn, document: Document, found: Body, items: Sequence[Body]) -> list[Event]:
    now = txn.load("milestone", document.uid) or document
    return [rules.event(now, "evidence.recorded", str(found["id"]), evidence=item) for item in items]


def _checked(
    workspace: Workspace, start: Path, before: Document, ref: str, written: Written, items: Sequence[Body]
) -> Checked:
    document = next((d for d in written.documents if d.uid == before.uid), before)
    task = next(t for t in document.body["tasks"] if rules.ref(document, str(t.get("id"))) == ref)
    state = proving.state(workspace.root, start)
    return Checked(
        ref=ref,
        written=written,
        shown=tuple(items),
        criteria=tuple(receipts.criteria(document, task, (), state)),
        lacks=tuple(receipts.missing(document, task, (), state))
        if proof.grade(document, task) in (None, "typed", "self-reported")
        else (),
    )
