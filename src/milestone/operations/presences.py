"""How this process is seen by other machines, and by what others are seen here: one answer for a workspace."""

from typing import Any

from milestone import errors
from milestone.engine.outcome import seconds
from milestone.engine.presence import USUAL, Presence
from milestone.integrations.git import remotes
from milestone.integrations.git import repository as repositories
from milestone.storage import located
from milestone.workspace.base import Workspace


def of(workspace: Workspace) -> Presence:
    """Return this process's presence; on PostgreSQL other machines see it once it has begun."""
    known = workspace.presence
    if not isinstance(known, Presence):
        make = getattr(workspace.store, "leases", None)
        lease = seconds(workspace.settings.get("execution.worker_lease")) or USUAL
        known = Presence(make(lease) if make is not None else None, located.place_of(workspace.root.resolve()))
        workspace.presence = known
    return known


def is_shared(workspace: Workspace) -> bool:
    """Say whether runs that begin here are worked on by workers of other machines, too."""
    return of(workspace).is_shared and workspace.settings.get("execution.workers") == "shared"


def owner(workspace: Workspace, *, worktrees: bool) -> dict[str, Any]:
    """Return whose session it is; in worktrees, workers of other machines may take its tasks, too.

    Raises:
        Refused: runs are shared, and there is no remote where the others would find the branch.
    """
    mine = of(workspace).mine()
    if not (worktrees and is_shared(workspace)):
        return mine
    found, name = repositories.find(workspace.root.resolve()), remote(workspace)
    if found is None or not remotes.has(found, name):
        raise errors.Refused(
            f"This repository has no remote {name}.",
            why="execution.workers is shared: workers of other machines find the branch there",
            next=[f"git remote add {name} URL", "milestone config set execution.workers local"],
            code="no_remote",
        )
    return {**mine, "shared": True}


def remote(workspace: Workspace) -> str:
    """Return the name of the git remote that all machines reach."""
    return str(workspace.settings.get("git.remote") or "origin")


def begin(workspace: Workspace) -> None:
    """Be seen from now on where that is possible; who may not say so runs for this clone alone.

    Raises:
        MilestoneError: runs are shared, and nobody would see this process.
    """
    try:
        of(workspace).begin()
    except (errors.NotPermitted, errors.Busy):
        if is_shared(workspace):
            raise
