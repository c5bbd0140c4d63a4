"""What `sync` asks before it changes anything: is this the branch, and are the records there?"""

import json
from pathlib import Path

from milestone import errors
from milestone.integrations.git import unmerged
from milestone.integrations.git.repository import Repository
from milestone.storage import known_files, summary_file
from milestone.workspace.base import Workspace

KEPT = Path("local/sync.json")
MOST = 5  # stops when more than one in so many records vanishes


def check(workspace: Workspace, found: Repository | None, *, here: bool, accept_removals: bool) -> None:
    """Refuse another branch than the last time, and a checkout without many of the records.

    Raises:
        Refused: naming the flag that goes on.
    """
    if found is not None and not here:
        _same_branch(workspace.root, unmerged.branch(found))
    if not accept_removals:
        _records_there(workspace)


def remember(workspace: Workspace, found: Repository | None) -> None:
    """Keep the branch for the next time."""
    if found is not None:
        path = workspace.root / KEPT
        path.parent.mkdir(exist_ok=True)
        kept = {"branch": unmerged.branch(found), "commit": found.commit_of("HEAD")}
        path.write_text(json.dumps(kept), encoding="utf-8")


def last_commit(root: Path) -> str | None:
    """Return the commit the last `sync` was at; None before the first one."""
    try:
        found = json.loads((root / KEPT).read_text(encoding="utf-8")).get("commit")
    except (OSError, ValueError, AttributeError):
        return None
    return str(found) if found else None


def _same_branch(root: Path, now: str | None) -> None:
    try:
        last = json.loads((root / KEPT).read_text(encoding="utf-8"))["branch"]
    except (OSError, ValueError, KeyError, TypeError):
        return
    if last != now:
        names = [name or "a detached HEAD" for name in (last, now)]
        raise errors.Refused(
            f"The last sync was on {names[0]}, and the checkout is on {names[1]}.",
            why="the plan would become what this branch says",
            next=["milestone sync --here"],
            code="other_branch",
        )


def _records_there(workspace: Workspace) -> None:
    known = known_files.of(workspace.store)
    there = summary_file.scan(str(workspace.root))
    said = {path: known_files.uids_in(workspace.root / path) for path in there if path not in known}
    new = {uid for uids in said.values() for uid in uids}
    new |= {Path(path).name for path, uids in said.items() if not uids}  # made by hand, and moved
    gone = [path for path, uid in known.items() if path not in there and not {uid, Path(path).name} & new]
    if len(gone) * MOST > len(known):
        raise errors.Refused(
            f"{len(gone)} of {len(known)} records are not in this checkout.",
            why="so many seldom go on purpose; nothing was changed",
            next=["git status", "milestone sync --accept-removals"],
            code="many_removals",
        )
