"""One commit a task on `milestone/<id>`, put there without any checkout."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from milestone.domain.safe_names import branch_name
from milestone.integrations.git import furniture
from milestone.integrations.git.command import GitFailed, git
from milestone.integrations.git.repository import Repository

SHOWN_CHANGES = 12
HEADERS = {
    "feature": "feat",
    "enhancement": "feat",
    "bug": "fix",
    "bugfix": "fix",
    "fix": "fix",
    "docs": "docs",
    "documentation": "docs",
    "test": "test",
    "testing": "test",
    "refactor": "refactor",
    "refactoring": "refactor",
    "performance": "perf",
    "infrastructure": "build",
    "deployment": "build",
    "maintenance": "chore",
    "chore": "chore",
}


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One path a task changed: `status` is git's letter."""

    status: str
    path: str


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What the commit of a task says."""

    milestone: str
    task: str
    title: str
    category: str = ""
    footer: str = ""
    mark: str = ""  # session and attempt: by it a repeated step finds the commit it made before it was killed

    def text(self, changes: Sequence[Change]) -> str:
        """Return header, a bullet a change, the footer of the project, and the trailers git reads."""
        kind = HEADERS.get(self.category.casefold(), "feat")
        title = " ".join(self.title.split()) or self.task
        trailers = [f"Task: {self.milestone}/{self.task}", f"Milestone: {self.milestone}"]
        trailers += [f"Session: {self.mark}"] if self.mark else []
        parts = [f"{kind}({self.milestone}): {title}", "\n".join(_bullets(changes)), self.footer.strip()]
        return "\n\n".join([*filter(None, parts), "\n".join(trailers)]) + "\n"


class Conflict(Exception):
    """The task's change and what is on the branch do not fit together."""

    def __init__(self, paths: Sequence[str]) -> None:
        super().__init__(", ".join(paths))
        self.paths = list(paths)


class RecordsChanged(Exception):
    """A task's work changed the records, which only commands may do."""

    def __init__(self, paths: Sequence[str]) -> None:
        super().__init__(", ".join(paths))
        self.paths = list(paths)


def branch_ref(milestone: str) -> str:
    """Return the full name of a milestone's branch; the only refs a run ever writes."""
    return f"refs/heads/milestone/{branch_name(milestone)}"


def open_branch(repository: Repository, milestone: str, base: str) -> str:
    """Return the tip of a milestone's branch, which begins at `base` when there is none yet."""
    ref = branch_ref(milestone)
    tip = repository.commit_of(ref)
    if tip is not None:
        return tip
    made = repository.git("update-ref", "-m", "milestone: begin", ref, base, "", ok=(0, 1, 128))
    tip = repository.commit_of(ref)  # another task of the run may have begun it in the same moment
    if tip is None:
        raise GitFailed(("update-ref", ref), made.code, made.err)
    return tip


def snapshot(repository: Repository, worktree: Path, start: str, message: Message) -> str | None:
    """Return one commit on `start` with all a worktree changed since; None when it changed nothing.

    Commits the worker made itself are squashed into it.

    Raises:
        RecordsChanged: the work changed the records.
    """
    touched = _records_touched(repository, worktree, start)
    records = f":(top,exclude){repository.records_path}"
    repository.at(worktree, "add", "--all", "--", ":(top)", records, *furniture.left_out(worktree))
    tree = repository.at(worktree, "write-tree").line
    changes = changes_between(repository, start, tree)
    inside = [c.path for c in changes if _inside(c.path, repository.records_path)]
    if touched or inside:
        raise RecordsChanged(sorted({*touched, *inside}))
    if not changes:
        return None
    return _commit(repository, tree, start, message.text(changes))


def integrate(repository: Repository, milestone: str, commit: str, message: Message) -> str:
    """Return the commit that holds a task's change on top of its milestone's branch, once.

    The merge happens in git's object store: no checkout, no hook, no index. When another task was put on the
    branch meanwhile, it is tried again on the new tip.

    Raises:
        Conflict: the change does not fit what is on the branch; the branch stays as it was.
    """
    ref = branch_ref(milestone)
    while True:
        tip = repository.commit_of(ref)
        if tip is None:
            raise GitFailed(("update-ref", ref), 1, f"the branch {ref.removeprefix('refs/heads/')} is gone")
        tree = _merged_tree(repository, tip, commit)
        changes = changes_between(repository, tip, tree)
        if not changes:
            return tip
        made = _commit(repository, tree, tip, message.text(changes))
        moved = repository.git("update-ref", "-m", f"milestone: {message.task}", ref, made, tip, ok=(0, 1, 128))
        if moved.code == 0:
            return made
        if repository.commit_of(ref) == tip:
            raise GitFailed(("update-ref", ref), moved.code, moved.err)


def find_commit(repository: Repository, milestone: str, base: str, mark: str) -> str | None:
    """Return the commit on a milestone's branch that carries a session mark; None when it was never made."""
    tip = repository.commit_of(branch_ref(milestone))
    if tip is None or not mark:
        return None
    separator = "%x00%H%x01%(trailers:key=Session,valueonly,separator=%x02)"
    listed = repository.git("log", f"--format={separator}", "--end-of-options", f"{base}..{tip}", "--").fields
    for entry in listed:
        commit, _, marks = entry.strip("\n").partition("\x01")
        if mark in marks.split("\x02"):
            return commit
    return None


def changes_between(repository: Repository, old: str, new: str) -> list[Change]:
    """Return what differs between two trees, by path."""
    fields = repository.git("diff-tree", "-r", "-z", "--no-renames", "--name-status", old, new).fields
    return [Change(status=s, path=p) for s, p in zip(fields[::2], fields[1::2], strict=True)]


def _records_touched(repository: Repository, worktree: Path, start: str) -> list[str]:
    """Return the records that stand in a worktree, where none belong, with another content than at `start`.

    The worktree's own index hides them (they are left out of the checkout), so they are compared in another one.
    """
    if not (worktree / repository.records_path).exists():
        return []
    with tempfile.TemporaryDirectory() as folder:
        own = {"GIT_INDEX_FILE": f"{folder}/index"}
        for arguments in (
            ("read-tree", start),
            ("add", "--ignore-removal", "--", f":(top){repository.records_path}"),
        ):
            git(worktree, *arguments, config=repository.drivers_off, environment=own)
        tree = git(worktree, "write-tree", config=repository.drivers_off, environment=own).line
    return [change.path for change in changes_between(repository, start, tree)]


def _merged_tree(repository: Repository, tip: str, commit: str) -> str:
    answer = repository.git(
        "merge-tree", "--write-tree", "--name-only", "-z", "--no-messages", tip, commit, ok=(0, 1)
    )
    tree, *conflicts = answer.fields
    if answer.code == 1:
        raise Conflict(list(dict.fromkeys(conflicts)))
    return tree


def _commit(repository: Repository, tree: str, parent: str, text: str) -> str:
    return repository.git(*_author(repository), "commit-tree", "-p", parent, "-F", "-", tree, stdin=text).line


def _author(repository: Repository) -> list[str]:
    """Return settings that name an author where the user has set none: no commit fails for want of a name."""
    named = repository.git("config", "--get", "user.email", ok=(0, 1)).line
    return [] if named else ["-c", "user.name=milestone", "-c", "user.email=milestone@localhost"]


def _inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")


def _bullets(changes: Sequence[Change]) -> list[str]:
    verbs = {"A": "Add", "D": "Remove", "M": "Change", "T": "Change"}
    shown = [f"- {verbs.get(change.status, 'Change')} {change.path}" for change in changes[:SHOWN_CHANGES]]
    rest = len(changes) - len(shown)
    return [*shown, f"- and {rest} more"] if rest else shown
