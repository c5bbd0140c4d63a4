"""What a good plan looks like: eight checks and six patterns to avoid, each with its reason and fix (R-PLAN-3)."""

import re
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import msgspec

from milestone.domain import estimate, facts, graph, needs, phases, risk, schedule, tasks
from milestone.domain.document import Body

Finding = dict[str, Any]
WEEKS = (2.0, 4.0)  # of work with buffer, for the people there are
TASK_HOURS = (1.0, 16.0)  # one or two days; anything smaller is a step

# code -> why it matters; the fix stands in each finding's hint
WHY: Mapping[str, str] = {
    "too_long": "work over four weeks hides delays until it is late",
    "too_short": "a milestone of less than two weeks may be a task of another one",
    "no_criteria": "without criteria nobody can say when it is done",
    "criterion_not_measurable": "a criterion without a number or a command is a matter of taste",
    "unknown_requirement": "it can never be met",
    "cycle": "what waits for itself never starts",
    "unknown_task": "it can never be met",
    "no_risks": "every plan has something that can go wrong",
    "risk_without_mitigation": "a risk without an answer is only a worry",
    "high_risk_without_owner": "nobody watches it",
    "no_resources": "nobody knows what skills or people it takes",
    "no_tasks": "there is nothing to do",
    "task_too_big": "a task of more than two days cannot be followed or handed over",
    "task_too_small": "a task under an hour costs more to track than to do",
    "task_without_estimate": "its share of the whole is guessed",
    "task_without_outcome": "nobody can see that it is done",
    "bad_estimate": "an estimate is hours, or optimistic, likely and pessimistic in that order",
    "no_integration_point": "what is built on other work meets it somewhere",
    "no_rollback": "what is critical needs a way back",
    "shared_resource": "two milestones that use one thing at once get in each other's way",
    "no_buffer": "nothing ever goes exactly as estimated",
    "no_deliverable": "work that leaves nothing behind cannot be judged",
    "one_giant": "one task that is nearly everything is no plan",
    "deliverable_shared": "two tasks would overwrite each other",
    "no_value": "nobody can see what it is good for by itself",
}
ERRORS = frozenset({"unknown_requirement", "cycle", "unknown_task", "bad_estimate", "deliverable_shared"})
NOTES = frozenset({"too_short", "task_too_small", "no_integration_point", "no_value", "high_risk_without_owner"})
_MEASURE = re.compile(r"\d|[<>≤≥=%]|`[^`]+`|\b(pass(es)?|exit|zero|all|every|each|none|no)\b|\btests?\b", re.I)
_BACK = re.compile(r"roll\s*-?\s*back|revert|restore|undo|way back|fallback|zurück|retour|revertir|回滚|戻", re.I)
_MEETS = re.compile(r"integrat|connect|wire|hook up|end.to.end|interface|contract|adapter|anbind|verbind", re.I)


class Around(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """What a milestone is judged against; one for all milestones of a plan."""

    rows: Sequence[Mapping[str, Any]] = ()  # of the others
    calendar: schedule.Calendar = schedule.Calendar()
    siblings: Sequence[Body] = ()  # of the same plan, itself among them, not stored yet

    @cached_property
    def known(self) -> set[str]:
        """The ids that may be named."""
        return {str(row["id"]) for row in self.rows} | {str(body.get("id")) for body in self.siblings}

    @cached_property
    def waits(self) -> dict[str, Sequence[str]]:
        """What each milestone requires."""
        own = {str(body.get("id")): needs.requires(body) for body in self.siblings}
        return {**graph.of_rows(self.rows), **own}


def check(body: Body, around: Around | None = None, at: str = "") -> list[Finding]:
    """Return what is wrong with a milestone's plan, in the order of the checks; `at` is put before every path."""
    found = around or Around()
    return [
        {**finding, "path": f"{at}.{finding['path']}".strip(".") if at else finding["path"]}
        for rule in RULES
        for finding in rule(body, found)
    ]


def strict(found: Sequence[Finding]) -> list[Finding]:
    """Return findings with every warning made an error; notes stay notes."""
    return [{**f, "severity": "error"} if f["severity"] == "warning" else f for f in found]


def _say(code: str, path: str, message: str, fix: str) -> Finding:
    severity = "error" if code in ERRORS else "note" if code in NOTES else "warning"
    return {
        "severity": severity,
        "code": code,
        "path": path,
        "line": None,
        "message": message,
        "reason": WHY[code],
        "hint": fix,
    }


def _length(body: Body, around: Around) -> Iterator[Finding]:
    timeline = body.get("timeline") if isinstance(body.get("timeline"), Mapping) else {}
    buffer = estimate.number(timeline.get("buffer_percentage")) if timeline else None
    hours = estimate.total(body) * (1 + (20 if buffer is None else buffer) / 100)
    weeks = hours / (around.calendar.hours_per_week * max(1, around.calendar.people))
    if weeks > WEEKS[1] * 1.02:
        yield _say(
            "too_long", "timeline", f"it takes {weeks:.1f} weeks", "split it: milestone plan GOAL --milestones 2"
        )
    elif 0 < weeks < WEEKS[0]:
        yield _say(
            "too_short",
            "timeline",
            f"it takes {weeks:.1f} weeks",
            "fine for a small goal; else join it to another",
        )
    if buffer == 0:
        yield _say("no_buffer", "timeline.buffer_percentage", "the buffer is 0", "give it 20 % or so")


def _criteria(body: Body, _around: Around) -> Iterator[Finding]:
    listed = facts.read(body.get("success_criteria"))
    if not listed:
        yield _say(
            "no_criteria", "success_criteria", "it has no success criteria", "say what is true when it is done"
        )
    for place, fact in enumerate(listed):
        if not fact.check and not _MEASURE.search(fact.text):
            path = f"success_criteria[{place}]"
            yield _say(
                "criterion_not_measurable", path, f'"{fact.text}"', "name a number, or a command in `check`"
            )
    if not str(body.get("description") or "").strip():
        yield _say("no_value", "description", "it has no description", "say in a sentence who has what afterwards")


def _dependencies(body: Body, around: Around) -> Iterator[Finding]:
    wanted = needs.requires(body)
    if not wanted:
        return
    name = str(body.get("id") or "")
    for other in wanted:
        if other not in around.known and other != name:
            fix = "name a milestone that exists, or drop it"
            yield _say("unknown_requirement", "dependencies.requires", f"{other} does not exist", fix)
    knot = graph.cycle_through(ChainMap({name: wanted}, around.waits), name)
    if knot:
        yield _say("cycle", "dependencies.requires", " → ".join(knot), "drop one of these requirements")
    if not any(_MEETS.search(text) for text in _texts(body)):
        fix = "add a task, a criterion or an external dependency that names where they meet"
        yield _say("no_integration_point", "tasks", "it requires others and no task meets them", fix)


def _resources_shared(body: Body, around: Around) -> Iterator[Finding]:
    own = set(needs.shared_resources(body))
    if not own:
        return
    linked = set(needs.requires(body) + needs.enables(body))
    for row in around.rows:
        both = own & set(row.get("shared_resources") or ())
        is_open = row["status"] not in ("completed", "archived", "cancelled")
        unlinked = (
            row["id"] not in linked and body.get("id") not in row["requires"] and row["id"] != body.get("id")
        )
        if both and is_open and unlinked:
            message = f"it shares {', '.join(sorted(both))} with {row['id']}, and neither waits for the other"
            fix = f"--depends-on {row['id']}, or agree who uses it when"
            yield _say("shared_resource", "dependencies.shared_resources", message, fix)


def _risks(body: Body, _around: Around) -> Iterator[Finding]:
    listed = risk.of(body)
    if not listed:
        yield _say("no_risks", "risks", "it names no risks", "name what is most likely to go wrong, and an answer")
    for place, item in enumerate(listed):
        if not risk.is_open(item):
            continue
        text = str(item.get("description") or f"risk {place + 1}")
        if not item.get("mitigation"):
            yield _say("risk_without_mitigation", f"risks[{place}].mitigation", text, "say what makes it smaller")
        if risk.band(item) == "high" and not item.get("owner"):
            yield _say("high_risk_without_owner", f"risks[{place}].owner", text, "name who watches it")


def _resources(body: Body, _around: Around) -> Iterator[Finding]:
    named = body.get("resources")
    if not (isinstance(named, Mapping) and any(named.values())) and not any(
        t.get("assigned_to") for t in tasks.of(body)
    ):
        yield _say(
            "no_resources", "resources", "it names no people or skills", "list skills_required or team_members"
        )


def _tasks(body: Body, _around: Around) -> Iterator[Finding]:
    counted = tasks.leaves(body)
    if not counted:
        yield _say("no_tasks", "tasks", "it has no tasks", "milestone task add, or plan it again")
    whole = sum(estimate.weights(counted).values())
    for place, task in enumerate(tasks.of(body)):
        if any(task is other for other in counted):
            yield from _task(task, f"tasks[{place}]", whole, len(counted))


def _task(task: Body, at: str, whole: float, count: int) -> Iterator[Finding]:
    named = f"{task.get('id') or at} {tasks.title(task)}"
    hours = estimate.hours(task.get("estimated_hours"))
    if hours is None or not _is_ordered(task.get("estimated_hours")):
        code = "task_without_estimate" if task.get("estimated_hours") is None else "bad_estimate"
        yield _say(code, f"{at}.estimated_hours", named, "give hours, or {optimistic, likely, pessimistic}")
        return
    if hours > TASK_HOURS[1]:
        code = "one_giant" if count == 1 or hours > 0.8 * whole else "task_too_big"
        yield _say(
            code, f"{at}.estimated_hours", f"{named}: {hours:g} h", "split it into tasks of one or two days"
        )
    elif hours < TASK_HOURS[0]:
        yield _say(
            "task_too_small", f"{at}.estimated_hours", f"{named}: {hours:g} h", "make it part of another task"
        )
    if not any(task.get(key) for key in ("acceptance", "outputs", "verify", "description", "kiro_workflow")):
        yield _say(
            "task_without_outcome", at, named, "say in acceptance, outputs or verify what shows that it is done"
        )


def _waits(body: Body, _around: Around) -> Iterator[Finding]:
    known = [str(task.get("id")) for task in tasks.of(body)]
    for place, task in enumerate(tasks.of(body)):
        for name in tasks.dependencies(task):
            is_elsewhere = "/" in name or needs.full(name).startswith("milestone-")
            if not is_elsewhere and not tasks.resolve(known, name):
                message = f"{task.get('id')} waits for {name}, which is no task of it"
                yield _say(
                    "unknown_task", f"tasks[{place}].dependencies", message, "name a task that exists, or drop it"
                )
    named = graph.cycle(tasks.every_dependency(body))
    if named:
        yield _say("cycle", "tasks", " → ".join(named), "drop one of these dependencies")


def _deliverables(body: Body, _around: Around) -> Iterator[Finding]:
    made = body.get("deliverables") or [t for t in tasks.of(body) if t.get("outputs") or t.get("kiro_workflow")]
    if not made and not phases.of_milestone(body):
        yield _say(
            "no_deliverable", "deliverables", "it names no deliverable", "name a file, a release, a document"
        )
    for path, owners in phases.shared_paths(body).items():
        message = f"{path} is named by {' and '.join(owners)}"
        yield _say("deliverable_shared", "tasks", message, "give each task its own path")


def _way_back(body: Body, _around: Around) -> Iterator[Finding]:
    if str(body.get("priority") or "").lower() not in ("critical", "critical_path"):
        return
    if not body.get("rollback") and not any(_BACK.search(text) for text in _texts(body)):
        yield _say(
            "no_rollback", "tasks", "it is critical and names no way back", "add a task or criterion to roll back"
        )


def _is_ordered(value: Any) -> bool:
    if not isinstance(value, Mapping):
        return True
    points = [estimate.number(value.get(name)) for name in ("optimistic", "likely", "pessimistic")]
    known = [p for p in points if p is not None]
    return known == sorted(known) and bool(known)


def _texts(body: Body) -> Iterator[str]:
    yield str(body.get("description") or "")
    yield from (fact.text for fact in facts.read(body.get("success_criteria")))
    needed = body.get("dependencies")
    if isinstance(needed, Mapping):
        yield from (fact.text for fact in facts.read(needed.get("external")))
    for task in tasks.of(body):
        yield f"{tasks.title(task)} {task.get('description') or ''} {task.get('acceptance') or ''}"
    yield from (f"{r.get('description')} {r.get('mitigation')}" for r in risk.of(body))


RULES: tuple[Callable[[Body, Around], Iterator[Finding]], ...] = (
    _length,
    _criteria,
    _dependencies,
    _resources_shared,
    _risks,
    _resources,
    _tasks,
    _waits,
    _deliverables,
    _way_back,
)
