"""Which command lines of recorded events were typed in this clone: those may run unasked."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from milestone.domain.commands import brought
from milestone.domain.document import Event
from milestone.integrations.git.foreign import Outside
from milestone.workspace import trusted


def remember(root: Path, own: Iterable[Event], adopted: Iterable[Event]) -> None:
    """Keep the lines of commands, and of edits by hand, unless git has the same words from somebody else."""
    lines = {line for event in own for line in brought(event)}
    found = [(event, brought(event)) for event in adopted]
    found = [(event, texts) for event, texts in found if texts]
    if found:
        lines |= set(_by_hand(found, Outside(root)))
    if lines:
        trusted.keep(root, lines)


def _by_hand(found: Iterable[tuple[Event, set[str]]], outside: Outside) -> Iterator[str]:
    for event, texts in found:
        data = event.data
        came = data.get("via") == "git" and outside.has_commit(str(data.get("commit") or ""))
        if not came and not data.get("from"):
            yield from (line for line in texts if not outside.has_word(line.removeprefix("executor ")))
