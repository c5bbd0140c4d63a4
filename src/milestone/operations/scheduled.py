"""Backups that are made by themselves: at once after what is critical, and when one is due."""

from datetime import timedelta
from typing import Any

from milestone import clock, errors
from milestone.domain.durations import hours
from milestone.operations import backup, cleaning
from milestone.workspace.base import Workspace

DEFAULT = 24.0  # hours
FREQUENCY = ("backend.cluster_configuration.backup_frequency", "backup.frequency")


def keep_up(workspace: Workspace, *, critical: bool = False) -> list[str]:
    """Make the backup that is due, or that a critical change asks for; return what a person should know of it.

    A critical one is not restored for a trial here, which would hold the command up; that is made up for with the
    next due one, and old leftovers go with it. What hinders a backup is told and stops nothing.
    """
    if not workspace.settings.get("backup.enabled", True) or workspace.options.dry_run:
        return []
    due = is_due(workspace)
    if not (due or critical):
        return []
    if due:
        cleaning.clean(workspace.root)
    try:
        made = backup.create(workspace, kind=None if due else "critical", prove=due)
        late = backup.prove_late(workspace) if due else []
    except errors.Busy:
        return []  # somebody makes one just now
    except errors.MilestoneError as problem:
        return [f"No backup was made: {problem.message} {problem.why}".strip()]
    wrong = [each for each in (made, *late) if each.problems]
    return [*made.warnings, *(f"The backup {each.manifest.id} is not right: {each.problems[0]}" for each in wrong)]


def is_due(workspace: Workspace) -> bool:
    """Tell whether the last backup is longer ago than the settings say; critical ones count, too."""
    newest = backup.shelf_of(workspace).newest()
    if newest is None:
        return True
    return workspace.clock.now() - clock.parse_moment(newest.at) >= frequency(workspace.settings)


def frequency(settings: Any) -> timedelta:
    """Return how long after a backup the next one is due."""
    said = next((settings.get(key) for key in FREQUENCY if settings.get(key) is not None), DEFAULT)
    found = float(said) if isinstance(said, int | float) else hours(str(said), day=24.0, week=168.0)
    return timedelta(hours=DEFAULT if found is None else found)
