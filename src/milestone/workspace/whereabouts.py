"""Where a project is, on plain strings: a look pays for every module it loads, and pathlib is the dearest."""

import os
from collections.abc import Mapping

from milestone import errors

FOLDER = ".milestones"


def find_root(start: str, *, project: str | None = None, environ: Mapping[str, str]) -> str:
    """Return the `.milestones` folder to work on.

    Raises:
        ProjectNotFound: there is none; the folders searched are named.
    """
    named = project or environ.get("MILESTONE_DIR")
    if named:
        folder = os.path.normpath(os.path.join(start, os.path.expanduser(named)))
        return _named(folder, "--project" if project else "MILESTONE_DIR")
    root = nearest(start)
    if root is None:
        raise errors.ProjectNotFound(
            f"No project in {start} or above it.",
            why=f"Searched for {FOLDER} from {start} up to {searched(start)[-1]}.",
            next=["milestone quickstart", 'milestone plan "GOAL"'],
        )
    return root


def _named(folder: str, how: str) -> str:
    if os.path.basename(folder) == FOLDER and os.path.isdir(folder):
        return folder
    inside = os.path.join(folder, FOLDER)
    if os.path.isdir(inside):
        return inside
    raise errors.ProjectNotFound(
        f"No project in {folder}.",
        why=f"{how} names it, so no other folder was searched.",
        next=["milestone init"],
    )


def nearest(start: str) -> str | None:
    """Return the project a folder belongs to; in a linked git worktree that of the main one."""
    for folder in searched(start):
        git = os.path.join(folder, ".git")
        if os.path.isfile(git):
            main = main_worktree(git)
            if main is not None and os.path.isdir(os.path.join(main, FOLDER)):
                return os.path.join(main, FOLDER)
        here = os.path.join(folder, FOLDER)
        if os.path.isdir(here):
            return here
    return None


def searched(start: str) -> list[str]:
    """Return the folders looked at, nearest first."""
    found = [start]
    while os.path.dirname(found[-1]) != found[-1]:
        found.append(os.path.dirname(found[-1]))
    return found


def main_worktree(git_file: str) -> str | None:
    """Return the main worktree of a linked one, from its `.git` file; None for a submodule or a broken link."""
    folder = git_folder(git_file)
    common = text_of(os.path.join(folder, "commondir")) if folder else None
    if folder is None or common is None:
        return None  # a submodule has its own history, and its own project
    shared = os.path.realpath(os.path.join(folder, common.strip()))
    return os.path.dirname(shared) if os.path.basename(shared) == ".git" else None


def git_folder(git: str) -> str | None:
    """Return git's folder of a checkout from its `.git` (a folder, or a file naming one), else None."""
    if os.path.isdir(git):
        return git
    text = text_of(git) if os.path.isfile(git) else None
    word, _, target = (text or "").partition(":")
    return os.path.join(os.path.dirname(git), target.strip()) if word == "gitdir" else None


def text_of(path: str) -> str | None:
    """Return what a small file says; None when it cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except OSError:
        return None


def is_new_to_git(root: str) -> bool:
    """Tell whether a repository lies around a records folder and was not told yet how to merge them."""
    if os.path.basename(root) != FOLDER:
        return False
    told = os.path.join(root, "local", "merge-driver")  # as in `integrations.git.merge_entry`
    folders = searched(os.path.dirname(root))
    return not os.path.exists(told) and any(os.path.exists(os.path.join(folder, ".git")) for folder in folders)
