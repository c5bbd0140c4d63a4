"""What `sync` did, in sentences."""

from typing import Any

from milestone.cli import changes, output
from milestone.domain.document import Recorded
from milestone.operations.sync import Synced
from milestone.reports.names import short

MOST = 12  # lines of one sort


def synced(done: Synced) -> str:
    """Return what was settled and taken in, what waits for a person, and what follows."""
    lines = [*_settled(done), *_taken_in(done), *_waiting(done)]
    if done.paths and not lines:
        lines.append(f"Wrote {_count(len(done.paths), 'file')} as the records say.")
    if done.commit:
        lines.append(f"Committed as {done.commit[:10]}.")
    elif done.staged:
        lines.append(f"Git knows {_count(len(done.staged), 'unmerged file')} as settled; commit when you like.")
    steps = next_steps(done)
    head = lines or ["Nothing to settle: records and files agree."]
    return "\n".join([*head, *([f"Next: {', or '.join(steps)}"] if steps else [])])


def adopted(recorded: Recorded) -> dict[str, Any]:
    """Return one change that was taken in, as data."""
    event = recorded.event
    return {"ref": event.milestone, "kind": event.kind, "fields": changes.fields_of(event)}


def next_steps(done: Synced) -> list[str]:
    """Return the commands that follow."""
    refs = dict.fromkeys(str(conflict["ref"]) for conflict in done.conflicts)
    return [f"milestone show {short(ref)}" for ref in list(refs)[:3]]


def _settled(done: Synced) -> list[str]:
    settled = done.settled
    lines = [
        f"Two were {each.was}: the older one stays it, the other is {each.now} now." for each in settled.renumbered
    ]
    if settled.joined:
        lines.append(f"{_count(len(settled.joined), 'record')} stood in two places: joined.")
    lines += [f"Left as it is: {output.line(warning.message)}" for warning in settled.left.values()]
    if done.written.dry_run and settled.paths:
        lines.append(f"Nothing was written (--dry-run). It would be: {', '.join(settled.paths[:MOST])}")
    return lines


def _taken_in(done: Synced) -> list[str]:
    events = done.written.adopted
    if not events:
        return []
    shown = [
        f"  {recorded.event.kind:<22} {output.line(recorded.event.milestone or '')}" for recorded in events[:MOST]
    ]
    more = [f"  and {len(events) - MOST} more"] if len(events) > MOST else []
    return [f"Taken in: {_count(len(events), 'change')}.", *shown, *more]


def _waiting(done: Synced) -> list[str]:
    lines = [
        f"  {short(str(each['ref']))} {each['field']}: {_said(each['value'])} stands, the other side says "
        f"{_said(each['other'])}"
        for each in done.conflicts[:MOST]
    ]
    return ["Both sides changed these; an update of the field settles it:", *lines] if lines else []


def _said(value: object) -> str:
    return output.line("nothing" if value is None else str(value))[:60]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
