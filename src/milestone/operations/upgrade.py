"""Upgrade a quick-start: what the project has grown into, as changes of its configuration."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from milestone.agents.planners.templates import Sight
from milestone.operations import configure
from milestone.workspace.base import Workspace

ENOUGH = 3  # finished milestones after which phases with gates are worth their effort


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One setting that no longer fits."""

    key: str
    before: Any
    after: Any
    why: str


def changes(
    settings: Mapping[str, Any], sight: Sight, people: int, rows: Sequence[Mapping[str, Any]]
) -> list[Change]:
    """Return what to change, a step at a time: first people, then phases; nothing where all fits."""
    several = max(sight.authors, people)
    size = settings.get("project.team_size") or 1
    if several > size:
        return list(_for_team(settings, several, size))
    finished = sum(str(row.get("status")) in ("completed", "archived") for row in rows)
    if finished >= ENOUGH and not settings.get("features.kiro_workflow"):
        why = f"{finished} milestones are finished; phases with gates keep larger ones in hand"
        return [Change(key="features.kiro_workflow", before=False, after=True, why=why)]
    return []


def upgrade(workspace: Workspace, sight: Sight) -> list[Change]:
    """Return the changes made to the project's configuration; with `--dry-run` those that would be made."""
    with workspace.reading() as reading:
        found = changes(workspace.settings.values, sight, len(workspace.people), reading.rows())
    for change in found:
        text = str(change.after).lower() if isinstance(change.after, bool) else str(change.after)
        configure.put(
            configure.project_file(workspace.root, change.key, text), change.key, text, workspace=workspace
        )
    return found


def _for_team(settings: Mapping[str, Any], several: int, size: int) -> Sequence[Change]:
    why = f"{several} people work here"
    found = [Change(key="project.team_size", before=size, after=several, why=why)]
    if settings.get("project.type") in (None, "personal"):
        found.append(Change(key="project.type", before=settings.get("project.type"), after="team", why=why))
    hours = settings.get("project.hours_per_week")
    if size == 1 and hours in (None, 10):
        found.append(
            Change(key="project.hours_per_week", before=hours, after=40, why="a team's week; set your own if less")
        )
    return found
