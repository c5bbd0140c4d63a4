"""What was taken back, in sentences."""

from milestone.cli import output
from milestone.domain.document import Recorded
from milestone.operations.undo import Undone
from milestone.reports import events
from milestone.reports.names import short


def undone(done: Undone) -> str:
    """Return what was taken back, and how to have it again."""
    head = "Nothing was recorded (--dry-run). It would take back:" if done.written.dry_run else "Taken back:"
    lines = [f"{head} change {done.of}", *(f"  {_told(recorded)}" for recorded in done.events)]
    if done.written.events and not done.written.dry_run:
        lines.append(f"To have it again: milestone undo {done.written.events[0].seq}")
    return "\n".join(lines)


def _told(recorded: Recorded) -> str:
    event = recorded.event
    ref = short("/".join(filter(None, (event.milestone, event.task))))
    what = event.kind.replace(".", " ").replace("_", " ")
    said = output.line(events.told(events.flat(recorded)))
    return " ".join(filter(None, (ref, what))) + (f": {said}" if said else "")
