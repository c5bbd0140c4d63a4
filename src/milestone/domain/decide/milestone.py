"""Rules of milestones: how one begins, what may happen to it, and what stops that."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from milestone import errors
from milestone.domain import graph, paths, phases, rows, states, tasks
from milestone.domain.context import Context
from milestone.domain.decide import requirements, rules
from milestone.domain.document import Document, Event

# What `--status` may ask for, and the verb that leads there.
VERBS: Mapping[str, Mapping[str, str]] = {
    "in_progress": {"planned": "started", "paused": "resumed", "blocked": "resumed"},
    "paused": {"in_progress": "paused"},
    "blocked": {"in_progress": "blocked"},
    "completed": {"in_progress": "completed", "planned": "completed"},
    "cancelled": dict.fromkeys(("planned", "in_progress", "paused", "blocked", "completed"), "cancelled"),
}


class StartMilestone(msgspec.Struct, frozen=True, kw_only=True):
    """Work begins."""

    override: str | None = None


class EditMilestone(msgspec.Struct, frozen=True, kw_only=True):
    """Fields change: path -> value, and paths taken away."""

    set: Mapping[str, Any] = {}
    unset: Sequence[str] = ()
    reason: str | None = None


class SetStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The milestone is to be in another state."""

    status: str
    reason: str | None = None
    override: str | None = None


def start(document: Document, request: StartMilestone, ctx: Context) -> list[Event]:
    """Return the events of beginning a milestone; nothing when it is begun already.

    Raises:
        Refused: the state forbids it, or something required is unmet (each listed) and nobody overrides.
        NeedsAPerson: a program overrides.
    """
    if _state(document) == "in_progress":
        return []
    rules.moved("milestone", document, None, _state(document), "started")
    passed = requirements.may_start(document, ctx, request.override)
    started = rules.event(document, "milestone.started", on=ctx.today.isoformat())
    own = phases.of_milestone(document.body)
    if not own or own[0].status != "pending":
        return [*passed, started]
    return [*passed, started, rules.event(document, "phase.started", phase=own[0].name)]


def resume(document: Document, ctx: Context, reason: str | None = None) -> list[Event]:
    """Return the event of going on after a pause or a blocker."""
    rules.moved("milestone", document, None, _state(document), "resumed")
    return [rules.event(document, "milestone.resumed", reason=reason)]


def pause(document: Document, ctx: Context, reason: str | None = None) -> list[Event]:
    """Return the event of a pause."""
    rules.moved("milestone", document, None, _state(document), "paused")
    return [rules.event(document, "milestone.paused", reason=reason)]


def block(document: Document, ctx: Context, reason: str | None, kind: str = "reported") -> list[Event]:
    """Return the event of a blocker of the whole milestone. Raises InvalidRequest without a reason."""
    rules.moved("milestone", document, None, _state(document), "blocked")
    if not reason:
        raise errors.InvalidRequest("blocking takes the reason.", hint='--note "what stands in the way"')
    return [rules.event(document, "milestone.blocked", reason=reason, cause=kind)]


def complete(document: Document, ctx: Context, override: str | None = None) -> list[Event]:
    """Return the events of finishing a milestone; a planned one is begun by the same command.

    Raises:
        Refused: tasks are open (each listed), or it may not even start.
        NeedsAPerson: a program overrides.
    """
    begun = start(document, StartMilestone(override=override), ctx) if _state(document) == "planned" else []
    if not begun:
        rules.moved("milestone", document, None, _state(document), "completed")
    still = [t for t in tasks.leaves(document.body) if tasks.status(t) != "completed"]
    if still:
        raise errors.Refused(
            f"{rules.name(document)} cannot be completed: {len(still)} of its tasks are open.",
            why=f"open are {rules.words_of([str(t['id']) for t in still[:5]], 'and')}",
            hint=f"milestone task done {rules.ref(document, str(still[0]['id']))}",
            findings=[rules.finding("open_task", f"{t['id']} {tasks.title(t)}", path=str(t["id"])) for t in still],
            code="open_tasks",
        )
    return [*begun, rules.event(document, "milestone.completed", on=ctx.today.isoformat())]


def cancel(document: Document, ctx: Context, reason: str | None = None) -> list[Event]:
    """Return the event of giving a milestone up. Raises Refused while a run holds it or once it is archived."""
    _is_free(document, ctx, "cancelled")
    rules.moved("milestone", document, None, _state(document), "cancelled")
    return [rules.event(document, "milestone.cancelled", reason=reason)]


def reopen(document: Document, reason: str | None, ctx: Context) -> list[Event]:
    """Return the events of taking a milestone up again, and marks on those that were built on it.

    Raises:
        InvalidRequest: no reason is given.
        Refused: it is open already.
    """
    if not (reason or "").strip():
        raise errors.InvalidRequest(
            "Reopening takes --reason.",
            why="who built on it wants to know why",
            next=[f'milestone reopen {rules.name(document)} --reason "..."'],
        )
    rules.moved("milestone", document, None, _state(document), "reopened")
    mark = {"because": rules.name(document), "since": ctx.now}
    marks = [
        Event(
            kind="milestone.edited",
            document="milestone",
            uid=str(row["uid"]),
            milestone=str(row["id"]),
            data={"set": {"recheck": mark}},
        )
        for row in dependants(document, ctx)
        if row["status"] not in ("planned", "cancelled")
    ]
    return [rules.event(document, "milestone.reopened", reason=str(reason).strip()), *marks]


def delete(document: Document, ctx: Context, reason: str | None = None) -> list[Event]:
    """Return the event of hiding a milestone.

    Raises:
        Refused: others depend on it (each listed), or a run holds it.
    """
    _is_free(document, ctx, "deleted")
    waiting = dependants(document, ctx)
    if waiting:
        names = [str(row["id"]) for row in waiting]
        raise errors.Refused(
            f"{rules.name(document)} cannot be deleted: {rules.words_of(names, 'and')} {_need(names)} it.",
            why="a record that others depend on stays",
            hint=f"milestone update {names[0]} --no-depends-on {rules.name(document)}",
            findings=[rules.finding("dependant", f"{n} requires it", path=n) for n in names],
            code="has_dependants",
        )
    return [rules.event(document, "milestone.deleted", reason=reason)]


def set_status(document: Document, request: SetStatus, ctx: Context) -> list[Event]:
    """Return the events that lead to a state; nothing when it is in it.

    Raises:
        InvalidRequest: no such state, or one that its own verb leads to.
        Refused: the table has no way there, or a rule stops it.
    """
    wanted, now = request.status, _state(document)
    if wanted == now:
        return []
    if wanted == "archived" or (wanted == "planned" and now == "cancelled"):
        verb = "archive" if wanted == "archived" else "reopen"
        raise errors.InvalidRequest(f"--status does not {verb}.", hint=f"milestone {verb} {rules.name(document)}")
    if wanted not in VERBS:
        known = rules.words_of(list(VERBS))
        raise errors.InvalidRequest(f"{wanted} is no status a milestone can be given.", hint=f"use {known}")
    verb = VERBS[wanted].get(now) or _past(wanted)
    if now not in VERBS[wanted]:
        rules.moved("milestone", document, None, now, verb)
    return _by(verb, document, request, ctx)


def edit(document: Document, request: EditMilestone, ctx: Context) -> list[Event]:
    """Return the events of changed fields, new dates, settled conflicts; nothing where all is so already."""
    to_set = {path: value for path, value in request.set.items() if paths.get(document.body, path) != value}
    to_unset = [path for path in request.unset if paths.get(document.body, path, _NOTHING) is not _NOTHING]
    events = []
    dates = {path: to_set.pop(path) for path in list(to_set) if path in DATES}
    if dates:
        _check_dates(document, dates)
        events.append(rules.event(document, "milestone.rescheduled", set=dates, reason=request.reason))
    if to_set or to_unset:
        events.append(rules.event(document, "milestone.edited", set=to_set or None, unset=to_unset or None))
    return [*events, *_settled(document, request)]


def dependants(document: Document, ctx: Context) -> list[Mapping[str, Any]]:
    """Return the rows of open or finished milestones that require this one."""
    every = rows.of(ctx.rows)
    found = map(every.named, graph.dependants(rows.links(every), rules.name(document)))
    return [row for row in found if row is not None and row["status"] != "cancelled"]


DATES = ("timeline/estimated_start", "timeline/estimated_end")
_NOTHING = object()


def _state(document: Document) -> str:
    return "archived" if document.archived else str(document.body.get("status") or "planned")


def _past(wanted: str) -> str:
    return "started" if wanted in ("in_progress", "planned") else wanted


def _by(verb: str, document: Document, request: SetStatus, ctx: Context) -> list[Event]:
    if verb == "started":
        return start(document, StartMilestone(override=request.override), ctx)
    if verb == "completed":
        return complete(document, ctx, request.override)
    if verb == "blocked":
        return block(document, ctx, request.reason)
    act = {"resumed": resume, "paused": pause, "cancelled": cancel}[verb]
    return act(document, ctx, request.reason)


def _is_free(document: Document, ctx: Context, what: str) -> None:
    session = ctx.held_by.get(document.uid)
    if session:
        raise errors.Refused(
            f"{rules.name(document)} cannot be {what}: {session} runs it.",
            why="a run holds it",
            hint="stop the run first (Ctrl-C in its terminal)",
            code="held",
        )


def _check_dates(document: Document, dates: Mapping[str, Any]) -> None:
    begin, end = (dates.get(path, paths.get(document.body, path)) for path in DATES)
    if begin and end and str(end) < str(begin):
        raise errors.Refused(
            f"{rules.name(document)} would end {end}, before it begins {begin}.",
            hint="give --start and --due together",
        )


def _settled(document: Document, request: EditMilestone) -> list[Event]:
    """An update of a field settles what a merge left in `conflicts` about it, also with the value that stands."""
    open_ones = [str(c.get("field")) for c in document.body.get("conflicts") or [] if isinstance(c, Mapping)]
    given = {**request.set, **dict.fromkeys(request.unset)}
    return [
        rules.event(document, "conflict.settled", field=field, value=given[field])
        for field in open_ones
        if field in given
    ]


def _need(names: Sequence[str]) -> str:
    return "requires" if len(names) == 1 else "require"


assert set(VERBS) <= {state.value for state in states.MilestoneState}
