"""A run in a process of its own, that goes on when the terminal is closed."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from milestone import errors
from milestone.clock import SystemClock
from milestone.domain.decide import session as of_session
from milestone.domain.document import Document
from milestone.workspace.base import Workspace

LOOK = 0.1
PATIENCE = 60.0  # seconds until a process that began nothing is given up
FOLDER = "detached"  # in local/runs: what those processes print


class Detached(msgspec.Struct, frozen=True, kw_only=True):
    """A process that works, and its sessions."""

    pid: int
    log: Path
    sessions: tuple[Document, ...] = ()


def begin(workspace: Workspace, argv: Sequence[str], start: Path, environ: Mapping[str, str]) -> Detached:
    """Return once a process of its own works on a session, or has found nothing to do.

    Raises:
        Refused: it ended without beginning; what it said stands in the refusal.
    """
    folder = workspace.root / "local" / "runs" / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"{os.getpid()}-{os.urandom(2).hex()}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "milestone", *argv],
            cwd=start,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,  # a closed terminal, or Ctrl-C in it, does not reach it
        )
    deadline = SystemClock().monotonic() + PATIENCE
    while SystemClock().monotonic() < deadline:
        found = _sessions_of(workspace, process.pid)
        code = process.poll()
        if found or code == 0:
            return Detached(pid=process.pid, log=log, sessions=found)
        if code is not None:
            raise _ended(log, code)
        time.sleep(LOOK)
    raise errors.Busy("The run has not begun yet.", why=f"it writes to {log}", next=["milestone sessions"])


def _sessions_of(workspace: Workspace, pid: int) -> tuple[Document, ...]:
    with workspace.reading() as reading:
        return tuple(s for s in of_session.running(reading.find("session")) if s.body.get("pid") == pid)


def _ended(log: Path, code: int) -> errors.MilestoneError:
    said = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    error = errors.Refused(
        "The run ended before it began.",
        why=" ".join(said[-3:]) or f"exit code {code}",
        next=[f"cat {log}"],
        code="not_begun",
    )
    error.exit_code = code
    return error
