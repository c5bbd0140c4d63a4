"""Where a project is, as paths (`whereabouts` does the work)."""

from collections.abc import Mapping
from pathlib import Path

from milestone.workspace import whereabouts

FOLDER = whereabouts.FOLDER


def find_root(start: Path, *, project: str | None = None, environ: Mapping[str, str]) -> Path:
    """Return the `.milestones` folder to work on.

    Raises:
        ProjectNotFound: there is none; the folders searched are named.
    """
    return Path(whereabouts.find_root(str(start), project=project, environ=environ))


def nearest(start: Path) -> Path | None:
    """Return the project a folder belongs to; in a linked git worktree that of the main one."""
    return _path(whereabouts.nearest(str(start)))


def searched(start: Path) -> list[Path]:
    """Return the folders looked at, nearest first."""
    return [start, *start.parents]


def main_worktree(git_file: Path) -> Path | None:
    """Return the main worktree of a linked one, from its `.git` file; None for a submodule or a broken link."""
    return _path(whereabouts.main_worktree(str(git_file)))


def git_folder(git: Path) -> Path | None:
    """Return git's folder of a checkout from its `.git` (a folder, or a file naming one), else None."""
    return _path(whereabouts.git_folder(str(git)))


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)
