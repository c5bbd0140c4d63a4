"""The command lines a record brings: what doing, verifying and checking it would start."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from milestone.domain import facts, proof, tasks
from milestone.domain.document import Body, Document, Event

KEYS = frozenset({"run", "verify", "check"})
HARMLESS = ("shell", "human")  # executors that start nothing but a task's own line
# Events that can bring a line into a record.
BRINGING = frozenset(
    {"milestone.created", "milestone.edited", "task.added", "task.edited", "document.edited", "document.returned"}
)


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """One line that somebody is about to run, and where it stands."""

    text: str
    where: str  # `milestone-001/task-002 verify`, `config worktree.setup`
    file: str | None = None  # the settings file it stands in; None for one of a record
    parts: tuple[str, ...] = ()  # the texts of that file it is made of


def of_task(document: Document, task: Body) -> Iterator[Command]:
    """Yield what a task would start: its work, its verify, the checks of its items, the agent it names."""
    ref = f"{document.body.get('id') or document.uid}/{task.get('id')}"
    if task.get("executor") and task["executor"] not in HARMLESS:
        yield Command(text=named(task["executor"]), where=f"{ref} executor")
    for key in ("run", "verify"):
        if task.get(key):
            yield Command(text=str(task[key]), where=f"{ref} {key}")
    for number, item in enumerate(proof.accepted(task), 1):
        check = proof.check_of(item)
        if check:
            yield Command(text=check, where=f"{ref} acceptance {number}")


def of_milestone(document: Document) -> Iterator[Command]:
    """Yield what executing a milestone would start: its open tasks, and the checks of what it waits for."""
    for task in tasks.of(document.body):
        if tasks.status(task) not in ("completed", "cancelled"):
            yield from of_task(document, task)
    yield from of_facts(document, [*facts.conditions(document), *facts.external(document)])


def of_facts(document: Document, wanted: Iterable[facts.Fact]) -> Iterator[Command]:
    """Yield the checks of facts that are not met."""
    for fact in wanted:
        if fact.check and not fact.met:
            yield Command(text=fact.check, where=f'{document.body.get("id") or document.uid} "{fact.name}"')


def named(executor: Any) -> str:
    """Return the line that stands for starting an agent by name."""
    return f"executor {executor}"


def brought(event: Event) -> set[str]:
    """Return every line that an event puts into a record."""
    if event.kind not in BRINGING:
        return set()
    data = event.data
    found = set(_inside(data.get("body")))
    for path, value in (data.get("set") or {}).items():
        found |= set(_inside({path.rpartition("/")[2]: value}))
    return found


def _inside(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key in KEYS and isinstance(inner, str):
                yield inner
            elif key == "executor" and isinstance(inner, str) and inner not in HARMLESS:
                yield named(inner)
            else:
                yield from _inside(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _inside(inner)
