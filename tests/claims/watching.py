"""What the log says of who had which task when: every wrong is a sentence."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from milestone.domain import overlap
from milestone.domain.document import Recorded

Files = Mapping[str, tuple[str, ...]]  # ref -> files


def wrongs(events: Iterable[Recorded], files: Files) -> list[str]:
    """Return every task in two hands, every overlap in two hands, every task finished twice or by no holder."""
    held: dict[str, str] = {}  # ref -> token
    done: set[str] = set()
    found: list[str] = []
    for recorded in events:
        event = recorded.event
        ref = f"{event.milestone}/{event.task}"
        if event.kind == "task.claimed":
            token = event.data["lease"]["token"]
            if held.get(ref, token) != token:
                found.append(f"{recorded.seq}: {ref} was given to two")
            held[ref] = token
            found += [
                f"{recorded.seq}: {ref} overlaps with {o}" for o in held if o != ref and _clash(files, ref, o)
            ]
        elif event.kind in ("task.released", "lease.expired"):
            held.pop(ref, None)
        elif event.kind == "task.completed":
            if ref in done:
                found.append(f"{recorded.seq}: {ref} was finished twice")
            if ref not in held:
                found.append(f"{recorded.seq}: {ref} was finished, and nobody held it")
            done.add(ref)
    return found + [f"{ref} was never finished" for ref in files if ref not in done]


def seen(paths: Iterable[Path]) -> list[str]:
    """Return the wrongs that the terminals themselves noted."""
    notes = [json.loads(line) for path in paths if path.exists() for line in path.read_text().splitlines()]
    found = [f"{n['shared']} was in use when {n['ref']} began" for n in notes if "shared" in n]
    return found + [f"{n['meddled']} was finished by another ({n})" for n in notes if _meddled(n)]


def _meddled(note: Mapping[str, Any]) -> bool:
    return "meddled" in note and note["held"] and note["code"] == 0


def _clash(files: Files, one: str, other: str) -> str | None:
    return overlap.clashes(overlap.Area(files.get(one, ())), overlap.Area(files.get(other, ())))
