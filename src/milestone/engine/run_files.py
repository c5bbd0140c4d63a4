"""The files of a run: what each step printed, and which program is doing it."""

from pathlib import Path

from milestone.domain.safe_names import folder_name
from milestone.engine.attempt import Attempt
from milestone.engine.setup import Setup


def log(setup: Setup, found: Attempt, step: str) -> Path:
    """Return where the output of a step is kept."""
    return _of(setup, found, f"{plain(found.key)}-{step}.log")


def record(setup: Setup, found: Attempt, step: str) -> Path:
    """Return where the program of a step is written down while it runs."""
    return _of(setup, found, f"{plain(found.key)}-{step}.json")


def earlier(setup: Setup, found: Attempt) -> str:
    """Return why the attempt before this one did not do, and the output it failed with."""
    why = str(found.known.get("before") or "")
    for step in ("verify", "work"):
        path = _of(setup, found, f"{found.number - 1}-{step}.log")
        if path.exists() and path.stat().st_size:
            return f"{why}\n\n{path.read_text(encoding='utf-8', errors='replace')}".strip()
    return why


def plain(text: str) -> str:
    """Return a text with only letters, digits, `-`, `_` and `.`."""
    return "".join(c if c.isalnum() or c in "-_." else "-" for c in text)


def _of(setup: Setup, found: Attempt, name: str) -> Path:
    return setup.runs(str(found.session.body["id"])) / f"{folder_name(found.name)}-{name}"
