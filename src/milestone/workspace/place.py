"""Where a project is: the nearest `.milestones/` upwards, or the one a flag or variable names."""

from collections.abc import Mapping
from pathlib import Path

from milestone import errors

FOLDER = ".milestones"


def find_root(start: Path, *, project: str | None = None, environ: Mapping[str, str]) -> Path:
    """Return the `.milestones` folder to work on.

    Raises:
        ProjectNotFound: there is none; the folders searched are named.
    """
    named = project or environ.get("MILESTONE_DIR")
    if named:
        return _named(start / Path(named).expanduser(), "--project" if project else "MILESTONE_DIR")
    root = nearest(start)
    if root is None:
        raise errors.ProjectNotFound(
            f"No project in {start} or above it.",
            why=f"Searched for {FOLDER} from {start} up to {searched(start)[-1]}.",
            next=["milestone quickstart", 'milestone plan "GOAL"'],
        )
    return root


def nearest(start: Path) -> Path | None:
    """Return the project a folder belongs to; in a linked git worktree that of the main one."""
    for folder in searched(start):
        git = folder / ".git"
        if git.is_file():
            main = main_worktree(git)
            if main is not None and (main / FOLDER).is_dir():
                return main / FOLDER
        if (folder / FOLDER).is_dir():
            return folder / FOLDER
    return None


def searched(start: Path) -> list[Path]:
    """Return the folders looked at, nearest first."""
    return [start, *start.parents]


def main_worktree(git_file: Path) -> Path | None:
    """Return the main worktree of a linked one, from its `.git` file; None for a submodule or a broken link."""
    folder = git_folder(git_file)
    if folder is None:
        return None
    try:
        common = (folder / "commondir").read_text(encoding="utf-8").strip()
    except OSError:
        return None  # a submodule has its own history, and its own project
    shared = (folder / common).resolve()
    return shared.parent if shared.name == ".git" else None


def git_folder(git: Path) -> Path | None:
    """Return git's folder of a checkout from its `.git` (a folder, or a file naming one), else None."""
    if git.is_dir():
        return git
    if not git.is_file():
        return None
    try:
        text = git.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
    word, _, target = text.partition(":")
    return git.parent / target.strip() if word == "gitdir" else None


def _named(folder: Path, how: str) -> Path:
    if folder.name == FOLDER and folder.is_dir():
        return folder
    if (folder / FOLDER).is_dir():
        return folder / FOLDER
    raise errors.ProjectNotFound(
        f"No project in {folder}.",
        why=f"{how} names it, so no other folder was searched.",
        next=["milestone init"],
    )
