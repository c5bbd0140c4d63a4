"""A folder of its own for every task: a detached worktree without the records."""

import shutil
import threading
from pathlib import Path

from milestone.integrations.git.command import GitFailed, git
from milestone.integrations.git.repository import Repository

# `worktree prune` takes away the notes of a worktree that another thread is just making.
_TURN = threading.RLock()


def add(repository: Repository, folder: Path, commit: str) -> None:
    """Make `folder` a worktree at `commit`, without the records; one that is whole already stays as it is.

    The records are left out by the worktree's own sparse patterns, handed to this one checkout: no setting of the
    repository changes, and git keeps the records in the index, so a commit made here does not remove them.
    """
    with _TURN:
        _add(repository, folder, commit)


def _add(repository: Repository, folder: Path, commit: str) -> None:
    if is_whole(repository, folder):
        return
    remove(repository, folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    repository.git(
        "worktree", "add", "--detach", "--no-checkout", "--force", "--end-of-options", str(folder), commit
    )
    own = Path(repository.at(folder, "rev-parse", "--absolute-git-dir").line)
    (own / "info").mkdir(exist_ok=True)
    (own / "info" / "sparse-checkout").write_text(f"/*\n!/{repository.records_path}/\n", encoding="utf-8")
    _checkout(repository, folder, commit)
    (own / "milestone-ready").touch()


def is_whole(repository: Repository, folder: Path) -> bool:
    """Say whether the folder is a worktree whose checkout came to its end."""
    try:
        own = repository.at(folder, "rev-parse", "--absolute-git-dir").line
    except GitFailed:
        return False
    return Path(own).parent.name == "worktrees" and (Path(own) / "milestone-ready").exists()


def clean(repository: Repository, folder: Path, commit: str) -> None:
    """Put a worktree back to `commit`: what an interrupted attempt left there is gone."""
    _checkout(repository, folder, commit)
    repository.at(folder, "clean", "-ffdxq")


def remove(repository: Repository, folder: Path) -> None:
    """Remove a worktree and git's note of it; nothing happens when there is none."""
    with _TURN:
        _remove(repository, folder)


def _remove(repository: Repository, folder: Path) -> None:
    if not folder.exists() and not folder.is_symlink():
        repository.git("worktree", "prune", "--expire=now")
        return
    repository.git("worktree", "remove", "--force", "--force", "--end-of-options", str(folder), ok=(0, 128))
    if folder.exists():
        shutil.rmtree(folder, ignore_errors=True)
        repository.git("worktree", "prune", "--expire=now")


def _checkout(repository: Repository, folder: Path, commit: str) -> None:
    git(
        folder,
        "read-tree",
        "--reset",
        "-u",
        commit,
        config=(*repository.drivers_off, "core.sparseCheckout=true", "core.sparseCheckoutCone=false"),
    )
    repository.at(folder, "update-ref", "--no-deref", "HEAD", commit)
