"""Rules of dependencies between milestones, and between tasks: known ids, never itself, no cycle (R-PLAN-7)."""

from collections.abc import Mapping, Sequence
from typing import Any

from milestone import errors, ids
from milestone.domain import graph, needs, tasks
from milestone.domain.context import Context
from milestone.domain.decide import rules
from milestone.domain.decide.finding import before, find
from milestone.domain.document import Document, Event
from milestone.domain.questions import Question
from milestone.domain.rows import links
from milestone.domain.rows import of as rows_of


def add(document: Document, on: Mapping[str, Any], ctx: Context) -> list[Event]:
    """Return the event by which a milestone requires another one (its row); nothing when it does already.

    Raises:
        Refused: it is the milestone itself, or the dependency would close a cycle, which is named.
    """
    name, other = rules.name(document), str(on["id"])
    if str(on["uid"]) == document.uid:
        raise errors.Refused(
            f"{name} cannot depend on itself.", hint=f"milestone show {name}", code="self_reference"
        )
    waits = links(rows_of(ctx.rows))
    if other in waits.get(name, []):
        return []
    _check_cycle({**waits, name: [*waits.get(name, []), other]}, name)
    whole = everything(ctx.rows) if crosses(ctx.rows) else {}
    inside = {each: [*wanted, other] for each, wanted in whole.items() if each.partition("/")[0] == name}
    for each in inside:
        _check_cycle({**whole, **inside}, each)
    return [rules.event(document, "dependency.added", on=other, uid=str(on["uid"]), list="requires")]


def remove(document: Document, on: str, ctx: Context) -> list[Event]:
    """Return the event by which a milestone no longer requires another; unknown ids may be dropped too.

    Raises:
        NotFound: it does not require that.
    """
    meant = {str(old): str(uid) for uid, old in (document.body.get("refs") or {}).items()}
    named = rows_of(ctx.rows).named(on)
    uid = str(named["uid"]) if named is not None else None
    written = [w for w in needs.requires(document.body) if w == on or (uid is not None and meant.get(w) == uid)]
    if not written:
        required = needs.requires(document.body)
        raise errors.NotFound(
            f"{rules.name(document)} does not require {on}.",
            why=f"it requires {rules.words_of(required, 'and')}" if required else "it requires nothing",
            candidates=required,
            code="dependency_not_found",
        )
    return [rules.event(document, "dependency.removed", on=on, written=written[0] if written[0] != on else None)]


def remove_enables(other: Document, name: str, ctx: Context) -> list[Event]:
    """Return the event by which `other` no longer says that it enables a milestone; nothing when it does not."""
    if name not in needs.enables(other.body):
        return []
    return [rules.event(other, "dependency.removed", on=name, list="enables")]


def add_to_task(document: Document, task_ref: str, on: str, ctx: Context) -> list[Event]:
    """Return the event by which a task waits for another one, here or elsewhere, or for a milestone.

    Raises: as `add`; TaskNotFound, MilestoneNotFound.
    """
    task, other = find(document, task_ref), before(document, on, ctx)
    name = str(task["id"])
    if name == other:
        raise errors.Refused(f"{rules.ref(document, name)} cannot depend on itself.", code="self_reference")
    if other in (*tasks.local_dependencies(document.body, task), *tasks.dependencies(task)):
        return []
    waits = everything(around(document, other, ctx))
    own, wanted = (
        rules.ref(document, name),
        other if other.startswith("milestone-") else rules.ref(document, other),
    )
    _check_cycle({**waits, own: [*waits.get(own, []), wanted]}, own)
    return [rules.event(document, "dependency.added", name, on=other)]


def everything(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return what waits for what across milestones and tasks.

    A milestone waits for its tasks and what it requires, a task for what its milestone requires, for its own
    dependencies, those of its parent, and its subtasks.
    """
    required = graph.of_rows(rows)
    found: dict[str, list[str]] = {}
    for row in rows:
        name = str(row["id"])
        inside = {str(task["id"]): task for task in row["tasks"]}
        found[name] = [*required[name], *(f"{name}/{each}" for each in inside)]
        for task in row["tasks"]:
            above = inside.get(str(task["parent"]), {}).get("dependencies") or []
            waits = [*task["dependencies"], *above, *task["children"]]
            found[f"{name}/{task['id']}"] = [*required[name], *(_node(name, inside, each) for each in waits)]
    return found


def _node(milestone: str, inside: Mapping[str, Any], text: str) -> str:
    if text in inside:
        return f"{milestone}/{text}"
    above, slash, local = text.rpartition("/")
    return f"{needs.full(above)}/{ids.parse_task_id(local) or local}" if slash else needs.full(text)


def crosses(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether any task waits for something outside its milestone: only then can tasks close a wider cycle."""
    return bool(rows_of(rows).select(Question(has=("crosses",), limit=1)))


def around(document: Document, on: str, ctx: Context) -> Sequence[Mapping[str, Any]]:
    """Return the rows whose tasks could close a cycle through a task here that waits for `on`."""
    row = rows_of(ctx.rows).of_uid(document.uid)
    inside = "/" not in on and not on.startswith("milestone-")
    return [row] if row is not None and inside and not crosses(ctx.rows) else ctx.rows


def remove_from_task(document: Document, task_ref: str, on: str, ctx: Context) -> list[Event]:
    """Return the event by which a task no longer waits for something; unknown words may be dropped too.

    Raises:
        NotFound: it does not wait for that.
    """
    task = find(document, task_ref)
    try:
        meant = before(document, on, ctx)
    except errors.NotFound:
        meant = on
    known = [str(other.get("id")) for other in tasks.of(document.body)]
    written = [d for d in tasks.dependencies(task) if meant in (d, tasks.resolve(known, d))]
    if not written:
        waits = tasks.dependencies(task)
        raise errors.NotFound(
            f"{rules.ref(document, str(task['id']))} does not wait for {on}.",
            why=f"it waits for {rules.words_of(waits, 'and')}" if waits else "it waits for nothing",
            candidates=waits,
            code="dependency_not_found",
        )
    return [rules.event(document, "dependency.removed", str(task["id"]), on=written[0])]


def _check_cycle(waits: graph.Needs, name: str) -> None:
    found = graph.cycle_through(waits, name)
    if found:
        chain = " → ".join(found)
        raise errors.Refused(
            f"That would close a cycle: {chain}.",
            why="none of them could ever start",
            hint=f"milestone update {found[1]} --no-depends-on {found[2]}",
            findings=[rules.finding("cycle", chain, path=name)],
            code="cycle",
        )
