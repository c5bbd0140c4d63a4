"""How this process is seen by other machines, and by what others are seen here: one answer for a workspace."""

from milestone import errors
from milestone.engine.outcome import seconds
from milestone.engine.presence import USUAL, Presence
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
