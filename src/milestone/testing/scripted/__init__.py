"""A coding agent of our own, driven by a script: it speaks each program's documented format, and can misbehave.

`python -m milestone.testing.scripted --speaks claude --script acts.json [whatever the executor adds]`. The script
maps a task (`milestone-001/task-002`, or `*`) to its attempts, each a list of acts; the last attempt repeats.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

Attempts = Sequence[Sequence[Mapping[str, Any]]]
SPEAKERS = {
    "claude": "milestone.testing.scripted.claude:Claude",
    "codex": "milestone.testing.scripted.codex:Codex",
    "gemini": "milestone.testing.scripted.gemini:Gemini",
    "opencode": "milestone.testing.scripted.opencode:OpenCode",
    "acp": "milestone.testing.scripted.acp:Acp",
}


def write(path: Path, script: Mapping[str, Attempts]) -> Path:
    """Write a script, and return where it lies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.encode(script))
    return path


def command(speaks: str, script: Path) -> list[str]:
    """Return the words that start the scripted agent in a program's place."""
    return [sys.executable, "-m", "milestone.testing.scripted", "--speaks", speaks, "--script", str(script)]


def ledger(script: Path) -> list[tuple[str, str]]:
    """Return what the agents of a script did, in order: (task, `begun` or `done`)."""
    path = script.with_suffix(".ledger")
    lines = path.read_text().splitlines() if path.exists() else []
    return [(line.split()[0], line.split()[1]) for line in lines]
