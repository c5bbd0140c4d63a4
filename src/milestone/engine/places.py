"""Which worktree is whose: each task has one; one that is furnished is handed on to the next task."""

from pathlib import Path

from milestone.domain.safe_names import folder_name
from milestone.engine.attempt import Attempt
from milestone.engine.setup import Setup
from milestone.integrations.git import furniture


def of(setup: Setup, found: Attempt) -> Path:
    """Return the folder of a task's worktree: the one that is its own, else the one that would be made for it."""
    place = setup.worktrees_of(str(found.session.body["id"]))
    own = next((each for each in furniture.folders(place) if furniture.owner(each) == found.ref), None)
    return own or _free(place, folder_name(found.name))


def handed_on(setup: Setup, found: Attempt) -> Path | None:
    """Return a furnished worktree that another task of the session left, now this one's; None without one."""
    place = setup.worktrees_of(str(found.session.body["id"]))
    return next((each for each in furniture.folders(place) if furniture.take(each, found.ref)), None)


def parked(setup: Setup, session: str) -> list[Path]:
    """Return the worktrees of a session that wait for a next task."""
    return [each for each in furniture.folders(setup.worktrees_of(session)) if furniture.is_parked(each)]


def _free(place: Path, name: str) -> Path:
    """Return `name`, or with a number where a worktree of another task has that name."""
    for number in range(2, 1000):
        folder = place / (name if number == 2 else f"{name}-{number - 1}")
        if not folder.exists() or not furniture.owner(folder):
            return folder
    return place / name
