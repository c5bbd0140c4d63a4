"""Rules of taking a change back: by new events, and only while nothing was built on it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from milestone import errors
from milestone.domain import adoption, going_back, graph
from milestone.domain.context import Context
from milestone.domain.decide import milestone, rules
from milestone.domain.decide.ways_back import way_back
from milestone.domain.document import Document, Event, Recorded

SHOWN = 20
DERIVED = frozenset({"dependencies"})  # kinds of documents that follow the others by themselves
_STATED = frozenset({"fact.met", "fact.unmet", "override.used"})  # what only people say
# What somebody did with a task or milestone because another was finished.
_BUILDING = ("task.started", "task.completed", "task.submitted", "milestone.started", "milestone.completed")


class Touched(msgspec.Struct, frozen=True, kw_only=True):
    """A record that a change touched: as it was before and after it, and as it is now."""

    before: Document | None  # None: the change made it
    after: Document
    now: Document


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One transaction of the past, and what still stands of what came after it."""

    events: tuple[Recorded, ...]
    touched: tuple[Touched, ...]
    later: tuple[Recorded, ...] = ()

    @property
    def seq(self) -> int:
        """The position of its first event, which names it."""
        return self.events[0].seq


def undo(change: Change, ctx: Context) -> list[Event]:
    """Return the events that take a change back, one for each record it touched.

    Raises:
        Refused: it has a way back of its own (named), a run holds a record, or others built on it (each listed).
        NeedsAPerson: a program takes back what a person said.
    """
    way_back(change.events, ctx)
    if any(recorded.event.kind in _STATED for recorded in change.events):
        rules.needs_a_person(ctx, "taking back a fact or an override")
    touched = [each for each in change.touched if each.now.kind not in DERIVED]
    _are_free(touched, ctx)
    wanted = [_wanted(each, change) for each in touched]
    _nothing_waits(touched, wanted, ctx)
    _nothing_followed(change, touched, wanted, ctx)
    return [
        Event(
            kind="change.undone",
            document=each.now.kind,
            uid=each.now.uid,
            milestone=each.now.body.get("id") if each.now.kind == "milestone" else None,
            data={"of": change.seq, **going_back.data(each.now, goal)},
        )
        for each, goal in zip(touched, wanted, strict=True)
    ]


def _are_free(touched: Sequence[Touched], ctx: Context) -> None:
    for each in touched:
        session = ctx.held_by.get(each.now.uid)
        if session:
            raise errors.Refused(
                f"{rules.name(each.now)} cannot be taken back: {session} runs it.",
                why="a run holds it",
                hint=f"milestone sessions stop {session}",
                code="held",
            )


def _wanted(each: Touched, change: Change) -> Document:
    """Return the record without the change, and with all that came after it."""
    if each.before is None:
        _is_untouched(each, change)
        return msgspec.structs.replace(each.now, deleted=True)
    merged = adoption.merge(each.after.body, each.before.body, each.now.body)
    marks = {mark: _mark(each, mark) for mark in ("archived", "away", "deleted")}
    if merged.conflicts or None in marks.values():
        fields = [str(conflict["field"]) for conflict in merged.conflicts]
        raise _built_on(each.now, _about(change, each.now, fields), change)
    given, taken = (
        set(each.after.proven) - set(each.before.proven),
        set(each.before.proven) - set(each.after.proven),
    )
    proven = tuple(sorted((set(each.now.proven) - given) | taken))
    return msgspec.structs.replace(each.now, body=merged.body, proven=proven, **marks)


def _mark(each: Touched, name: str) -> bool | None:
    """Return what a mark is without the change; None when both it and something later set it."""
    before, after, now = (bool(getattr(document, name)) for document in (each.before, each.after, each.now))
    if before == after:
        return now
    return before if now == after else None


def _is_untouched(each: Touched, change: Change) -> None:
    later = [r for r in change.later if r.event.uid == each.now.uid]
    if later:
        raise _built_on(each.now, later, change)


def _about(change: Change, document: Document, fields: Sequence[str]) -> list[Recorded]:
    """Return the later events about fields of a record; all later ones of the record when none says its fields."""
    mine = [r for r in change.later if r.event.uid == document.uid]
    exact = [r for r in mine if any(_says(r.event, field) for field in fields)]
    return exact or mine


def _says(event: Event, field: str) -> bool:
    said = [*(event.data.get("set") or {}), *(event.data.get("unset") or ())]
    return field in said or (event.task is not None and field.startswith(f"tasks/{event.task}/"))


def _nothing_waits(touched: Sequence[Touched], wanted: Sequence[Document], ctx: Context) -> None:
    """Refuse to hide what others depend on."""
    gone = {goal.uid for each, goal in zip(touched, wanted, strict=True) if goal.deleted and not each.now.deleted}
    for each in touched:
        if each.now.uid not in gone or each.now.kind != "milestone":
            continue
        waiting = [str(r["id"]) for r in milestone.dependants(each.now, ctx) if str(r["uid"]) not in gone]
        if waiting:
            raise errors.Refused(
                f"Planning {rules.name(each.now)} cannot be taken back: {rules.words_of(waiting, 'and')} "
                f"{'requires' if len(waiting) == 1 else 'require'} it.",
                why="a record that others depend on stays",
                hint=f"milestone update {waiting[0]} --no-depends-on {rules.name(each.now)}",
                findings=[rules.finding("dependant", f"{n} requires it", path=n) for n in waiting],
                code="has_dependants",
            )


def _nothing_followed(
    change: Change, touched: Sequence[Touched], wanted: Sequence[Document], ctx: Context
) -> None:
    """Refuse to open again what others went on from: a task after it begun, a milestone that requires it begun."""
    for each, goal in zip(touched, wanted, strict=True):
        opened = set(_opened(each.now, goal))
        waiting = _waiting(opened, ctx)
        later = [r for r in change.later if r.event.kind in _BUILDING and _ref(r.event) in waiting]
        if later:
            raise _built_on(each.now, later, change)


def _opened(now: Document, goal: Document) -> Iterator[str]:
    """Yield the refs that are finished now and would not be."""
    name = rules.name(now)
    if _is_over(now) and not _is_over(goal):
        yield name
    finished = {str(t.get("id")) for t in goal.body.get("tasks") or [] if t.get("status") == "completed"}
    for task in now.body.get("tasks") or []:
        if task.get("status") == "completed" and str(task.get("id")) not in finished:
            yield f"{name}/{task.get('id')}"


def _is_over(document: Document) -> bool:
    return document.archived or document.body.get("status") in ("completed", "archived")


def _waiting(opened: set[str], ctx: Context) -> set[str]:
    """Return the refs of what waits for one of these, directly or not."""
    if not opened:
        return set()
    needs: dict[str, list[str]] = {name: list(on) for name, on in graph.of_rows(ctx.rows).items()}
    for row in ctx.rows:
        needs |= {
            f"{row['id']}/{t['id']}": _task_needs(row, t, needs.get(str(row["id"]), [])) for t in row["tasks"]
        }
    found: set[str] = set()
    while more := {ref for ref, on in needs.items() if ref not in found and not (opened | found).isdisjoint(on)}:
        found |= more
    return found


def _task_needs(row: Mapping[str, Any], task: Mapping[str, Any], above: Sequence[str]) -> list[str]:
    own = (str(name) for name in task.get("dependencies") or ())
    return [
        *(name if "/" in name or name.startswith("milestone-") else f"{row['id']}/{name}" for name in own),
        *above,
    ]


def _ref(event: Event) -> str:
    """Return the ref an event is about."""
    return f"{event.milestone}/{event.task}" if event.task else str(event.milestone)


def _built_on(document: Document, later: Sequence[Recorded], change: Change) -> errors.Refused:
    count = f"{len(later)} later change" + ("s were" if len(later) != 1 else " was")
    return errors.Refused(
        f"Change {change.seq} of {rules.name(document)} cannot be taken back: {count} built on it.",
        why="taking it back would break them",
        next=[f"milestone undo {later[-1].seq}" if later else f"milestone show {rules.name(document)}"],
        findings=[
            rules.finding("built_on", _told(recorded), path=_ref(recorded.event)) | {"seq": recorded.seq}
            for recorded in later[:SHOWN]
        ],
        code="built_on",
    )


def _told(recorded: Recorded) -> str:
    what = recorded.event.kind.replace(".", " ").replace("_", " ")
    return f"event {recorded.seq}, {recorded.actor.name}: {what}"
