"""Backups as text."""

from collections.abc import Sequence

from milestone.cli.output import line
from milestone.cli.text import table
from milestone.operations.backup import BroughtBack, Made

COLUMNS = (
    table.Column("Backup"),
    table.Column("When"),
    table.Column("Event", right=True),
    table.Column("Kind"),
    table.Column("Size", right=True, leaves=2),
    table.Column("Proven"),
    table.Column("Where", leaves=1),
)


def listed(found: Sequence[Made], width: int) -> str:
    """Return the backups as a table."""
    if not found:
        return "No backup was made yet.\nNext: milestone backup create"
    return "\n".join(table.lines(COLUMNS, [_cells(made) for made in found], width))


def made(done: Made) -> str:
    """Return what a new backup holds, and whether it would come back."""
    manifest = done.manifest
    head = f"{manifest.id}: {manifest.kind}, up to event {manifest.seq}, {size(manifest.bytes)}."
    if done.problems:
        return "\n".join([head, "It would not come back whole:", *(f"  {line(each)}" for each in done.problems)])
    return f"{head}\nRestored for a trial: every record is there and the log is unbroken."


def verified(found: Sequence[Made], lost: Sequence[str]) -> str:
    """Return what the trials said."""
    lines = [f"{name} cannot be read: it is damaged." for name in lost]
    for each in found:
        right = not each.problems
        lines.append(f"{each.manifest.id} ({each.where}): {'comes back whole' if right else 'is damaged:'}")
        lines += [f"  {line(problem)}" for problem in each.problems]
    return "\n".join(lines) or "No backup was made yet.\nNext: milestone backup create"


def restored(done: BroughtBack) -> str:
    """Return what was brought back, and where the replaced state lies."""
    manifest, returned = done.manifest, done.returned
    lines = [
        f"{manifest.id} is back: {manifest.seq} events, {returned.files} files written. A new epoch begins.",
        f"What was there is kept in .milestones/{returned.aside}/"
        + (f" and in {done.before}." if done.before else "."),
    ]
    if done.left:
        lines.append(f"The project lies on plain files now; milestone migrate --to {done.left} moves it again.")
    if returned.unrecorded:
        what = ", ".join(returned.unrecorded[:3])
        lines.append(f"The backup's files {what} said more than its log; they lie there under unrecorded/.")
    return "\n".join(lines)


def size(amount: int) -> str:
    """Return bytes as people read them."""
    for unit, step in (("MB", 1_000_000), ("kB", 1000)):
        if amount >= step:
            return f"{amount / step:.1f} {unit}"
    return f"{amount} B"


def _cells(made: Made) -> list[str]:
    manifest = made.manifest
    when = manifest.at[:16].replace("T", " ")
    return [
        manifest.id,
        when,
        str(manifest.seq),
        manifest.kind,
        size(manifest.bytes),
        "yes" if made.verified else "not yet",
        made.where,
    ]
