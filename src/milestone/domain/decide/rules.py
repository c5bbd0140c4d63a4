"""What every rule uses: who may, which way a state is left, what an event about this record looks like."""

from collections.abc import Mapping, Sequence
from typing import Any

from milestone import errors
from milestone.domain import states
from milestone.domain.context import Context
from milestone.domain.document import Document, Event

Finding = dict[str, Any]


def event(document: Document, kind: str, task: str | None = None, /, **data: Any) -> Event:
    """Return an event about a document; fields without a value are left out."""
    return Event(
        kind=kind,
        document=document.kind,
        uid=document.uid,
        milestone=name(document),
        task=task,
        data={key: value for key, value in data.items() if value is not None},
    )


def name(document: Document) -> str:
    """Return the id people know a milestone by."""
    return str(document.body.get("id") or document.uid)


def ref(document: Document, task: str | None) -> str:
    """Return `milestone-001`, or `milestone-001/task-002`."""
    return f"{name(document)}/{task}" if task else name(document)


def finding(code: str, message: str, *, path: str = "", hint: str = "", severity: str = "error") -> Finding:
    """Return one thing that is wrong, as doors show it."""
    return {"severity": severity, "code": code, "path": path, "line": None, "message": message, "hint": hint}


def needs_a_person(ctx: Context, act: str) -> None:
    """Let people pass.

    Raises:
        NeedsAPerson: the actor is a program, or this process was started by a run.
    """
    if ctx.actor.kind == "person" and not ctx.in_run:
        return
    who = f"you act as {ctx.actor.name}" if ctx.actor.kind != "person" else "this process was started by a run"
    raise errors.NeedsAPerson(
        f"{act} needs a person ({who}).",
        why="overrides, approvals and facts are said by people, whoever a flag names",
        hint="a person does it at a terminal",
    )


def moved(noun: str, document: Document, task: str | None, state: str, verb: str) -> str:
    """Return the state that a verb leads to.

    Raises:
        Refused: the table has no such way; the ways there are are named.
    """
    found = states.after(noun, state, verb)
    if found is None:
        raise errors.Refused(
            f"{ref(document, task)} is {words(state)}: it cannot be {words(verb)}.",
            why=f"from {words(state)} it can only be "
            + (words_of([words(w) for w in states.ways_out(noun, state)]) or "left as it is"),
            hint=_way(noun, document, task, state),
            code="wrong_state",
        )
    return found


def words(state: str) -> str:
    """Return a state as people read it."""
    return state.replace("_", " ")


def words_of(items: Sequence[str], last: str = "or") -> str:
    """Return `a, b or c`."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}" if items else ""


def says(settings: Mapping[str, Any], key: str, default: Any = None) -> Any:
    """Return a setting, or `default` when it is unset."""
    found = settings.get(key)
    return default if found is None else found


def _way(noun: str, document: Document, task: str | None, state: str) -> str:
    spelt = ref(document, task)
    if noun == "task":
        return {
            "failed": f"milestone task retry {spelt}",
            "blocked": f"milestone task unblock {spelt}",
            "completed": f'milestone task reopen {spelt} --reason "..."',
            "cancelled": f'milestone task reopen {spelt} --reason "..."',
        }.get(state, f"milestone show {spelt}")
    return {
        "completed": f"milestone archive {spelt}",
        "archived": f'milestone reopen {spelt} --reason "..."',
        "cancelled": f'milestone reopen {spelt} --reason "..."',
    }.get(state, f"milestone show {spelt}")
