"""Clones of one project, made with real git."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    "GIT_AUTHOR_NAME": "Ana",
    "GIT_AUTHOR_EMAIL": "ana@example.org",
    "GIT_COMMITTER_NAME": "Ana",
    "GIT_COMMITTER_EMAIL": "ana@example.org",
    "GIT_MERGE_AUTOEDIT": "no",
    "GIT_EDITOR": "true",
}


def git(folder: Path, *words: str, ok: bool = True, more: Mapping[str, str] | None = None) -> str:
    """Return what git printed; with `ok=False` a failure too."""
    done = subprocess.run(
        ["git", *words],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, **ENVIRONMENT, **(more or {})},
    )
    if ok and done.returncode != 0:
        raise AssertionError(f"git {' '.join(words)}: {done.stdout}{done.stderr}")
    return done.stdout


def unmerged(folder: Path) -> list[str]:
    """Return the paths git could not merge."""
    return sorted({line.partition("\t")[2] for line in git(folder, "ls-files", "-u").splitlines()})
