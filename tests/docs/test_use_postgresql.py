"""The page about PostgreSQL does what it says, on a real server."""

import os
from pathlib import Path

import pytest

from docs import transcript
from milestone.testing import postgres

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "use-postgresql.md"


def test_the_page_about_postgresql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    server = postgres.make()
    server.start()
    here = {
        "OWNER_DSN": server.dsn(),
        "SARAHS_DSN": server.dsn("sarah").replace(server.password, "wanted-4-login"),
        "PATH": f"{transcript.environment(tmp_path)['PATH']}{os.pathsep}{server.programs}",
    }
    environment = transcript.environment
    monkeypatch.setattr(transcript, "environment", lambda home: {**environment(home), **here})
    folder = transcript.new_project(tmp_path)
    [(_, steps)] = transcript.sections(PAGE.read_text())
    try:
        for step in steps:
            printed = transcript.run(step, folder, tmp_path)
            assert transcript.missing(step.expected, printed) is None, f"$ {step.typed}\n{printed}"
            assert "wanted-4-login" not in printed
    finally:
        server.remove()
    kept = [path for path in (folder / ".milestones").rglob("*") if path.is_file()]
    assert [path.name for path in kept if b"wanted-4-login" in path.read_bytes()] == [
        "milestone-config.local.yaml"
    ]
