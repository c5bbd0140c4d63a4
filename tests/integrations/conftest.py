"""Small real repositories."""

import subprocess
from pathlib import Path

import pytest


def run_git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=Ana", "-c", "user.email=ana@example.org", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with one commit that holds a source file and the records."""
    folder = tmp_path / "project"
    (folder / ".milestones" / "active").mkdir(parents=True)
    (folder / ".milestones" / ".gitignore").write_text("local/\nworktrees/\n")
    (folder / ".milestones" / "active" / "milestone-001.yaml").write_text("id: milestone-001\n")
    (folder / "app.py").write_text("print('one')\n")
    run_git(tmp_path, "init", "-q", "-b", "main", str(folder))
    run_git(folder, "add", "-A")
    run_git(folder, "commit", "-q", "-m", "first")
    return folder
