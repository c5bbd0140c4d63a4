"""Names of records that people type: `milestone-004`, `m4/t2`; uids are in `uids`."""

import re
from typing import NamedTuple

MILESTONE_ID = re.compile(r"(?:milestone-|m-?)?0*(\d{1,9})", re.IGNORECASE)
TASK_ID = re.compile(r"(?:task-|t-?)?0*(\d{1,9})", re.IGNORECASE)
SESSION_ID = re.compile(r"session-\d{8}-\d{3,}")
CURRENT = frozenset({"current", "milestone-current", "@"})


class Ref(NamedTuple):
    """What a person typed: a milestone, or a task in it (`milestone` is None for the current one)."""

    milestone: str | None
    task: str | None = None


def milestone_id(number: int) -> str:
    """Return `milestone-007` for 7."""
    return f"milestone-{number:03d}"


def task_id(number: int) -> str:
    """Return `task-007` for 7."""
    return f"task-{number:03d}"


def parse_milestone_id(text: str) -> str | None:
    """Return the full id for `M-001`, `m1`, `1`; None for a word that is not numbered."""
    match = MILESTONE_ID.fullmatch(text.strip())
    return milestone_id(int(match[1])) if match else None


def parse_task_id(text: str) -> str | None:
    """Return the full id for `t2`, `task-002`, `2`; None for a word that is not numbered."""
    match = TASK_ID.fullmatch(text.strip())
    return task_id(int(match[1])) if match else None


def number_of(full_id: str) -> int | None:
    """Return 7 for `milestone-007`; None for a word that is not numbered."""
    match = re.fullmatch(r"(?:milestone|task)-(\d+)", full_id)
    return int(match[1]) if match else None


def order(full_id: str) -> tuple[int, int, str]:
    """Return the sort key of an id: numbered ones by number, then words."""
    number = number_of(full_id)
    return (1, 0, full_id) if number is None else (0, number, full_id)
