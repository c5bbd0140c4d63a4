"""Merges that git made by lines alone, where it had no driver: what went in and what came out of the records."""

from collections.abc import Mapping, Sequence

import msgspec

from milestone.integrations.git.command import GitFailed, git
from milestone.integrations.git.repository import Repository

FOLDERS = ("active", "completed")
BY_LINES = "merge.milestone.driver=git merge-file --marker-size=%L %A %O %B"
MOST = 50  # merges looked at
Blobs = Mapping[str, str]  # path under the records folder -> blob


class Merge(msgspec.Struct, frozen=True, kw_only=True):
    """The records' files a merge had to do with: text by path, before, on both sides, and as git left them."""

    base: Mapping[str, str]
    ours: Mapping[str, str]
    theirs: Mapping[str, str]
    result: Mapping[str, str]


def by_lines(repository: Repository, since: str | None) -> list[Merge]:
    """Return the merges after `since` whose records are just what git makes of their lines, oldest first.

    What a person or a command settled differs from that, and is left out; so are merges of more than two commits
    and of two that came from several.
    """
    wanted = [f"{since}..HEAD"] if since else ["--max-count=1", "HEAD"]
    try:
        listed = repository.git("rev-list", "--reverse", "--parents", *wanted, ok=(0, 128)).out.split("\n")
    except GitFailed:
        return []
    commits = [line.split() for line in listed if len(line.split()) == 3]
    found = (_merge(repository, *commit) for commit in commits[-MOST:])
    return [merge for merge in found if merge is not None]


def in_progress(repository: Repository) -> Merge | None:
    """Return the merge that waits for its commit, `result` being what git made of it before anybody touched it."""
    theirs = repository.commit_of("MERGE_HEAD")
    ours = repository.commit_of("HEAD")
    if theirs is None or ours is None:
        return None
    return _merge(repository, None, ours, theirs)


def _merge(repository: Repository, result: str | None, ours: str, theirs: str) -> Merge | None:
    bases = repository.git("merge-base", "--all", ours, theirs, ok=(0, 1)).out.split()
    if len(bases) != 1:
        return None
    trees = [_blobs(repository, commit) for commit in (bases[0], ours, theirs)]
    if result is not None and not _are_joined([*trees, _blobs(repository, result)]):
        return None
    automatic = _automatic(repository, ours, theirs)
    made = automatic if result is None else _blobs(repository, result)
    paths = _differing([*trees, made])
    if any(made.get(path) != automatic.get(path) for path in paths):
        return None
    texts = [{path: _text(repository, tree[path]) for path in paths if path in tree} for tree in (*trees, made)]
    return Merge(base=texts[0], ours=texts[1], theirs=texts[2], result=texts[3])


def _automatic(repository: Repository, ours: str, theirs: str) -> Blobs:
    """Return what git makes of two commits by lines alone."""
    words = ("merge-tree", "--write-tree", "--no-messages", ours, theirs)
    made = git(repository.top, *words, ok=(0, 1), config=(*repository.drivers_off, BY_LINES))
    return _blobs(repository, made.out.split("\n", 1)[0].strip())


def _differing(trees: Sequence[Blobs]) -> set[str]:
    return {path for tree in trees for path in tree if len({each.get(path) for each in trees}) > 1}


def _are_joined(trees: Sequence[Blobs]) -> bool:
    return any(_is_joined(path, trees) for path in _differing(trees))


def _is_joined(path: str, trees: Sequence[Blobs]) -> bool:
    """Tell whether both sides had a part in what lies at a path, or a side's part is not there."""
    base, ours, theirs, result = (tree.get(path) for tree in trees)
    return not (
        (ours == base and result == theirs) or (theirs == base and result == ours) or ours == theirs == result
    )


def _blobs(repository: Repository, tree: str) -> Blobs:
    folders = [f"{repository.records_path}/{folder}" for folder in FOLDERS]
    listed = repository.git("ls-tree", "-r", "-z", tree, "--", *folders).fields
    entries = (entry.split("\t", 1) for entry in listed)
    found = {path.removeprefix(repository.records_path + "/"): about.split(" ")[2] for about, path in entries}
    return {path: blob for path, blob in found.items() if path.endswith((".yaml", ".yml"))}


def _text(repository: Repository, blob: str) -> str:
    return repository.git("cat-file", "blob", blob).out
