"""What stops a start: required milestones, conditions, external dependencies, earlier tasks (R-EXEC-8)."""

from collections.abc import Mapping, Sequence
from typing import Any

from milestone import errors, ids
from milestone.domain import facts, graph, needs, proof, rows, states, tasks
from milestone.domain.context import Context
from milestone.domain.decide import rules
from milestone.domain.document import Document, Event

Row = Mapping[str, Any]


def unmet(document: Document, ctx: Context) -> list[rules.Finding]:
    """Return everything that keeps a milestone from starting and nobody has overridden; empty: it may start."""
    found = [*_milestones(document, ctx), *_cycle(document, ctx), *_facts(document)]
    passed = proof.overridden(document)
    return [item for item in found if item["path"] not in passed]


def may_start(document: Document, ctx: Context, override: str | None, what: str = "start") -> list[Event]:
    """Return the events of going past what is unmet: none when all is met, one when a person overrides.

    Raises:
        Refused: something is unmet and there is no override; every one is listed.
        NeedsAPerson: a program overrides.
    """
    total = len(needs.requires(document.body)) + len(facts.conditions(document)) + len(facts.external(document))
    return passed(document, unmet(document, ctx), ctx, override, what, total=total)


def passed(
    document: Document,
    found: Sequence[rules.Finding],
    ctx: Context,
    override: str | None,
    what: str,
    task: str | None = None,
    total: int = 0,
) -> list[Event]:
    """Return the events of going past these findings (of `total` things asked for). Raises as `may_start` does."""
    if override is not None:
        rules.needs_a_person(ctx, "an override")
        if not override.strip():
            raise errors.InvalidRequest("--override takes the reason.", why="it is recorded and shown for ever")
    if not found:
        return []
    if override is None:
        raise _refusal(document, found, what, task, max(total, len(found)))
    paths = [item["path"] for item in found]
    return [rules.event(document, "override.used", task, what=what, reason=override.strip(), unmet=paths)]


def open_before(document: Document, task_id: str, ctx: Context) -> list[rules.Finding]:
    """Return what a task still waits for: tasks before it, here or in another milestone, and a cycle."""
    body = document.body
    waits = tasks.needs(body)
    required = is_evidence_required(ctx)
    found = []
    for other in waits.get(task_id, []):
        before = tasks.get(body, other) or {}
        if not proof.counts(document, before, required) and str(before.get("parent")) != task_id:
            found.append(_task_finding(document, task_id, before, required))
    found += _given_up_before(document, task_id)
    knotted = graph.cycle_through(waits, task_id)
    if knotted:
        found.append(
            rules.finding("cycle", f"it waits for itself: {' → '.join(knotted)}", path=f"cycle: {task_id}")
        )
    passed_by = proof.overridden(document)
    return [item for item in [*found, *_elsewhere(document, task_id, ctx)] if item["path"] not in passed_by]


def is_evidence_required(ctx: Context) -> bool:
    """Tell whether the project counts only completions that commands recorded."""
    return str(rules.says(ctx.settings, "evidence", "advised")) == "required"


def is_done(row: Row, required: bool) -> bool:
    """Tell whether a milestone's row meets a requirement on it."""
    if row["status"] not in states.DONE_MILESTONES:
        return False
    return not required or row["tasks_total"] == (row.get("proven") or {}).get("tasks_completed")


def _milestones(document: Document, ctx: Context) -> list[rules.Finding]:
    known = rows.of(ctx.rows)
    waits = rows.links(known).get(rules.name(document))
    wanted = needs.requires(document.body) if waits is None else waits
    required = is_evidence_required(ctx)
    return [
        _milestone_finding(name, row, required)
        for name, row in ((name, known.named(name)) for name in wanted if name != rules.name(document))
        if row is None or not is_done(row, required)
    ]


def _milestone_finding(name: str, row: Row | None, required: bool) -> rules.Finding:
    if row is None:
        hint = "drop it with --no-depends-on, or name a milestone that exists"
        return rules.finding("unknown_requirement", f"{name} does not exist", path=name, hint=hint)
    if row["status"] == "cancelled":
        return rules.finding(
            "requirement_cancelled", f"{name} is cancelled", path=name, hint="drop or override it"
        )
    if required and row["status"] in states.DONE_MILESTONES:
        return rules.finding("requirement_unproven", f"{name} was only typed as completed", path=name)
    state = f"{row['percentage']} %, {rules.words(str(row['status']))}"
    return rules.finding("requirement", f"{name} ({state})", path=name, hint=f"milestone show {name}")


def _cycle(document: Document, ctx: Context) -> list[rules.Finding]:
    name = rules.name(document)
    found = graph.cycle_through(rows.links(rows.of(ctx.rows)), name)
    return (
        [rules.finding("cycle", f"it waits for itself: {' → '.join(found)}", path=f"cycle: {name}")]
        if found
        else []
    )


def _facts(document: Document) -> list[rules.Finding]:
    listed = [("condition", facts.conditions(document)), ("external", facts.external(document))]
    return [
        rules.finding(
            kind,
            f'{"condition" if kind == "condition" else "external"} "{fact.text}"',
            path=f"{fact.where}: {fact.text}",
            hint=f"milestone update {rules.name(document)} --met {facts.word_for(document, fact)} --evidence TEXT",
        )
        for kind, found in listed
        for fact in found
        if not fact.met
    ]


def _task_finding(document: Document, task_id: str, before: tasks.Task, required: bool) -> rules.Finding:
    name = str(before.get("id"))
    state = rules.words(tasks.status(before))
    why = "typed, not recorded" if required and tasks.status(before) == "completed" else state
    return rules.finding(
        "dependency",
        f"{name} {tasks.title(before)} ({why})",
        path=f"{task_id} after {name}",
        hint=f"milestone show {rules.ref(document, name)}",
    )


def _given_up_before(document: Document, task_id: str) -> list[rules.Finding]:
    """Return the cancelled tasks that a task, or its parent, still names: unmet until dropped or overridden."""
    body = document.body
    task = tasks.get(body, task_id) or {}
    above = tasks.get(body, str(task.get("parent")))
    wanted = tasks.local_dependencies(body, task) + (tasks.local_dependencies(body, above) if above else [])
    gone = [before for name in dict.fromkeys(wanted) if (before := tasks.get(body, name))]
    return [
        rules.finding(
            "dependency_cancelled",
            f"{before['id']} {tasks.title(before)} (cancelled)",
            path=f"{task_id} after {before['id']}",
            hint=f"milestone update {rules.ref(document, task_id)} --no-depends-on {before['id']}",
        )
        for before in gone
        if tasks.status(before) == "cancelled"
    ]


def _elsewhere(document: Document, task_id: str, ctx: Context) -> list[rules.Finding]:
    """Return what a task waits for outside its milestone: `milestone-001`, `milestone-001/task-002`."""
    body = document.body
    known = [str(task.get("id")) for task in tasks.of(body)]
    every = rows.of(ctx.rows)
    found = []
    for wanted in tasks.dependencies(tasks.get(body, task_id) or {}):
        if tasks.resolve(known, wanted):
            continue
        milestone, _, task = wanted.partition("/")
        row = every.named(ids.parse_milestone_id(milestone) or milestone)
        if not _is_met(row, task, is_evidence_required(ctx)):
            state = "unknown" if row is None else "not done"
            found.append(rules.finding("dependency", f"{wanted} ({state})", path=f"{task_id} after {wanted}"))
    return found


def _is_met(row: Row | None, task: str, required: bool) -> bool:
    if row is None:
        return False
    if not task:
        return is_done(row, required)
    full = ids.parse_task_id(task) or task
    found = next((t for t in row["tasks"] if t["id"] in (task, full)), None)
    return found is not None and found["status"] == "completed" and not (required and found["grade"] == "typed")


def _refusal(
    document: Document, found: Sequence[rules.Finding], what: str, task: str | None, total: int
) -> errors.Refused:
    name = rules.name(document)
    count = f"{len(found)} of {total} requirements are" if total > 1 else "a requirement is"
    return errors.Refused(
        f"{rules.ref(document, task)} cannot {what}: {count} not met.",
        why="needs " + rules.words_of([item["message"] for item in found], "and"),
        next=[*dict.fromkeys(i["hint"] for i in found[:1] if i["hint"]), "milestone next"],
        hint=f'Past it goes only a person: milestone update {name} --status in_progress --override "reason".',
        findings=found,
        code="unmet_requirements",
    )
