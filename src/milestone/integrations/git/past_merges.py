"""Merges that git made by lines alone, where it had no driver: their commits, and the one that is under way."""

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise

import msgspec

from milestone.integrations.git.command import GitFailed
from milestone.integrations.git.commit_records import CommitRecords
from milestone.integrations.git.repository import Repository

MOST = 50  # merges looked at
STEPS = 200  # of HEAD looked back at, for rebases of this clone
STEP = re.compile(r"\b(?:rebase|pull)\b.*\((start|finish)\):")
PICKED = ("REBASE_HEAD", "CHERRY_PICK_HEAD")


class Merge(msgspec.Struct, frozen=True, kw_only=True):
    """Two commits that were joined, or are being joined."""

    ours: str
    theirs: str
    base: str | None = None  # None: what both come from
    result: str | None = None  # None: it waits for its commit


def since(repository: Repository, commit: str | None) -> list[Merge]:
    """Return the merges of two commits after a commit, oldest first; without one, HEAD if it is a merge."""
    wanted = [f"{commit}..HEAD"] if commit else ["--max-count=1", "HEAD"]
    words = ("rev-list", "--reverse", "--topo-order", "--parents")
    try:
        listed = repository.git(*words, *wanted, ok=(0, 128)).out.split("\n")
    except GitFailed:
        return []
    commits = [line.split() for line in listed if len(line.split()) == 3]
    return [Merge(result=made, ours=ours, theirs=theirs) for made, ours, theirs in commits[-MOST:]]


def rebased(repository: Repository, commit: str | None) -> list[Merge]:
    """Return the rebases of this clone that HEAD has and a commit has not, oldest first, as merges."""
    words = ("reflog", "show", f"--max-count={STEPS}", "--format=%H %gs", "HEAD", "--")
    steps = repository.git(*words, ok=(0, 128)).out.splitlines()
    found: list[Merge] = []
    made = None
    for step, before in pairwise(steps):
        said = STEP.search(step)
        if said is not None and said[1] == "finish":
            made = step.split()[0]
        elif said is not None and made is not None:
            found.insert(0, Merge(result=made, ours=step.split()[0], theirs=before.split()[0]))
            made = None
    return [merge for merge in found if _is_new(repository, str(merge.result), commit)]


def _is_new(repository: Repository, made: str, commit: str | None) -> bool:
    def holds(later: str) -> bool:
        return repository.git("merge-base", "--is-ancestor", made, later, ok=(0, 1, 128)).code == 0

    return holds("HEAD") and not (commit is not None and holds(commit))


def under_way(repository: Repository, stages: Mapping[str, tuple[str | None, ...]]) -> Merge | None:
    """Return what is being joined into HEAD: a merge, a commit that is picked or rebased, a stash.

    `stages` are the texts (base, ours, theirs) of each path git could not merge. Without any only a merge can be
    told from work that somebody goes on with.
    """
    ours = repository.commit_of("HEAD")
    if ours is None:
        return None
    merged = repository.commit_of("MERGE_HEAD")
    if merged is not None:
        return Merge(ours=ours, theirs=merged)
    if not stages:
        return None
    for name in PICKED:
        picked = repository.commit_of(name)
        if picked is not None:
            return _on_its_parent(repository, ours, picked)
    reverted = repository.commit_of("REVERT_HEAD")
    if reverted is not None:
        before = repository.commit_of(f"{reverted}^1")
        return Merge(base=reverted, ours=ours, theirs=before) if before is not None else None
    return _stash(repository, ours, {said for sides in stages.values() for said in (sides[0], sides[2]) if said})


def _on_its_parent(repository: Repository, ours: str, commit: str) -> Merge | None:
    before = repository.commit_of(f"{commit}^1")
    return Merge(base=before, ours=ours, theirs=commit) if before is not None else None


def _stash(repository: Repository, ours: str, said: set[str]) -> Merge | None:
    """Return the stash that something of what git could not merge is from."""
    for commit in repository.git("rev-list", "--walk-reflogs", "refs/stash", "--", ok=(0, 128)).out.split():
        if said & set(_changed(CommitRecords(repository), commit)):
            return _on_its_parent(repository, ours, commit)
    return None


def _changed(records: CommitRecords, commit: str) -> Iterable[str]:
    """Return the texts a commit changed, as they were before and after."""
    before, after = records.blobs(f"{commit}^1"), records.blobs(commit)
    paths = {path for path in {*before, *after} if before.get(path) != after.get(path)}
    return [*records.texts(before, paths).values(), *records.texts(after, paths).values()]
