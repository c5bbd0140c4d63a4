"""What a merge left in git's index, and how it is told that it is settled."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from milestone.integrations.git.commit_records import CommitRecords
from milestone.integrations.git.repository import Repository

BASE, OURS, THEIRS = 1, 2, 3
FOLDERS = ("active", "completed")


class Stages(msgspec.Struct, frozen=True, kw_only=True):
    """The versions of a file git could not merge; None where a side has none."""

    base: str | None = None
    ours: str | None = None
    theirs: str | None = None


def stages(repository: Repository) -> dict[str, Stages]:
    """Return what git could not merge of the records, by path under the records folder."""
    listed = repository.git("ls-files", "-u", "-z", "--", *_folders(repository)).fields
    # each stage of each path is read in one go: a place is "2sub/.milestones/active/milestone-001.yaml"
    blobs = {about.split(" ")[2] + path: about.split(" ")[1] for about, path in _parted(listed)}
    texts = CommitRecords(repository).texts(blobs, blobs)
    found: dict[str, dict[int, str]] = {}
    for place, text in texts.items():
        found.setdefault(_inside(repository, place[1:]), {})[int(place[0])] = text
    return {
        path: Stages(base=sides.get(BASE), ours=sides.get(OURS), theirs=sides.get(THEIRS))
        for path, sides in found.items()
        if path.endswith((".yaml", ".yml"))
    }


def _parted(listed: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield what is said of each path, and the path."""
    for entry in listed:
        about, _, path = entry.partition("\t")
        yield about, path


def tracked(repository: Repository) -> set[str]:
    """Return the records' files git knows, by path under the records folder."""
    listed = repository.git("ls-files", "-z", "--", *_folders(repository)).fields
    return {_inside(repository, path) for path in listed}


def branch(repository: Repository) -> str | None:
    """Return the branch the checkout is on, in a rebase the one that is rebased; None on a detached HEAD."""
    folder = Path(repository.git("rev-parse", "--absolute-git-dir").line)
    for name in ("rebase-merge", "rebase-apply"):
        head = folder / name / "head-name"
        if head.exists():
            return head.read_text(encoding="utf-8").strip().removeprefix("refs/heads/")
    return repository.git("symbolic-ref", "--quiet", "--short", "HEAD", ok=(0, 1, 128)).line or None


def stage(repository: Repository, paths: Sequence[str]) -> None:
    """Tell git that these paths are settled as they are; one that is gone is gone."""
    names = _outside(repository, paths)
    known = set(repository.git("ls-files", "-z", "--", *names).fields) if names else set()
    there = [name for name in names if name in known or (repository.top / name).exists()]
    if there:
        repository.git("add", "--all", "--", *there)


def commit(repository: Repository, message: str) -> str | None:
    """Commit the records' files that are not as in HEAD and return the commit; None when there are none.

    In the middle of a merge the merge is what is committed, once nothing else of it is left.

    Raises:
        GitFailed: git refused, such as for a merge that is not settled yet, or without a name for the author.
    """
    before = repository.commit_of("HEAD")
    unstaged = [field[3:] for field in _changed(repository) if field[1] != " "]
    if unstaged:
        repository.git("add", "--all", "--", *unstaged)
    # Listed again: a file that was added, and then removed, is known to git nowhere by now.
    paths = [field[3:] for field in _changed(repository)]
    if repository.commit_of("MERGE_HEAD") is not None:
        repository.git("commit", "--no-edit", "--no-verify", "--quiet")
    elif paths:
        repository.git("commit", "--no-verify", "--quiet", "--message", message, "--", *paths)
    after = repository.commit_of("HEAD")
    return after if after != before else None


def _changed(repository: Repository) -> list[str]:
    """Return the records' files that are not as in HEAD: two letters, a space, the path."""
    how = ("--porcelain=v1", "-z", "--no-renames", "--untracked-files=all")
    return repository.git("status", *how, "--", *_folders(repository)).fields


def _folders(repository: Repository) -> list[str]:
    return [f"{repository.records_path}/{folder}" for folder in FOLDERS]


def _inside(repository: Repository, path: str) -> str:
    return path.removeprefix(repository.records_path + "/")


def _outside(repository: Repository, paths: Sequence[str]) -> list[str]:
    return [f"{repository.records_path}/{path}" for path in paths]
