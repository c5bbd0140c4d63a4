"""Rules of dependencies between milestones, and between tasks: known ids, never itself, no cycle (R-PLAN-7)."""

from collections.abc import Mapping
from typing import Any

from milestone import errors
from milestone.domain import graph, needs, tasks
from milestone.domain.context import Context
from milestone.domain.decide import rules
from milestone.domain.decide.finding import find
from milestone.domain.document import Document, Event


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
    waits = graph.of_rows(ctx.rows)
    if other in waits.get(name, []):
        return []
    _check_cycle({**waits, name: [*waits.get(name, []), other]}, name)
    return [rules.event(document, "dependency.added", on=other, uid=str(on["uid"]), list="requires")]


def remove(document: Document, on: str, ctx: Context) -> list[Event]:
    """Return the event by which a milestone no longer requires another; unknown ids may be dropped too.

    Raises:
        NotFound: it does not require that.
    """
    meant = {str(old): str(uid) for uid, old in (document.body.get("refs") or {}).items()}
    uid = next((str(row["uid"]) for row in ctx.rows if str(row["id"]) == on), None)
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
    """Return the event by which a task waits for another of its milestone. Raises as `add` does."""
    task, before = find(document, task_ref), find(document, on)
    name, other = str(task["id"]), str(before["id"])
    if name == other:
        raise errors.Refused(f"{rules.ref(document, name)} cannot depend on itself.", code="self_reference")
    waits = tasks.needs(document.body)
    if other in tasks.local_dependencies(document.body, task):
        return []
    _check_cycle({**waits, name: [*waits.get(name, []), other]}, name)
    return [rules.event(document, "dependency.added", name, on=other)]


def remove_from_task(document: Document, task_ref: str, on: str, ctx: Context) -> list[Event]:
    """Return the event by which a task no longer waits for something; unknown words may be dropped too.

    Raises:
        NotFound: it does not wait for that.
    """
    task = find(document, task_ref)
    known = [str(other.get("id")) for other in tasks.of(document.body)]
    meant = tasks.resolve(known, on.rpartition("/")[2])
    written = [d for d in tasks.dependencies(task) if d == on or (meant and tasks.resolve(known, d) == meant)]
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
    found = next((c for c in graph.cycles(waits) if name in c), None)
    if found:
        chain = " → ".join(found)
        here = found.index(name)
        closing = [*found[:-1], *found][here + 1 : here + 3]  # a step that is there already
        raise errors.Refused(
            f"That would close a cycle: {chain}.",
            why="none of them could ever start",
            hint=f"milestone update {closing[0]} --no-depends-on {closing[1]}",
            findings=[rules.finding("cycle", chain, path=name)],
            code="cycle",
        )
