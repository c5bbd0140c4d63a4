"""What others put into the records: the words of every commit that was not made in this clone.

A commit was made here when this clone's own reflog says so. A reflog never comes with a clone, a fetch or a pull,
while the name of an author is whatever was typed.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from milestone import errors, strict_yaml
from milestone.integrations.git import repository
from milestone.integrations.git.command import GitFailed
from milestone.integrations.git.repository import Repository

_MADE_HERE = re.compile(
    r"(?:commit(?: \([a-z-]+\))?:|(?:merge [^ :]+|pull[^:]*): Merge made by the '[a-z-]+' strategy)"
)
_FOLDERS = ("active", "completed", "config")
_NOTHING = "0" * 40
UNREADABLE = "\0"  # no text of a YAML file


class Outside:
    """What the repository around a project has from others."""

    def __init__(self, records: Path) -> None:
        self._repository = repository.find(records)
        self._made = _made_here(self._repository) if self._repository else {}
        self._words: set[str] | None = None

    def has_commit(self, commit: str) -> bool:
        """Tell whether a commit came from elsewhere."""
        return commit not in self._made

    def has_word(self, text: str) -> bool:
        """Tell whether a record or setting of others holds this text, as git has it."""
        known = self._known()
        return UNREADABLE in known or _plain(text) in known

    def has_part(self, text: str) -> bool:
        """Tell whether this text stands inside one of theirs: a list may be written in one line."""
        known, wanted = self._known(), _plain(text)
        return UNREADABLE in known or any(wanted in each for each in known)

    def _known(self) -> set[str]:
        if self._words is None:
            self._words = set(self._find())
        return self._words

    def _find(self) -> Iterator[str]:
        found = self._repository
        if found is None:
            return
        try:
            head = found.commit_of("HEAD")
            for blob in _blobs(found, _tips(found, head, self._made)) if head else ():
                yield from _words(found.git("cat-file", "blob", blob).out)
        except GitFailed:
            return


def _made_here(found: Repository) -> dict[str, str]:
    """Return commit made in this clone -> the commit checked out before it, as its reflogs tell."""
    try:
        logs = Path(found.git("rev-parse", "--path-format=absolute", "--git-path", "logs").line)
    except GitFailed:
        return {}
    made: dict[str, str] = {}
    places = [logs / "HEAD", *(logs / "refs" / "heads").rglob("*"), *logs.parent.glob("worktrees/*/logs/HEAD")]
    for place in places:
        if place.is_file() and not place.is_symlink():
            for line in place.read_text(encoding="utf-8", errors="replace").splitlines():
                about, _, what = line.partition("\t")
                if _MADE_HERE.match(what):
                    old, new = about.split(" ")[:2]
                    made[new] = old
    return made


def _tips(found: Repository, head: str, made: dict[str, str]) -> set[str]:
    """Return the newest commits from elsewhere that lead to HEAD."""
    if not made:
        return {head}
    listed = found.git("rev-list", "--parents", "--no-walk", "--ignore-missing", "--stdin", stdin="\n".join(made))
    parents = {line.split(" ")[0]: line.split(" ")[1:] for line in listed.out.splitlines()}
    tips, seen, left = set(), set(), [head]
    while left:
        commit = left.pop()
        if commit in seen or commit == _NOTHING:
            continue
        seen.add(commit)
        if commit in parents:
            left += [*parents[commit], made[commit]]  # an amended one replaces what may be another's
        else:
            tips.add(commit)
    return tips


def _blobs(found: Repository, tips: set[str]) -> Iterator[str]:
    folders = [f"{found.records_path}/{name}" for name in _FOLDERS]
    every: dict[str, None] = {}
    for tip in sorted(tips):
        for entry in found.git("ls-tree", "-r", "-z", "--full-tree", tip, "--", *folders, ok=(0, 128)).fields:
            every[entry.partition("\t")[0].split(" ")[2]] = None
    yield from every


def _words(text: str) -> Iterator[str]:
    """Yield every text of a YAML file; of one nobody can read nothing is known, so anything may stand in it."""
    try:
        yield from _texts(strict_yaml.compose(text, "record").value)
    except errors.MilestoneError:
        yield UNREADABLE


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif value is not None:
        yield _plain(str(value))


def _plain(text: str) -> str:
    return " ".join(text.split())
