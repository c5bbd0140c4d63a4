"""Run the command that proves something: a task's `verify`, a fact's `check`. No lock is held meanwhile."""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from milestone import errors
from milestone.agents import executors
from milestone.domain import durations
from milestone.domain.receipts import WorkState
from milestone.integrations.git import state as git_state
from milestone.registry import load
from milestone.workspace import place

TAIL = 12  # lines of output a refusal shows
HOUR = 3600.0  # seconds


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What a command showed."""

    command: str
    exit_code: int | None
    seconds: float
    output: str  # its last lines
    error: str = ""
    state: WorkState | None = None  # the files it ran on, as they were when it ended; None without git

    @property
    def succeeded(self) -> bool:
        """Whether it counts."""
        return self.exit_code == 0 and not self.error

    def evidence(self, by: str, at: str) -> dict[str, Any]:
        """Return the evidence item that the record keeps; output stays out of shared files."""
        return {
            "grade": "command",
            "by": by,
            "at": at,
            "command": self.command,
            "exit_code": self.exit_code,
            "seconds": self.seconds,
            **(self.state.fields() if self.state else {}),
        }


def run(
    command: str,
    ref: str,
    root: Path,
    start: Path,
    time_limit: float = HOUR,
    *,
    exactly: bool = False,
    environment: Mapping[str, str] | None = None,
) -> Proof:
    """Return what a command showed, run where the caller works, or `exactly` in the folder that is named."""
    executor = load(executors.EXECUTORS["shell"])()
    base = load("milestone.agents.executors.base")
    with load("tempfile:TemporaryDirectory")(prefix="milestone-") as name:
        log = Path(name) / "output"
        here = start if exactly else folder(root, start)
        job = base.Job(
            ref=ref,
            folder=here,
            log=log,
            record=Path(name) / "running.json",
            command=command,
            environment=environment or {},
            time_limit=time_limit,
        )
        outcome = executor.run(job, threading.Event())
        text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    return Proof(
        command=command,
        exit_code=outcome.exit_code,
        seconds=outcome.seconds,
        output="\n".join(text.rstrip().splitlines()[-TAIL:]),
        error=outcome.error or ("it took too long" if outcome.timed_out else ""),
        state=git_state.of(root, here),
    )


def limit_of(settings: Mapping[str, Any]) -> float:
    """Return how many seconds a command that proves something may run."""
    return (durations.hours(str(settings.get("execution.verify_time_limit") or "30m")) or 0.5) * HOUR


def state(root: Path, start: Path) -> WorkState | None:
    """Return the files where the caller works, as they are now; None without git."""
    return git_state.of(root, folder(root, start))


def folder(root: Path, start: Path) -> Path:
    """Return where the caller works: their linked worktree of this project, else the project's own folder."""
    for above in place.searched(start):
        git = above / ".git"
        main = place.main_worktree(git) if git.is_file() else None
        if main is not None and root.parent.is_relative_to(main):
            same = above / root.parent.relative_to(main)
            return same if same.is_dir() else above
        if above == root.parent:
            return above
    return root.parent


def failed(proof: Proof, ref: str, what: str) -> errors.Refused:
    """Return the refusal of a command that did not succeed; its last lines come along."""
    how = proof.error or f"exit {proof.exit_code}"
    return errors.Refused(
        f"{proof.command} failed ({how}). {ref} stays as it is.",
        why=f"{what} decides\n{proof.output}" if proof.output else f"{what} decides",
        next=[f"milestone show {ref}"],
        code="verify_failed",
        exit_code=proof.exit_code,
        output=proof.output,
    )
