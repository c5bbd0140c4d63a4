"""What is known of the repository a project lies in, without touching it."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import msgspec

from milestone.integrations.git.command import Answer, GitFailed, git, without_drivers

OLDEST = (2, 38)  # `merge-tree --write-tree` merges without a checkout


class Checkout(msgspec.Struct, frozen=True, kw_only=True):
    """Where the user's own checkout stands."""

    head: str | None  # commit; None before the first one
    branch: str | None  # None on a detached HEAD
    dirty: tuple[str, ...]  # changed and untracked paths outside the records


class Repository:
    """A git repository around a `.milestones/` folder."""

    def __init__(self, top: Path, records: Path) -> None:
        self.top = top  # the main worktree
        self.records = records  # the `.milestones` folder

    @cached_property
    def records_path(self) -> str:
        """The records folder as git names it, `sub/.milestones`."""
        return self.records.resolve().relative_to(self.top.resolve()).as_posix()

    @cached_property
    def drivers_off(self) -> Sequence[str]:
        return without_drivers(self.top)

    def git(self, *arguments: str, stdin: str | None = None, ok: Sequence[int] = (0,)) -> Answer:
        """Return git's answer in the main worktree."""
        return git(self.top, *arguments, stdin=stdin, ok=ok, config=self.drivers_off)

    def at(self, worktree: Path, *arguments: str, ok: Sequence[int] = (0,)) -> Answer:
        """Return git's answer in another worktree of this repository."""
        return git(worktree, *arguments, ok=ok, config=self.drivers_off)

    def commit_of(self, name: str) -> str | None:
        """Return the commit a full ref or commit name stands for; None when there is none."""
        answer = self.git(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}", ok=(0, 1, 128)
        )
        return answer.line or None

    def tracks(self, path: Path) -> bool:
        """Tell whether git has a file, in its index."""
        return self.git("ls-files", "--error-unmatch", "--", str(path.resolve()), ok=(0, 1)).code == 0

    def checkout(self) -> Checkout:
        """Return where the user's checkout stands. Changes in the records do not count as dirty."""
        branch = self.git("symbolic-ref", "--quiet", "--short", "HEAD", ok=(0, 1, 128)).line or None
        return Checkout(head=self.commit_of("HEAD"), branch=branch, dirty=self.changed())

    def changed(self) -> tuple[str, ...]:
        """Return changed and untracked paths of the user's checkout, outside the records."""
        return changed_paths(self, self.top)

    def branches_in_use(self) -> dict[str, Path]:
        """Return branch -> worktree for every branch that is checked out somewhere."""
        listed = self.git("worktree", "list", "--porcelain", "-z").out.split("\0")
        used: dict[str, Path] = {}
        folder = self.top
        for line in listed:
            word, _, rest = line.partition(" ")
            if word == "worktree":
                folder = Path(rest)
            elif word == "branch":
                used[rest.removeprefix("refs/heads/")] = folder
        return used


def changed_paths(repository: Repository, worktree: Path) -> tuple[str, ...]:
    """Return what differs from HEAD in a worktree outside the records, untracked files included."""
    outside = f":(top,exclude){repository.records_path}"
    status = ("status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames", "--", ":(top)", outside)
    return tuple(field[3:] for field in repository.at(worktree, *status).fields)


def find(records: Path) -> Repository | None:
    """Return the repository around a records folder; None without git, and inside `.git` itself."""
    try:
        top = git(records.parent, "rev-parse", "--show-toplevel").line
    except GitFailed:
        return None
    if not top or not records.resolve().is_relative_to(Path(top).resolve()):
        return None
    return Repository(Path(top), records)


def is_refused(records: Path) -> bool:
    """Say whether git will not work here because the folder belongs to somebody else."""
    try:
        git(records.parent, "rev-parse", "--show-toplevel")
    except GitFailed as failed:
        return "dubious ownership" in failed.reason
    return False


def version() -> tuple[int, int]:
    """Return git's version; (0, 0) when there is none."""
    try:
        words = git(Path("/"), "version").line.split()
    except GitFailed:
        return (0, 0)
    numbers = (words[2] if len(words) > 2 else "0.0").split(".")
    return (int(numbers[0]), int(numbers[1])) if len(numbers) > 1 and numbers[1].isdigit() else (0, 0)
