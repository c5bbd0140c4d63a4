"""Archiving as text: what was moved, what it took, what is missing of the others."""

from collections.abc import Sequence

from milestone.cli.output import BOLD, END, GREEN, RED, line
from milestone.operations import lessons
from milestone.operations.archive import Outcome


def outcomes(found: Sequence[Outcome]) -> str:
    """Return a paragraph for each milestone, or the sentence of an empty batch."""
    if not found:
        return (
            "No milestone waits for the archive: one does when all of its tasks are done.\nNext: milestone status"
        )
    lines = []
    for outcome in found:
        lines += _archived(outcome) if outcome.written else _refused(outcome)
    if any(outcome.written and outcome.written.events for outcome in found):
        lines.append("Next: milestone status")
    return "\n".join(lines)


def _archived(outcome: Outcome) -> list[str]:
    name, title = line(outcome.id), line(outcome.title)
    written = outcome.written
    assert written is not None
    if outcome.was_archived:
        return [f"{GREEN}✓{END} {name} {title} is in the archive already."]
    if written.dry_run:
        return [f"Would archive {name} {title}: " + ", ".join(r.event.kind for r in written.events) + "."]
    overridden = [r.event.data for r in written.events if r.event.kind == "override.used"]
    proven = f"{outcome.criteria} of {outcome.criteria} criteria have evidence. " if outcome.criteria else ""
    if overridden:
        proven = f"Archived with {len(overridden[0]['unmet'])} unmet: {line(overridden[0]['reason'])}. "
    lines = [
        f"{GREEN}✓{END} {BOLD}{name}{END} {title}",
        f"  {proven}Moved to completed/, lesson written.",
        f"  {lessons.figures(outcome.lesson)}",
    ]
    learned = [item for item in outcome.lesson.get("learned") or [] if isinstance(item, dict)]
    return [*lines, *(f"  - {line(item.get('text'))}" for item in learned)]


def _refused(outcome: Outcome) -> list[str]:
    refusal = outcome.refusal
    assert refusal is not None
    found = [f"  - {line(item['message'])}" for item in refusal.findings]
    return [f"{RED}✗{END} {line(refusal.message)}", *found, *(f"  next: {way}" for way in refusal.next[:2])]
