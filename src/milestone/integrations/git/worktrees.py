"""A folder of its own for every task: a detached worktree without the records."""

import shutil
import threading
from pathlib import Path

from milestone.integrations.git import furniture
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
    """Put a worktree back to `commit`: what an interrupted attempt left there is gone, what furnishes it stays."""
    _checkout(repository, folder, commit)
    kept = [word for path in furniture.furnished(folder).paths for word in ("-e", _pattern(path))]
    repository.at(folder, "clean", "-ffdxq", *kept)


def reset(repository: Repository, folder: Path, commit: str) -> None:
    """Put the files git has back to `commit`; all others stay."""
    _checkout(repository, folder, commit)


def untracked(repository: Repository, folder: Path) -> list[str]:
    """Return what lies in a worktree besides git's files, ignored or not; a folder of such ends with a slash."""
    return repository.at(folder, "ls-files", "--others", "--directory", "-z").fields


def is_on_a_branch(repository: Repository, folder: Path) -> bool:
    """Say whether a worktree has nothing that is on no branch: neither changed files nor commits."""
    kept = {path.rstrip("/") for path in furniture.furnished(folder).paths}
    status = repository.at(folder, "status", "--porcelain", "-z", "--no-renames", ok=(0, 128)).fields
    if any(entry[3:].rstrip("/") not in kept for entry in status):
        return False
    head = repository.at(folder, "rev-parse", "--verify", "--quiet", "HEAD", ok=(0, 1, 128)).line
    if not head:
        return True
    where = repository.git(
        "for-each-ref", "--count=1", "--format=%(refname)", "--contains", head, ok=(0, 1, 128, 129)
    )
    return bool(where.line)


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


def _pattern(path: str) -> str:
    """Return a path as a pattern of git's own kind that means just this path."""
    return "/" + "".join(f"\\{c}" if c in "\\*?[ #!" else c for c in path)
