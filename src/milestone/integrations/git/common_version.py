"""What two versions of a record both come from, where git does not say: the record moved on both sides.

Git gives a file's base by its path, or by a rename it sees; one that changed much while it moved is new to it.
"""

import os
from pathlib import Path

from milestone.integrations.git import repository
from milestone.integrations.git.command import GitFailed
from milestone.integrations.git.commit_records import CommitRecords
from milestone.integrations.git.repository import Repository

HEADS = ("HEAD", "FETCH_HEAD", "ORIG_HEAD", "MERGE_HEAD", "CHERRY_PICK_HEAD", "REBASE_HEAD")
NAMED = "GITHEAD_"  # what `git merge` tells its drivers of a commit it was given


def texts(records: Path, uid: str, one: str, other: str) -> list[str]:
    """Return the files that name a record where the histories of two versions of it parted.

    `records` is the records folder, `one` and `other` are files that hold exactly what git has of each version.
    Nothing where a version is in no commit, or the record was not there yet; one of them may only refer to it.
    """
    try:
        found = repository.find(records)
        return _before(found, uid, (one, other)) if found is not None else []
    except GitFailed:
        return []  # git waits for the merge, which goes on as without a base


def _before(found: Repository, uid: str, files: tuple[str, str]) -> list[str]:
    tips = _tips(found)
    made_in = [commit for file in files if (commit := _commit_with(found, file, tips)) is not None]
    known = CommitRecords(found)
    for base in known.bases(made_in[0], made_in[1:])[:1] if len(made_in) == len(files) else ():
        listed = found.git("grep", "-l", "-z", "-F", "-e", uid, base, "--", found.records_path, ok=(0, 1)).fields
        paths = [name.partition(":")[2].removeprefix(found.records_path + "/") for name in listed]
        return list(known.texts(known.blobs(base), sorted(paths)).values())
    return []


def _tips(found: Repository) -> list[str]:
    told = [name.removeprefix(NAMED) for name in os.environ if name.startswith(NAMED)]
    return sorted({commit for name in (*HEADS, *told) if (commit := found.commit_of(name)) is not None})


def _commit_with(found: Repository, file: str, tips: list[str]) -> str | None:
    """Return the newest commit that brought a text and still has it."""
    blob = found.git("hash-object", "--no-filters", "--", str(Path(file).resolve())).line
    words = ("log", "-m", "--format=%H", f"--find-object={blob}", "--all", *tips, "--", found.records_path)
    known = CommitRecords(found)
    return next((commit for commit in found.git(*words).out.split() if blob in known.blobs(commit).values()), None)
