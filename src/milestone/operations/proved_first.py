"""What is shown before tasks are done, outside the lock: their verify runs, and the files are looked at."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from milestone import errors
from milestone.domain import phases, proof, receipts, tasks
from milestone.domain.commands import Command
from milestone.domain.decide import rules
from milestone.domain.document import Body, Document
from milestone.domain.receipts import WorkState
from milestone.operations import PARTS
from milestone.registry import load
from milestone.workspace import current, finding
from milestone.workspace.base import Workspace

if TYPE_CHECKING:  # starting a program is a part that most changes do not need
    from milestone.operations.proving import Proof


class Proved(msgspec.Struct, frozen=True, kw_only=True):
    """What was shown before the lock was taken."""

    proofs: Mapping[str, "Proof"]  # by ref
    state: WorkState | None  # the files afterwards; None without git


def prove(workspace: Workspace, start: Path, refs: Sequence[str]) -> Proved:
    """Return what the verify of each task showed, and the files now; before the last phase none is needed."""
    proving = load(PARTS["proving"])
    found: dict[str, Proof] = {}
    every = _verifies(workspace, start, refs)
    if every:
        load(PARTS["trusting"]).require(
            workspace, [Command(text=line, where=f"{ref} verify") for ref, line in every]
        )
    for ref, command in every:
        shown = proving.run(command, ref, workspace.root, start, proving.limit_of(workspace.settings.values))
        if not shown.succeeded:
            raise proving.failed(shown, ref, "the task's verify")
        found[ref] = shown
    return Proved(proofs=found, state=proving.state(workspace.root, start))


def is_strict(workspace: Workspace, document: Document, found: Body) -> bool:
    """Tell whether the files have to be looked at: what shows the task must show it as it is now."""
    return not workspace.options.dry_run and receipts.is_required(document, found, workspace.settings.values)


def _verifies(workspace: Workspace, start: Path, refs: Sequence[str]) -> list[tuple[str, str]]:
    with workspace.reading() as reading:
        key = workspace.options.key
        if key and reading.operation(key):
            return []
        words = finding.words(refs)
        is_asked = any(map(finding.task_of_current, words))
        here = current.find(workspace.root, start, reading.rows()) if is_asked else None
        pairs = [finding.task(reading, ref, current=here, writing=True) for ref in words]
    return [
        (rules.ref(document, str(each["id"])), str(each["verify"]))
        for document, each in pairs
        if is_decided(document, each)
    ]


def changed_meanwhile(ref: str) -> errors.Stale:
    return errors.Stale(
        f"The verify of {ref} was changed meanwhile.",
        why="what was run is not what decides now",
        next=[f"milestone task done {ref}"],
    )


def is_decided(document: Document, found: Body) -> bool:
    """Tell whether a verify decides now: the task is open, and in its last phase where it has phases."""
    if not found.get("verify"):
        return False
    if tasks.status(found) not in ("pending", "in_progress", "in_review"):
        return tasks.status(found) == "completed" and proof.grade(document, found) == "typed"
    course = phases.of(document.body, str(found["id"]))
    open_ones = [each for each in course if each.status not in phases.DONE]
    return not course or (len(open_ones) <= 1 and (not open_ones or open_ones[0] is course[-1]))
