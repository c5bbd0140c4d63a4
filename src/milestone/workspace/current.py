"""Which milestone is current: the branch checked out, else the one `use` set, else the last one started."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from milestone import ids
from milestone.workspace import place

PREFIX = "ref: refs/heads/milestone/"
REMEMBERED = "local/current"


class Current(NamedTuple):
    """The current milestone, and why it is this one."""

    id: str
    why: str


def find(root: Path, start: Path, rows: Sequence[Mapping[str, Any]]) -> str | None:
    """Return the id of the current milestone; None when nothing says so."""
    found = which(root, start, rows)
    return found.id if found else None


def which(root: Path, start: Path, rows: Sequence[Mapping[str, Any]]) -> Current | None:
    """Return the current milestone and the reason; a word that names no live milestone is passed over."""
    known = {row["id"] for row in rows}
    branch = branch_milestone(start)
    if branch in known:
        return Current(branch, f"the branch milestone/{branch} is checked out")
    used = remembered(root)
    if used in known:
        return Current(used, "milestone use set it")
    named = named_by_folder(root)
    if named in known:
        return Current(named, "active/current.txt names it")
    started = [row for row in rows if row["status"] == "in_progress" and row["actual_start"]]
    if started:
        last = max(started, key=lambda row: (str(row["actual_start"]), str(row["id"])))
        return Current(str(last["id"]), "it was started last")
    return None


def branch_milestone(start: Path) -> str:
    """Return the id in the checked-out branch `milestone/<id>`, from git's HEAD file; empty for any other."""
    for folder in place.searched(start):
        git = place.git_folder(folder / ".git")
        if git is not None:
            try:
                head = (git / "HEAD").read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError):
                return ""
            return head[len(PREFIX) :] if head.startswith(PREFIX) else ""
    return ""


def remembered(root: Path) -> str:
    """Return what `use` set; empty for nothing."""
    try:
        return (root / REMEMBERED).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def named_by_folder(root: Path) -> str:
    """Return the id in the `active/current.txt` of a folder made by hand; empty without one."""
    try:
        text = (root / "active" / "current.txt").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
    word = text.split("\n")[0].strip().removesuffix(".yaml")
    return ids.parse_milestone_id(word) or word


def remember(root: Path, milestone: str | None) -> None:
    """Keep the current milestone for this clone; None forgets it."""
    target = root / REMEMBERED
    if milestone is None:
        target.unlink(missing_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f"{target.name}.{os.getpid()}")
    fresh.write_text(milestone + "\n", encoding="utf-8")
    fresh.replace(target)
