"""Which phases the words of a review mean: what waits, else what a subject is in."""

from collections.abc import Sequence
from contextlib import suppress

from milestone import errors
from milestone.domain import phases
from milestone.domain.context import Context
from milestone.domain.deliverables import Found, plain
from milestone.domain.document import Document
from milestone.domain.phase import Phase
from milestone.reports import reviews
from milestone.storage.base import Reading
from milestone.storage.deliverables import Deliverables
from milestone.workspace import finding
from milestone.workspace.base import Workspace


def named(
    document: Document,
    task_id: str | None,
    word: str,
    name: str | None,
    found: dict[tuple[str | None, str], Found],
    ctx: Context,
) -> list[tuple[str | None, Phase]]:
    """Return whose phase is meant: what waits, else what a subject is in (rules say why that cannot be judged)."""
    meant = given(document, task_id, name) if word == "withdraw" else waiting(document, task_id, name, found, ctx)
    meant = meant or standing(document, task_id, name)
    if not meant:
        raise no_phases(document, task_id, name)
    names = list(dict.fromkeys(phase.name for _, phase in meant))
    if len(names) > 1:
        raise errors.InvalidRequest(
            f"{document.body['id']} waits in {len(names)} phases: {', '.join(names)}.",
            why="one call decides about one phase",
            next=[f"milestone review {document.body['id']} --phase {name} --{word}" for name in names],
            candidates=names,
        )
    return meant


def waiting(
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


def standing(document: Document, task_id: str | None, name: str | None) -> list[tuple[str | None, Phase]]:
    """Return the phase a subject is in, or the named one, when nothing waits."""
    for each in [task_id] if task_id else list(reviews.subjects(document)):
        course = phases.of(document.body, each)
        phase = phases.named(course, name) if name else phases.current(course) or (course[-1] if course else None)
        if phase is not None:
            return [(each, phase)]
    return []


def given(document: Document, task_id: str | None, name: str | None) -> list[tuple[str | None, Phase]]:
    """Return the latest phase of each subject that somebody approved."""
    meant = []
    for each in [task_id] if task_id else reviews.subjects(document):
        course = phases.of(document.body, each)
        approved = [p for p in course if p.given and (name is None or plain(name) == p.name)]
        meant += [(each, approved[-1])] if approved else []
    own = [pair for pair in meant if pair[0] is None]
    return own if own and task_id is None else meant


def find(reading: Reading, milestone: str, task: str | None) -> tuple[Document, str | None]:
    if task is None and "/" not in milestone:
        return finding.milestone(reading, milestone), None
    document, found = finding.task(reading, f"{milestone}/{task}" if task else milestone)
    return document, str(found["id"])


def survey(workspace: Workspace, document: Document) -> dict[tuple[str | None, str], Found]:
    """Return what lies there for every phase; of one with a link or an odd path nothing, so that no gate opens."""
    store = Deliverables(workspace.root)
    found: dict[tuple[str | None, str], Found] = {}
    for task_id in reviews.subjects(document):
        for phase in phases.of(document.body, task_id):
            with suppress(errors.Refused):
                found[(task_id, phase.name)] = store.found(document.body, task_id, phase.name)
    return found


def check_readable(
    workspace: Workspace,
    document: Document,
    meant: Sequence[tuple[str | None, Phase]],
    found: dict[tuple[str | None, str], Found],
) -> None:
    """Let deliverables pass that can be judged. Raises Refused, saying what is wrong with the others."""
    for task_id, phase in meant:
        if (task_id, phase.name) not in found:
            Deliverables(workspace.root).found(document.body, task_id, phase.name)


def no_phases(document: Document, task_id: str | None, name: str | None) -> errors.NotFound:
    ref = f"{document.body['id']}/{task_id}" if task_id else str(document.body["id"])
    return errors.NotFound(
        f"{ref} has no phase {name}." if name else f"{ref} has no phases.",
        why="its tasks are done in one go" if not task_id else "the task is done in one go",
        next=[f"milestone show {document.body['id']}", "milestone review"],
        code="phase_not_found",
    )
