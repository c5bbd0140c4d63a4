"""Which milestone is current: the branch checked out, else the one `use` set, else the last one started."""

import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from milestone.domain.questions import Question
from milestone.domain.rows import of as rows_of
from milestone.registry import load
from milestone.workspace import whereabouts

Where = str | os.PathLike[str]
PREFIX = "ref: refs/heads/milestone/"
REMEMBERED = "local/current"


class Current(NamedTuple):
    """The current milestone, and why it is this one."""

    id: str
    why: str


def find(root: Where, start: Where, rows: Sequence[Mapping[str, Any]]) -> str | None:
    """Return the id of the current milestone; None when nothing says so."""
    found = which(root, start, rows)
    return found.id if found else None


def which(root: Where, start: Where, rows: Sequence[Mapping[str, Any]]) -> Current | None:
    """Return the current milestone and the reason; a word that names no live milestone is passed over."""
    branch, used, named = branch_milestone(start), remembered(root), named_by_folder(root)
    plan = rows_of(rows)
    words = [word for word in (branch, used, named) if word]
    known = {row["id"] for row in plan.select(Question(ids=words))} if words else set()
    if branch in known:
        return Current(branch, f"the branch milestone/{branch} is checked out")
    if used in known:
        return Current(used, "milestone use set it")
    if named in known:
        return Current(named, "active/current.txt names it")
    last = plan.select(Question(has=("started",), order="started", limit=1))
    return Current(str(last[0]["id"]), "it was started last") if last else None


def branch_milestone(start: Where) -> str:
    """Return the id in the checked-out branch `milestone/<id>`, from git's HEAD file; empty for any other."""
    for folder in whereabouts.searched(os.fspath(start)):
        git = whereabouts.git_folder(os.path.join(folder, ".git"))
        if git is not None:
            head = (whereabouts.text_of(os.path.join(git, "HEAD")) or "").strip()
            return head[len(PREFIX) :] if head.startswith(PREFIX) else ""
    return ""


def remembered(root: Where) -> str:
    """Return what `use` set; empty for nothing."""
    return (whereabouts.text_of(os.path.join(root, REMEMBERED)) or "").strip()


def named_by_folder(root: Where) -> str:
    """Return the id in the `active/current.txt` of a folder made by hand; empty without one."""
    text = (whereabouts.text_of(os.path.join(root, "active", "current.txt")) or "").strip()
    word = text.split("\n")[0].strip().removesuffix(".yaml")
    return (load("milestone.ids:parse_milestone_id")(word) or word) if word else ""


def remember(root: Where, milestone: str | None) -> None:
    """Keep the current milestone for this clone; None forgets it."""
    load("milestone.storage.place:check_inside")(root)
    target = os.path.join(root, REMEMBERED)
    if milestone is None:
        if os.path.exists(target):
            os.remove(target)
        return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    fresh = f"{target}.{os.getpid()}"
    with open(fresh, "w", encoding="utf-8") as file:
        file.write(milestone + "\n")
    os.replace(fresh, target)
