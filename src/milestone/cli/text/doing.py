"""What a change to tasks and milestones did, in sentences: what changed, how far it is, what follows."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from milestone.cli import output
from milestone.domain.durations import text_of
from milestone.reports.names import short

if TYPE_CHECKING:  # an update loads nothing of tasks
    from milestone.operations.draft import Effect
    from milestone.operations.task import Finished, Outcome
    from milestone.workspace.base import Written

WORDS = {
    "task.started": "started",
    "task.blocked": "blocked",
    "task.unblocked": "unblocked",
    "task.noted": "noted",
    "task.assigned": "assigned",
    "task.retried": "to be tried again",
    "task.cancelled": "cancelled",
    "task.reopened": "reopened",
    "task.added": "added",
    "task.completed": "done",
    "milestone.started": "started",
    "milestone.completed": "completed",
    "milestone.paused": "paused",
    "milestone.resumed": "goes on",
    "milestone.blocked": "blocked",
    "milestone.cancelled": "cancelled",
    "milestone.reopened": "reopened",
    "milestone.deleted": "deleted; the log keeps it, its number stays taken",
    "milestone.rescheduled": "rescheduled",
    "override.used": "goes past what is unmet, on the record",
}


def finished(outcome: "Outcome") -> str:
    """Return what `task done` did."""
    if not outcome.written.events:
        return _nothing([item.ref for item in outcome.finished], "done already")
    lines = [_dry(outcome.written), *(_finished(item) for item in outcome.finished), _standing(outcome.effect)]
    return "\n".join(filter(None, [*lines, _next(outcome.effect)]))


def changed(outcome: "Outcome", nothing: str) -> str:
    """Return what any other change did; `nothing` says why there was none."""
    if not outcome.written.events:
        return f"Nothing changed: {nothing}."
    lines = [_dry(outcome.written), *sentences(outcome.written)]
    if outcome.effect.unblocked:
        lines.append("Now ready: " + " ".join(short(ref) for ref in outcome.effect.unblocked[:8]))
    return "\n".join(filter(None, [*lines, _next(outcome.effect)]))


def sentences(written: "Written") -> list[str]:
    """Return a line for every event a person should know of."""
    found = []
    for recorded in written.events:
        event, data = recorded.event, recorded.event.data
        ref = short("/".join(filter(None, (event.milestone, event.task))))
        if event.kind in WORDS:
            found.append(f"{output.GREEN}✓{output.END} {ref} {WORDS[event.kind]}{_details(event.kind, data)}")
        elif event.kind == "task.time_logged":
            found.append(
                f"✓ {ref} {text_of(abs(data['hours']))} {'taken back' if data['hours'] < 0 else 'logged'}"
            )
        elif event.kind.endswith((".edited", ".changed")):
            found.append(f"✓ {ref} changed: {', '.join(_fields(data))}")
        elif event.kind.startswith("dependency."):
            word = "now waits for" if event.kind.endswith("added") else "no longer waits for"
            found.append(f"✓ {ref} {word} {short(str(data['on']))}")
        elif event.kind.startswith("fact."):
            found.append(f'✓ {ref} "{output.line(data["fact"])}" is {event.kind.partition(".")[2]}')
        elif event.kind == "question.answered":
            found.append(f"✓ {ref} {data['id']} answered" + _changes(data))
        elif event.kind == "conflict.settled":
            found.append(f"✓ {ref} conflict in {data['field']} is settled")
    return found


def next_steps(effect: "Effect") -> list[str]:
    """Return the commands that may follow."""
    waiting = [(row, each) for row in effect.rows for each in row["waiting"]]
    if waiting and not effect.ready:
        row, each = waiting[-1]
        subject = f"{short(row['id'])} {short(each['task'])}" if each["task"] else short(row["id"])
        return [f"milestone review {subject} --phase {each['phase']} --approve"]
    for row in effect.rows:
        if row["status"] == "completed":
            return [f"milestone archive {short(row['id'])}"]
    if effect.ready:
        return ["milestone next", f"milestone execute {short(effect.ready[0].partition('/')[0])}"]
    return [f"milestone show {short(row['id'])}" for row in effect.rows[:1]]


def _finished(item: "Finished") -> str:
    ref = short(item.ref)
    if item.waits:
        return f"✓ {ref} handed in: its {item.waits} phase waits for approval."
    if item.grade is None:
        return f"✓ {ref} handed in; its next phase has begun."
    how = f"{item.command} succeeded" if item.command else "it has no verify"
    shown = how if item.command else "its receipts show it"
    known = {"command": f"proved: {shown}", "ci": "proved: CI agrees", "self-reported": f"self-reported: {how}"}
    return f"{output.GREEN}✓{output.END} {ref} done ({known.get(item.grade, item.grade)})."


def _standing(effect: "Effect") -> str:
    parts = [
        f"{short(row['id'])} {row['tasks_completed']} of {row['tasks_total']}, {row['percentage']} %."
        for row in effect.rows
        if row["tasks_total"]
    ]
    if effect.unblocked:
        parts.append("Now ready: " + " ".join(short(ref) for ref in effect.unblocked[:8]))
    return " ".join(parts)


def _next(effect: "Effect") -> str:
    steps = next_steps(effect)
    return f"Next: {', or '.join(steps)}" if steps else ""


def _dry(written: "Written") -> str:
    if written.dry_run:
        return "Nothing was recorded (--dry-run). It would be:"
    return "Recorded before, under the same key:" if written.repeated else ""


def _nothing(refs: Sequence[str], why: str) -> str:
    return f"Nothing changed: {', '.join(short(ref) for ref in refs) or 'it'} was {why}."


def _details(kind: str, data: dict[str, Any]) -> str:
    if kind == "task.added":
        return f': "{output.line(data["body"].get("title"))}"'
    if kind == "task.assigned":
        return f" to {output.line(data['assigned_to'])}" if data["assigned_to"] else " to nobody"
    if kind == "milestone.rescheduled":
        return ": " + ", ".join(f"{path.rpartition('_')[2]} {value}" for path, value in data["set"].items())
    reason = data.get("reason")
    return f": {output.line(reason)}" if reason else ""


def _fields(data: dict[str, Any]) -> list[str]:
    return [path.rpartition("/")[2] for path in [*(data.get("set") or {}), *(data.get("unset") or [])]]


def _changes(data: dict[str, Any]) -> str:
    fields = [*(data.get("set") or {}), *(data.get("unset") or [])]
    return f"; it changed {', '.join(fields)}" if fields else ""
