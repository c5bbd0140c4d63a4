"""Who commits to the repository around a records folder."""

import re
from pathlib import Path

from milestone.integrations.git import repository
from milestone.integrations.git.command import GitFailed

DAYS = 90
_NOBODY = re.compile(r"\[bot\]|^agent:|(?:^|[-_. ])bot$|^github$|^dependabot|^renovate", re.IGNORECASE)
_NO_PERSONS_MAIL = re.compile(r"^noreply@|\[bot\]@|^bot@|^actions@", re.IGNORECASE)


def recent(records: Path, *, days: int = DAYS) -> int:
    """Return how many people committed in the last days, as `.mailmap` knows them, without bots; 0 without git."""
    found = repository.find(records)
    if found is None:
        return 0
    try:
        said = found.git(
            "log", f"--since={days}.days.ago", "--use-mailmap", "--format=%aN%x09%aE", ok=(0, 128)
        ).out
    except GitFailed:
        return 0
    return count(said.splitlines())


def count(lines: list[str]) -> int:
    """Return how many people `name TAB address` lines name."""
    people: set[str] = set()
    for line in lines:
        name, _, mail = line.partition("\t")
        if not (_NOBODY.search(name) or _NO_PERSONS_MAIL.search(mail)):
            people.add((mail or name).casefold())
    return len(people)
