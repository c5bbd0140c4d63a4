"""What an agent reads on its standard input: one task, its surroundings, and what went wrong before."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from milestone.domain import phases, tasks
from milestone.domain.document import Body

TAIL = 4_000  # characters of an earlier output: its end says what failed


def text(body: Body, task: Body, *, phase: str | None, folder: Path, deliverables: Path, earlier: str = "") -> str:
    """Return the brief of a task, as Markdown."""
    name = str(task["id"])
    parts = [
        f"# {body['id']}/{name}: {tasks.title(task)}",
        _paragraph(task.get("description")),
        f"Milestone: {body['id']} {body.get('title') or ''}".rstrip(),
        f"Phase: {phase}" if phase else "",
        f"Folder: {folder}",
        f"Deliverables go to: {deliverables}" if phase or task.get("outputs") else "",
        _list("Done when", task.get("acceptance")),
        _list("Outputs", task.get("outputs")),
        _list("Files", task.get("files")),
        f"Checked by: {task['verify']}" if task.get("verify") else "",
        f"From the last worker: {task['next_note']}" if task.get("next_note") else "",
        _review(body, name, phase),
        _list("Already done before this", _before(body, name)),
        f"## The last attempt failed\n\n{earlier.strip()[-TAIL:]}" if earlier.strip() else "",
        "Change files in this folder only. Never edit .milestones/. Do not switch branches.",
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _review(body: Body, name: str, phase: str | None) -> str:
    """Return what a reviewer said when this phase came back, so that the next attempt answers it."""
    here = phases.named(phases.of(body, name), phase) if phase else None
    past = phases.history(body, name, here) if here else []
    said = past[-1].get("comment") if past else None
    return f"## The review sent it back\n\n{past[-1].get('by')}: {said}" if said else ""


def _before(body: Body, name: str) -> list[str]:
    every = {str(t.get("id")): t for t in tasks.of(body)}
    return [f"{d}: {tasks.title(every[d])}" for d in tasks.needs(body).get(name, []) if d in every]


def _paragraph(value: Any) -> str:
    return str(value).strip() if value else ""


def _list(title: str, items: Any) -> str:
    if isinstance(items, str):
        items = [items]
    if not isinstance(items, Sequence) or not items:
        return ""
    return f"{title}:\n" + "\n".join(f"- {_word(item)}" for item in items)


def _word(item: Any) -> str:
    if isinstance(item, Mapping):
        return str(item.get("text") or item.get("name") or item.get("path") or dict(item))
    return str(item)
