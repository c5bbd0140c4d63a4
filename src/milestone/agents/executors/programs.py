"""Programs on this machine: where one is, and whether its version speaks the format we read."""

import functools
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from milestone import errors

ANSWER_WITHIN = 30.0  # seconds
_VERSION = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")


def check(name: str, words: Sequence[str], oldest: tuple[int, ...], install: str) -> str:
    """Return the version of a program.

    Raises:
        Refused: it is not there, says no version, or is older than what writes the format we read.
    """
    where = find(name, words, install)
    found = _asked(tuple(words), where, Path(where).stat().st_mtime_ns)
    version = tuple(int(part) for part in found.split(".")) if found else ()
    least = ".".join(str(part) for part in oldest)
    if not version:
        raise errors.Refused(
            f"{name}: `{words[0]} --version` says no version.",
            why=f"its output is read as {least} and later write it; another format would be guessed at",
            next=[install, f"milestone config set executors.{name}.command PATH"],
            code="executor_unknown_version",
        )
    if version < oldest:
        raise errors.Refused(
            f"{name} is {found} here, and {least} or later is needed.",
            why="an older one writes another format, and what it cost could not be read",
            next=[install, f"milestone config set executors.{name}.command PATH"],
            code="executor_too_old",
        )
    return found


def find(name: str, words: Sequence[str], install: str) -> str:
    """Return where a program lies.

    Raises:
        Refused: it is not on this machine.
    """
    where = shutil.which(words[0])
    if where is None:
        raise errors.Refused(
            f"{name} is not installed: there is no program {words[0]} here.",
            why="a task of this executor cannot be started without it",
            next=[install, f"milestone config set executors.{name}.command PATH"],
            code="executor_missing",
        )
    return where


@functools.cache
def _asked(words: tuple[str, ...], where: str, _changed: int) -> str:
    """Return `2.1.7` as a program says; it is asked once, until its file changes."""
    try:
        answer = subprocess.run(
            [where, *words[1:], "--version"],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=ANSWER_WITHIN,
            env={**os.environ, "NO_COLOR": "1"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = _VERSION.search((answer.stdout or answer.stderr).decode(errors="replace"))
    return ".".join(part or "0" for part in found.groups()) if found and answer.returncode == 0 else ""
