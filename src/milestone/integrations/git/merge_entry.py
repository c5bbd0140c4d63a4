"""Tell git to merge records by the driver of this program: `.gitattributes`, and an entry in the configuration.

Git never takes the program to run from what is committed, so each clone enters its own.
"""

import shlex
import sys
from pathlib import Path

from milestone.integrations.git import repository
from milestone.integrations.git.command import GitFailed, git

KEPT = Path("local/merge-driver")  # below .milestones: what was entered, or that nothing shall be
LEFT_OUT = "left out\n"
ATTRIBUTES = """\
# Records are merged field by field (milestone help sync), and have the same line ends everywhere.
active/*.yaml text eol=lf merge=milestone
active/*.yml text eol=lf merge=milestone
completed/*.yaml text eol=lf merge=milestone
completed/*.yml text eol=lf merge=milestone
active/dependencies.yaml text eol=lf merge
completed/lessons-learned.md text eol=lf merge=union
config/*.yaml text eol=lf
"""
SENTENCE = "Git merges records field by field now (merge.milestone in its configuration)."


def enter(records: Path) -> str | None:
    """Enter the driver for the repository around a records folder and return what to tell; None for nothing new.

    Nothing happens where there is no repository, or where `leave_out` was called.
    """
    kept = records / KEPT
    if _read(kept) == LEFT_OUT:
        return None
    found = repository.find(records)
    if found is None:
        return None
    command = driver()
    try:
        _attributes(records)
        known = found.git("config", "--local", "--get", "merge.milestone.driver", ok=(0, 1)).line
        if known != command:
            _configure(found.top, command)
        _keep(kept, command)
    except (GitFailed, OSError):
        return None  # a repository that is not ours to write merges by its own lines, and `sync` settles the rest
    return None if known == command else SENTENCE


def leave_out(records: Path) -> None:
    """Remember that nothing shall be entered in git's configuration."""
    _keep(records / KEPT, LEFT_OUT)


def driver() -> str:
    """Return the command line git runs; where this program is gone, git's own merge is done instead."""
    program = f"{shlex.quote(sys.executable)} -m milestone merge-driver %O %A %B %P %L"
    lines = "{ ! grep -q '^<<<<<<<' %A && git merge-file --marker-size=%L %A %O %B; }"
    return f"{program} || {lines}"


def _configure(top: Path, command: str) -> None:
    git(top, "config", "--local", "merge.milestone.name", "milestone records, field by field")
    git(top, "config", "--local", "merge.milestone.driver", command)


def _attributes(records: Path) -> None:
    """Put the missing lines into `.gitattributes`; a person's own stay."""
    path = records / ".gitattributes"
    there = _read(path) or ""
    if "merge=milestone" in there:
        return
    start = there if not there or there.endswith("\n") else there + "\n"
    path.write_text(start + ATTRIBUTES, encoding="utf-8")


def _keep(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
