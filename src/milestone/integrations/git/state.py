"""What a worktree holds at one moment: its commit, and one name for all files as they are."""

import shutil
import tempfile
from pathlib import Path

from milestone.domain.receipts import WorkState
from milestone.integrations.git import furniture, repository
from milestone.integrations.git.command import Answer, GitFailed, git
from milestone.integrations.git.repository import Repository


def of(records: Path, folder: Path) -> WorkState | None:
    """Return the state of the worktree `folder` lies in; None without git around these records."""
    found = repository.find(records)
    return None if found is None else at(found, folder)


def at(found: Repository, folder: Path) -> WorkState | None:
    """Return the state of one worktree of a repository; None where git does not answer.

    `tree` names the content of every file git does not ignore, the records left out, as it is on the disk: the
    same before a commit and after it.
    """
    try:
        head = found.at(folder, "rev-parse", "--verify", "--quiet", "HEAD^{commit}", ok=(0, 1, 128)).line
        return WorkState(
            commit=head or None,
            tree=_tree(found, folder),
            uncommitted=repository.changed_paths(found, folder),
        )
    except (GitFailed, OSError):
        return None


def _tree(found: Repository, folder: Path) -> str:
    """Return the name of the tree of all files as they are; nothing is written into the repository."""
    index, objects = found.at(folder, "rev-parse", "--git-path", "index", "--git-path", "objects").out.splitlines()
    with tempfile.TemporaryDirectory(prefix="milestone-") as name:
        if (folder / index).exists():
            # Its notes spare reading every file again. With its own time: a newer one would make git trust the
            # note of a file that was changed in the very second it was noted.
            shutil.copy2(folder / index, f"{name}/index")
        own = {
            "GIT_INDEX_FILE": f"{name}/index",
            "GIT_OBJECT_DIRECTORY": name,
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": str((folder / objects).resolve()),
        }

        def run(*arguments: str) -> Answer:
            return git(folder, *arguments, config=found.drivers_off, environment=own)

        records = f":(top,exclude){found.records_path}"
        run("add", "--all", "--", ":(top)", records, *furniture.left_out(folder))
        run(
            "rm", "-r", "-f", "-q", "--cached", "--sparse", "--ignore-unmatch", "--", f":(top){found.records_path}"
        )
        return run("write-tree").line
