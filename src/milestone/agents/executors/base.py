"""What every executor does: work on one attempt of one task, in one folder, and say how it ended."""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import msgspec


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of work, as an executor gets it."""

    ref: str  # milestone-001/task-002
    folder: Path  # where the work happens: the task's worktree, or the project itself
    log: Path  # all output goes here
    record: Path  # where the running program is written down, so that a later process can end it
    brief: str = ""  # what an agent reads on its standard input
    secrets: tuple[str, ...] = ()  # texts of the brief that the log must not keep
    command: str = ""  # the task's `run` or `verify`
    environment: Mapping[str, str] = {}  # added to the environment; MILESTONE_LEASE marks every descendant
    time_limit: float | None = None  # seconds


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How a piece of work ended."""

    exit_code: int | None = None  # None: a person does it, or it could not be started
    seconds: float = 0.0
    timed_out: bool = False
    stopped: bool = False  # we ended it, because the run stops
    waits: bool = False  # nothing ran: a person does it
    error: str = ""  # why it could not be started

    @property
    def succeeded(self) -> bool:
        return self.exit_code == 0 and not (self.timed_out or self.stopped)


class Executor(Protocol):
    """A means of doing tasks."""

    name: str

    def run(self, job: Job, stop: threading.Event) -> Outcome:
        """Return how the job ended; when `stop` is set, the program and all it started are ended first.

        Never raises for what the program does or fails to do: a missing program is an outcome with `error`.
        """
        ...
