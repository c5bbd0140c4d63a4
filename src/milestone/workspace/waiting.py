"""When somebody has to be reminded of an approval next, kept beside the store: most commands ask nothing else."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from milestone import clock
from milestone.domain.questions import Question
from milestone.domain.rows import Row
from milestone.domain.rows import of as rows_of
from milestone.storage.base import Reading
from milestone.workspace.base import Workspace

WAITING = Question(has=("open", "asks"))
NEVER = "9999"
FILE = "local/approvals-due"
# After these something else may be due than was known.
TOLD_BY = (
    "phase.",
    "approval.",
    "vote.",
    "milestone.created",
    "milestone.reopened",
    "document.",
    "change.",
    "store.",
)


def is_due(workspace: Workspace, kinds: Iterable[str] = ()) -> bool:
    """Tell whether to look at the approvals: the moment has come, or something was recorded that may matter."""
    if workspace.options.dry_run or workspace.in_run:
        return False
    place, now = workspace.root / FILE, clock.format_moment(workspace.clock.now())
    if not any(kind.startswith(TOLD_BY) for kind in kinds):
        try:
            return place.read_text(encoding="ascii") <= now
        except (OSError, UnicodeDecodeError):
            if not place.parent.is_dir():
                return False
    with workspace.reading() as reading:
        waits = any(True for _ in rows(reading))
    if not waits:
        keep(workspace.root, NEVER)
    return waits


def rows(reading: Reading) -> Iterator[Row]:
    """Yield the rows of milestones in which people are asked to judge something."""
    return (row for row in rows_of(reading.rows()).select(WAITING) if row["waiting"])


def keep(root: Path, moment: str) -> None:
    """Keep the next moment; where that cannot be kept, the next command looks again."""
    place = root / FILE
    draft = place.with_name(f"{place.name}.{os.getpid()}.tmp")
    if place.parent.is_symlink():  # a link in a clone may lead anywhere
        return
    try:
        draft.write_text(moment, encoding="ascii")
        draft.replace(place)
    except OSError:
        draft.unlink(missing_ok=True)
