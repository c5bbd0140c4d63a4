"""Archiving: everything that was promised is there, or a person says why it goes without."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from milestone import errors
from milestone.domain import facts, gates, paths, phases, proof, receipts, states, tasks
from milestone.domain.context import Context
from milestone.domain.decide import fact, rules
from milestone.domain.decide import milestone as of_milestone
from milestone.domain.decide.following import as_it_will_be
from milestone.domain.decide.phase import subject
from milestone.domain.deliverables import Found
from milestone.domain.document import Body, Document, Event


class Archive(msgspec.Struct, frozen=True, kw_only=True):
    """Put a milestone away."""

    found: Mapping[str | None, Mapping[str, Found]] = {}  # deliverables of every subject with phases, as they are
    met: Mapping[str, str] = {}  # criteria that a person says are met, with what shows it
    shown: Mapping[str, str] = {}  # criterion -> why its check did not meet it
    override: str | None = None
    release: str | None = None
    lesson: Body = {}  # what the record keeps of it


def archive(document: Document, request: Archive, ctx: Context) -> list[Event]:
    """Return the events of archiving: criteria met, what was overridden, the completion it lacked, the move.

    Nothing when it is archived already.

    Raises:
        Refused: tasks are open, a gate is closed, criteria or evidence are missing; every one is listed.
        NeedsAPerson: a program says that criteria are met, or overrides.
    """
    if document.archived or document.body.get("status") == "archived":
        return []
    said = [event for name, shown in request.met.items() for event in _said(document, name, shown, ctx)]
    document = as_it_will_be(document, said, ctx)
    unmet = missing(document, request, ctx)
    passed = _overridden(document, unmet, request, ctx)
    completed = _completed(document, request, ctx)
    moved = rules.event(
        document, "milestone.archived", on=ctx.today.isoformat(), set=_kept(document, request) or None
    )
    return [*said, *passed, *completed, moved]


def missing(document: Document, request: Archive, ctx: Context) -> list[rules.Finding]:
    """Return everything that keeps a milestone from the archive."""
    return [*_wrong_state(document), *_open_tasks(document), *_without_evidence(document, ctx),
            *_closed_gates(document, request, ctx), *_unmet_criteria(document, request)]  # fmt: skip


def open_criteria(document: Document) -> list[facts.Fact]:
    """Return the success criteria nobody has met."""
    return [criterion for criterion in facts.criteria(document) if not criterion.met]


def is_finished(document: Document) -> bool:
    """Return whether a batch would archive it: all of its work is done, and it is not away yet."""
    if document.archived or document.away or document.deleted:
        return False
    status = str(document.body.get("status") or "planned")
    work = [tasks.status(task) for task in tasks.leaves(document.body)]
    return status == "completed" or (status == "in_progress" and bool(work) and set(work) == {"completed"})


def _said(document: Document, name: str, shown: str, ctx: Context) -> list[Event]:
    return fact.meet(document, fact.MeetFact(fact=name, evidence=shown or None), ctx)


def _wrong_state(document: Document) -> Iterator[rules.Finding]:
    if document.body.get("status") == "cancelled":
        yield rules.finding(
            "cancelled", "It was cancelled.", hint=f'milestone reopen {rules.name(document)} --reason "..."'
        )


def _open_tasks(document: Document) -> Iterator[rules.Finding]:
    for task in tasks.leaves(document.body):
        if tasks.status(task) in states.OPEN_TASKS:
            ref = rules.ref(document, str(task["id"]))
            yield rules.finding(
                "open_task",
                f"{task['id']} {tasks.title(task)} is {rules.words(tasks.status(task))}.",
                path=paths.join("tasks", str(task["id"])),
                hint=f"milestone task done {ref}",
            )


def _without_evidence(document: Document, ctx: Context) -> Iterator[rules.Finding]:
    passed = proof.overridden(document)
    for task in tasks.leaves(document.body):
        if tasks.status(task) != "completed" or not receipts.is_required(document, task, ctx.settings):
            continue
        typed = proof.grade(document, task) == "typed"
        lacks = [item for item in receipts.missing(document, task) if item["path"] not in passed]
        if typed or lacks:
            ref = rules.ref(document, str(task["id"]))
            why = "is completed only by a typed word" if typed else lacks[0]["message"]
            yield rules.finding(
                "evidence_missing",
                f"{task['id']} {tasks.title(task)}: {why}.",
                path=paths.join("tasks", str(task["id"])),
                hint=lacks[0]["hint"] if lacks else f"milestone task done {ref}",
            )


def _closed_gates(document: Document, request: Archive, ctx: Context) -> Iterator[rules.Finding]:
    every: list[str | None] = [None, *(str(task["id"]) for task in tasks.leaves(document.body))]
    for task_id in every:
        course = phases.of(document.body, task_id)
        found = request.found.get(task_id, {})
        for phase in (each for each in course if each.required):
            judged = found.get(phase.name)
            gate = gates.gate(document, task_id, phase, judged.digest if judged else None, ctx)
            if not gate.open:
                ref = subject(document, task_id)
                why = "changed after its approval" if gate.changed else "has no approval that counts"
                yield rules.finding(
                    "gate_closed",
                    f"{task_id or 'Its own'} {phase.name} phase {why}.",
                    path=ref,
                    hint=f"milestone review {ref.replace('/', ' ')} --phase {phase.name} --approve",
                )


def _unmet_criteria(document: Document, request: Archive) -> Iterator[rules.Finding]:
    for criterion in open_criteria(document):
        why = request.shown.get(criterion.name) or ("only typed as met" if criterion.typed else "")
        text = f"{criterion.text}: {why}" if why else criterion.text
        yield rules.finding("criterion_unmet", text, path=f"success_criteria/{criterion.name}")


def _overridden(document: Document, unmet: Sequence[rules.Finding], request: Archive, ctx: Context) -> list[Event]:
    """Return the override of what is unmet. Open tasks are no requirement: they are done or cancelled."""
    if request.override is not None:
        rules.needs_a_person(ctx, "an override")
        if not request.override.strip():
            raise errors.InvalidRequest("--override takes the reason.", why="it is recorded and shown for ever")
    hard = [item for item in unmet if item["code"] in ("open_task", "cancelled")]
    if hard or (unmet and request.override is None):
        raise _refusal(document, hard if request.override else unmet)
    if not unmet:
        return []
    reason = str(request.override).strip()
    unmet_paths = [item["path"] for item in unmet]
    return [rules.event(document, "override.used", what="archive", reason=reason, unmet=unmet_paths)]


def _completed(document: Document, request: Archive, ctx: Context) -> list[Event]:
    """Return the completion that a record lacks whose work is done."""
    status = str(document.body.get("status") or "planned")
    if status == "completed":
        return []
    resumed = of_milestone.resume(document, ctx) if status in ("paused", "blocked") else []
    document = as_it_will_be(document, resumed, ctx)
    return [*resumed, *of_milestone.complete(document, ctx, request.override)]


def _kept(document: Document, request: Archive) -> Body:
    found: Body = {}
    if request.lesson:
        before = document.body.get("lessons")
        known = before if isinstance(before, list) else [before] if before else []
        found["lessons"] = [*known, request.lesson]
    if request.release:
        found["release"] = request.release
    return found


def _refusal(document: Document, unmet: Sequence[rules.Finding]) -> errors.Refused:
    name = rules.name(document)
    counts = [(sum(i["code"] == code for i in unmet), words) for code, words in _COUNTED.items()]
    said = [f"{n} {one if n == 1 else many}" for n, (one, many) in counts if n]
    ways = [str(item["hint"]) for item in unmet if item["hint"]][:2]
    if any(item["code"] == "criterion_unmet" for item in unmet):
        word = facts.word_for(document, open_criteria(document)[0])
        ways.append(f"milestone update {name} --met {word} --evidence TEXT")
    return errors.Refused(
        f"{name} cannot be archived: {rules.words_of(said, 'and')}.",
        why="what was promised is not all there",
        next=list(dict.fromkeys(ways)),
        findings=unmet,
        code="not_finished",
    )


_COUNTED = {
    "cancelled": ("it was cancelled", "it was cancelled"),
    "open_task": ("task is open", "tasks are open"),
    "evidence_missing": ("task has no evidence", "tasks have no evidence"),
    "gate_closed": ("gate is closed", "gates are closed"),
    "criterion_unmet": ("criterion is unmet", "criteria are unmet"),
}
