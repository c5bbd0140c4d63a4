"""What a run does next, from what the store says: a pure function of record, session and moment."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from milestone.domain import asks, gates, phases, tasks
from milestone.domain.context import Context
from milestone.domain.decide import phase as of_phase
from milestone.domain.decide import requirements
from milestone.domain.deliverables import Found
from milestone.domain.document import Body, Document

PERSON = "human"
CLOSED = ("completed", "cancelled")


class Waits(msgspec.Struct, frozen=True, kw_only=True):
    """Something only a person can do."""

    kind: str  # task (a person does it), approval, permission, question, blocker (somebody must clear the way)
    ref: str
    who: str | None = None
    since: str | None = None
    text: str = ""
    next: str = ""  # the command that answers it


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """A task to begin, or to go on with."""

    task: str
    attempt: str
    executor: str = PERSON


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """How a run stands."""

    start: tuple[Start, ...] = ()  # best first
    waits: tuple[Waits, ...] = ()
    stuck: tuple[Waits, ...] = ()  # failed and blocked tasks
    behind: tuple[str, ...] = ()  # tasks that wait for others
    later: tuple[Start, ...] = ()  # could be begun, but for another that is in hand (`engine/apart.py`)
    open: int = 0

    @property
    def word(self) -> str:
        """How the run ends when nothing can be started: `ended`, `waiting` for people, or `failed`."""
        if not self.open:
            return "ended"
        return "waiting" if self.waits and not self.stuck else "failed"


def survey(
    document: Document,
    session: Document,
    ctx: Context,
    *,
    stored: Mapping[str, Mapping[str, Found]],
    busy: Collection[str] = (),
) -> Survey:
    """Return what can be started and what each other open task waits for.

    `stored` has the deliverables of every task with phases as they are now (those of the milestone's own phases
    under an empty name), `busy` the tasks in hand.
    """
    start: list[Start] = []
    waits: list[Waits] = []
    stuck: list[Waits] = []
    behind: list[str] = []
    above = tasks.parents(document.body)
    every = [t for t in tasks.of(document.body) if str(t.get("id")) not in above]
    resting = str(document.body.get("status") or "planned")
    unfinished = [t for t in every if tasks.status(t) not in CLOSED]
    for task in unfinished:
        name = str(task["id"])
        if name in busy:
            continue
        found = _standing(document, session, ctx, task, stored)
        if isinstance(found, Start) and resting not in ("planned", "in_progress"):
            found = _resting(document, resting)
        if isinstance(found, Start) and unfurnished(session.body):
            found = _without_places(document, session.body)
        match found:
            case Start():
                start.append(found)
            case Waits(kind="blocker"):
                stuck.append(found)
            case Waits():
                waits.append(found)
            case None:
                behind.append(name)
    if session.body.get("coordination") == "hierarchical":
        start = _one_a_lead(document.body, start, busy)
    order = {str(t["id"]): _urgency(document.body, t, place) for place, t in enumerate(every)}
    waits = list(dict.fromkeys(waits))  # one gate of the milestone keeps many tasks waiting
    return Survey(
        start=tuple(sorted(start, key=lambda s: order[s.task])),
        waits=tuple(waits),
        stuck=tuple(dict.fromkeys(stuck)),
        behind=tuple(behind),
        open=len(unfinished),
    )


def _one_a_lead(body: Body, start: list[Start], busy: Collection[str]) -> list[Start]:
    """Return one task for each lead: under `hierarchical` the subtasks of one parent, or the tasks of one team or
    person, are led by one worker and done one after the other."""
    leads = {str(t["id"]): _lead(t) for t in tasks.of(body)}
    led = {leads.get(name) for name in busy} - {None}
    kept = []
    for each in start:
        lead = leads.get(each.task)
        if lead is None or lead not in led:
            kept.append(each)
            led.add(lead)
    return kept


def _lead(task: Body) -> str | None:
    found = task.get("parent") or task.get("team") or task.get("assigned_to")
    return str(found) if found else None


def executor_of(task: Body, session: Body, settings: Mapping[str, Any]) -> str:
    """Return who does a task: by its own word, the run's, the project's, `shell` with a `run`, else a person."""
    named = task.get("executor") or session.get("executor") or settings.get("executor")
    return str(named) if named else "shell" if task.get("run") else PERSON


def _standing(
    document: Document, session: Document, ctx: Context, task: Body, stored: Mapping[str, Mapping[str, Found]]
) -> Start | Waits | None:
    name, status = str(task["id"]), tasks.status(task)
    ref = f"{document.body['id']}/{name}"
    if status in ("blocked", "failed"):
        return _stuck(ref, task, status)
    course = phases.of_task(document.body, task)
    step = gates.next_step(document, name, stored.get(name) or {}, ctx) if course else None
    if step is not None and step.kind == "review":
        return _review(document, name, step)
    own = gates.before_work(document, task, ctx, stored.get(""))
    if own is not None:
        return _review(document, None, own)
    if status == "in_review":
        return Waits(kind="approval", ref=ref, text="waits for review", next=f"milestone review {ref}")
    if requirements.open_before(document, name, ctx):
        return None
    asked = asks.waiting(session.body, ref)
    if asked:
        return _asked(session, ref, asked[0])
    if executor_of(task, session.body, ctx.settings) == PERSON:
        return _person(ref, task)
    if status == "in_progress" and task.get("attempts") is not None and not is_ours(session.body, ref, task):
        return _person(ref, task, "was started by hand")
    executor = executor_of(task, session.body, ctx.settings)
    return Start(task=name, attempt=_attempt(task, status, step, course), executor=executor)


def _asked(session: Document, ref: str, ask: Mapping[str, Any]) -> Waits:
    options = ask.get("options") or ["..."]
    return Waits(
        kind=str(ask.get("kind") or asks.QUESTION),
        ref=ref,
        since=ask.get("asked_at"),
        text=str(ask.get("text") or ""),
        next=f"milestone answer {session.body['id']}/{ask['id']} {options[0]}",
    )


def _resting(document: Document, state: str) -> Waits:
    name = str(document.body["id"])
    hint = f"milestone update {name} --status in_progress"
    return Waits(kind="blocker", ref=name, text=f"{name} is {state}", next=hint)


def unfurnished(session: Body) -> str:
    """Return why the worktrees of a session cannot be made usable; empty when they can."""
    known = session.get("setup")
    return str(known.get("failed") or "") if isinstance(known, Mapping) else ""


def _without_places(document: Document, session: Body) -> Waits:
    name = str(document.body["id"])
    text = f"worktrees cannot be set up: {unfurnished(session)}"
    return Waits(kind="blocker", ref=name, text=text, next=f"milestone execute {name}")


def is_ours(session: Body, ref: str, task: Body) -> bool:
    """Say whether a task in progress was begun by this session."""
    known = (session.get("tasks") or {}).get(ref) or {}
    return known.get("attempts") == task.get("attempts")


def _attempt(task: Body, status: str, step: gates.Step | None, course: Sequence[phases.Phase]) -> str:
    done = task.get("attempts")
    number = max((done if isinstance(done, int) else 0) + (status != "in_progress"), 1)
    if step is None or step.phase is None:
        return str(number)
    phase = phases.named(course, step.phase)
    before = _history(task, phase.key if phase else step.phase)
    return f"{number}:{step.phase}:{before + 1}"


def _history(task: Body, key: str) -> int:
    """Return how often a phase was handed in and judged before."""
    workflow = task.get("kiro_workflow")
    found = workflow.get("phases") if isinstance(workflow, Mapping) else None
    phase = found.get(key) if isinstance(found, Mapping) else None
    history = phase.get("history") if isinstance(phase, Mapping) else None
    return len(history) if isinstance(history, list) else 0


def _stuck(ref: str, task: Body, status: str) -> Waits:
    blocked = task.get("blocked")
    reason = blocked.get("reason") if isinstance(blocked, Mapping) else None
    by_a_run = isinstance(blocked, Mapping) and str(blocked.get("by") or "").startswith("agent:")
    verb = "retry" if status == "failed" or by_a_run else "unblock"
    since = blocked.get("since") if isinstance(blocked, Mapping) else None
    return Waits(
        kind="blocker",
        ref=ref,
        since=since,
        text=str(reason or f"it {status}" if status == "failed" else reason or "it is blocked"),
        next=f"milestone task {verb} {ref}",
    )


def _review(document: Document, name: str | None, step: gates.Step) -> Waits:
    """Return what a closed gate waits for: a task's, or with None the milestone's own."""
    asked = step.gate.waiting_for if step.gate else ()
    phase = phases.named(phases.of(document.body, name), step.phase or "")
    return Waits(
        kind="approval",
        ref=of_phase.subject(document, name),
        who=", ".join(asked) or None,
        since=phase.submitted_at if phase else None,
        text=f"the {step.phase} phase waits for approval",
        next=f"milestone review {of_phase.review_words(document, name, step.phase or '')} --approve",
    )


def _person(ref: str, task: Body, why: str = "") -> Waits:
    who = task.get("assigned_to")
    return Waits(
        kind="task",
        ref=ref,
        who=str(who) if who else None,
        since=task.get("started_at"),
        text=f"{tasks.title(task)}" + (f" ({why})" if why else ""),
        next=f"milestone task done {ref}",
    )


def _urgency(body: Body, task: Body, place: int) -> tuple[bool, int, int]:
    """What was begun goes first, then what most tasks wait for, then the file's order."""
    name = str(task["id"])
    followers = sum(name in wanted for wanted in tasks.needs(body).values())
    return (tasks.status(task) != "in_progress", -followers, place)
