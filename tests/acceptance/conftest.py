"""What the acceptance tests share: a folder in the state somebody left it, and the program in this process."""

import hashlib
import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from milestone.cli import main


class Said(NamedTuple):
    """What one command line answered."""

    code: int
    out: str
    err: str

    @property
    def answer(self) -> Any:
        """The `--json` document."""
        return json.loads(self.out)


@pytest.fixture
def clean_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Run as ana, in an empty folder, with an empty home."""
    for name in list(os.environ):
        if name.startswith("MILESTONE_") or name in ("CLAUDECODE", "AI_AGENT", "AGENT"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("MILESTONE_ACTOR", "ana")
    monkeypatch.setenv("MILESTONE_NOW", "2026-11-22T19:14:00Z")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    before = signal.getsignal(signal.SIGTERM)
    yield project
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def milestone(clean_environment: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run a command line and return what it said."""

    def run(*argv: str) -> Said:
        code = main.run(list(argv))
        out, err = capfd.readouterr()
        return Said(code, out, err)

    return run


@pytest.fixture
def foreign(clean_environment: Path) -> Path:
    """A project whose records somebody made by hand, of every odd kind; the path of its `.milestones`."""
    there = clean_environment / ".milestones"
    shutil.copytree(Path(__file__).parent / "foreign" / "handmade", there)
    return there


def fingerprint(folder: Path) -> dict[str, str]:
    """Return a digest of every file below a folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
