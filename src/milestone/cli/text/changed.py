"""What an update changed, in sentences and as field names."""

from collections.abc import Sequence

from milestone.cli import changes
from milestone.cli.text import doing
from milestone.operations.update import Updated
from milestone.reports.names import short


def text(done: Sequence[Updated]) -> str:
    """Return a line for every change, and what follows; the first line says whether anything changed."""
    if not any(each.written.events for each in done):
        refs = ", ".join(short(ref) for each in done for ref in each.refs)
        return f"Nothing changed: {refs} had these values already."
    lines = []
    if any(each.written.dry_run for each in done):
        lines.append("Nothing was recorded (--dry-run). It would be:")
    for each in done:
        lines += doing.sentences(each.written)
    unblocked = [short(ref) for each in done for ref in each.effect.unblocked]
    if unblocked:
        lines.append("Now ready: " + " ".join(unblocked[:8]))
    steps = doing.next_steps(done[-1].effect)
    return "\n".join([*lines, *([f"Next: {', or '.join(steps)}"] if steps else [])])


def fields(done: Updated, ref: str) -> list[str]:
    """Return the names of what changed about one record."""
    milestone, _, task = ref.partition("/")
    found: dict[str, None] = {}
    for recorded in done.written.events:
        event = recorded.event
        if event.milestone == milestone and (event.task or "") == task:
            found |= dict.fromkeys(changes.fields_of(event))
    return list(found)
