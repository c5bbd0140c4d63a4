"""`completed/lessons-learned.md`: a block for each archived milestone, added and never rewritten."""

import fcntl
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from milestone.domain import durations
from milestone.domain.document import Document
from milestone.storage.base import Reading

NAME = "completed/lessons-learned.md"
HEAD = "# Lessons learned\n"
_BLOCK = re.compile(r"^<!-- ([0-9a-f]{8,}) (\d+) -->$", re.MULTILINE)


def write(root: Path, reading: Reading) -> list[str]:
    """Add the blocks that are missing; return the ids they are about.

    A block carries the record's uid and which of its archivings it is about, so one that a crash kept from being
    written comes with the next archive, and none comes twice.
    """
    path = root / NAME
    with _turn(root):
        text = path.read_text(encoding="utf-8") if path.is_file() and not path.is_symlink() else HEAD
        known = set(_BLOCK.findall(text))
        added, ids = [], []
        for document in reading.find("milestone"):
            for number, lesson in enumerate(_lessons(document), 1):
                if (document.uid, str(number)) not in known:
                    added.append(f"\n<!-- {document.uid} {number} -->\n{block(document, lesson)}")
                    ids.append(str(document.body.get("id")))
        if added:
            _replace(path, text.rstrip("\n") + "\n" + "".join(added))
    return ids


@contextmanager
def _turn(root: Path) -> Iterator[None]:
    """Let one archive write at a time: the file is read, added to and replaced."""
    (root / "local").mkdir(exist_ok=True)
    with (root / "local/lessons.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def block(document: Document, lesson: Mapping[str, Any]) -> str:
    """Return one milestone's block of Markdown."""
    title = _line(document.body.get("title"))
    lines = [f"## {document.body.get('id')} {title} ({lesson.get('archived')})", "", figures(lesson)]
    learned = [item for item in lesson.get("learned") or [] if isinstance(item, Mapping)]
    lines += [f"- {_line(item.get('text'))}{_by(item)}" for item in learned]
    return "\n".join(lines) + "\n"


def figures(lesson: Mapping[str, Any]) -> str:
    """Return the figures as sentences; people's hours and agents' minutes stay apart."""
    said = [f"Estimated {durations.text_of(lesson.get('estimated_hours') or 0)}."]
    people, agents = lesson.get("people_hours") or 0, lesson.get("agent_minutes") or 0
    said.append(f"People {durations.text_of(people)}." if people else "No hours of people were recorded.")
    if agents:
        said.append(f"Agents {round(agents)} min." if agents >= 1 else f"Agents {round(agents * 60)} s.")
    if lesson.get("due"):
        said.append(f"Due {lesson['due']}, ended {lesson.get('ended')}.")
    counted = [
        (len(lesson.get("blockers") or []), "blocker"),
        (len(lesson.get("approvals") or []), "approval"),
        (int(lesson.get("interruptions") or 0), "interruption"),
        (len(lesson.get("commits") or []), "commit"),
        (int(lesson.get("overrides") or 0), "override"),
    ]
    there = [f"{n} {word}{'' if n == 1 else 's'}" for n, word in counted if n]
    return " ".join([*said, f"{', '.join(there).capitalize()}."] if there else said)


def _lessons(document: Document) -> list[Mapping[str, Any]]:
    found = document.body.get("lessons")
    items = found if isinstance(found, list) else []
    return [item for item in items if isinstance(item, Mapping) and item.get("archived")]


def _by(item: Mapping[str, Any]) -> str:
    who = item.get("by")
    if item.get("agent"):
        return f" (text of {_line(who)}, {_line(item.get('task'))})"
    return f" ({_line(who)})" if who and who != "figures" else ""


def _line(value: Any) -> str:
    return " ".join(str(value or "").split())


def _replace(path: Path, text: str) -> None:
    """Put a whole new file in place; a reader sees the old or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
