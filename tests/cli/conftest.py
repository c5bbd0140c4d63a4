"""What the tests of the command line share."""

import signal
import time

import pytest


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Every test runs in an empty folder, as somebody known, at a moment that stands still."""
    for name in ("MILESTONE_DIR", "MILESTONE_JSON", "CLAUDECODE", "AI_AGENT", "AGENT", "MILESTONE_SESSION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MILESTONE_ACTOR", "ana")
    monkeypatch.setenv("MILESTONE_NOW", "2026-11-22T19:14:00Z")
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    before = signal.getsignal(signal.SIGTERM)
    yield tmp_path
    signal.signal(signal.SIGTERM, before)
    monkeypatch.undo()
    time.tzset()
