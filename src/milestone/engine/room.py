"""How much room worktrees take, and that they take no more than they may."""

import os
from contextlib import suppress
from pathlib import Path

from milestone.engine.outcome import Blocked
from milestone.engine.setup import Setup
from milestone.integrations.git import furniture, worktrees
from milestone.integrations.git.repository import Repository


def used(folder: Path) -> int:
    """Return the bytes a folder takes on the disk; what cannot be read counts nothing, no link is followed."""
    total, left = 0, [os.fspath(folder)]
    while left:
        with suppress(OSError), os.scandir(left.pop()) as entries:
            for entry in entries:
                with suppress(OSError):
                    total += entry.stat(follow_symlinks=False).st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        left.append(entry.path)
    return total


def check(setup: Setup, repository: Repository) -> None:
    """Let a new worktree be made; the furnished ones that nobody works in go first.

    Raises:
        Blocked: even so they would take more than `worktree.max_megabytes`.
    """
    most = setup.most_disk
    if most is None or used(setup.all_worktrees) < most:
        return
    for session in setup.all_worktrees.iterdir():
        for folder in furniture.folders(session):
            if furniture.is_parked(folder) and furniture.take(folder, ""):
                worktrees.remove(repository, folder)
    taken = used(setup.all_worktrees)
    if taken >= most:
        raise Blocked(
            f"worktrees take {taken >> 20} MB, and may take {most >> 20} (worktree.max_megabytes); "
            "milestone sessions clean removes those that are over",
            "resource",
        )
