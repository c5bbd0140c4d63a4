"""Which record a typed word means, among summary rows: ids, beginnings of titles, the current one."""

from collections.abc import Mapping, Sequence
from typing import Any

from milestone import errors, ids

Row = Mapping[str, Any]
NEAR = 3


def milestone(rows: Sequence[Row], text: str, current: str | None = None) -> Row:
    """Return the row a word means; for reading, a unique beginning of a title's slug will do.

    Raises:
        MilestoneNotFound: none; AmbiguousId: several; InvalidRequest: the current one is meant and there is none.
    """
    if text.lower() in ids.CURRENT:
        return _current(rows, current)
    full = ids.parse_milestone_id(text)
    for row in rows:
        if row["id"] == full or row["id"] == text or text in row["formerly"]:
            return row
    word = "-".join(text.casefold().split())
    found = [row for row in rows if word and row["slug"].startswith(word) and not full]
    if len(found) == 1:
        return found[0]
    if found:
        raise errors.AmbiguousId(
            f'"{text}" may mean {len(found)} milestones.',
            candidates=[row["id"] for row in found],
            next=[f"milestone show {found[0]['id']}"],
        )
    raise errors.MilestoneNotFound(
        f'There is no milestone "{text}".',
        why=_which(rows),
        next=["milestone list"],
        candidates=_near(rows, full or text),
    )


def task(rows: Sequence[Row], text: str, current: str | None = None) -> tuple[Row, Row]:
    """Return the rows of a task and its milestone for `m1/t2`, `m1/2`, `t2` in the current one.

    Raises:
        TaskNotFound: the milestone has no such task; else as `milestone`.
    """
    above, slash, name = text.rpartition("/")
    row = milestone(rows, above, current) if slash else _current(rows, current)
    full = ids.parse_task_id(name)
    for each in row["tasks"]:
        if each["id"] in (full, name):
            return row, each
    raise errors.TaskNotFound(
        f'{row["id"]} has no task "{name}".',
        why=f"It has {_listed([each['id'] for each in row['tasks']]) or 'no tasks'}.",
        next=[f"milestone show {row['id']}"],
    )


def is_task(text: str) -> bool:
    """Return whether a word names a task rather than a milestone."""
    return "/" in text or (text.lower().startswith(("t", "task-")) and ids.parse_task_id(text) is not None)


def _current(rows: Sequence[Row], current: str | None) -> Row:
    for row in rows:
        if row["id"] == current:
            return row
    raise errors.InvalidRequest(
        "No milestone is current.",
        why="The current one is the branch checked out, the one set by use, or the one started last.",
        next=["milestone use ID", "milestone list"],
    )


def _which(rows: Sequence[Row]) -> str:
    return (
        f"This project has {_listed([str(row['id']) for row in rows])}." if rows else "This project has none yet."
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= 6 else f"{', '.join(names[:5])} and {len(names) - 5} more"


def _near(rows: Sequence[Row], text: str) -> list[str]:
    number = ids.number_of(text)
    if number is None:
        return [str(row["id"]) for row in rows if text.casefold() in str(row["title"]).casefold()][:NEAR]
    digits = str(number)
    return [
        str(row["id"]) for row in rows if str(ids.number_of(str(row["id"])) or "") in (digits[:-1], digits[1:])
    ][:NEAR]
