"""What every executor does: work on one attempt of one task, in one folder, and say how it ended."""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import msgspec

from milestone.domain.spending import Spent


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """What a running executor tells. Totals are those of this job so far, never of one step."""

    text: str = ""  # what it says or does now, in a line
    tokens_in: int = 0
    tokens_out: int = 0
    money: Mapping[str, float] = {}  # currency -> minor units
    files: tuple[str, ...] = ()  # it says it changed
    conversation: str = ""  # the program's own name for its conversation, to go on with later


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """Something only a person may answer."""

    kind: str  # permission, question
    text: str
    options: tuple[str, ...] = ()


def _nobody_listens(_progress: Progress) -> None:
    return


def _nobody_answers(_ask: Ask) -> str | None:
    return None


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of work, as an executor gets it."""

    ref: str  # milestone-001/task-002
    folder: Path  # where the work happens: the task's worktree, or the project itself
    log: Path  # all output goes here
    record: Path  # where the running program is written down, so that a later process can end it
    brief: str = ""  # what an agent reads
    secrets: tuple[str, ...] = ()  # texts of the brief that nothing else may keep
    command: str = ""  # the task's `run` or `verify`
    environment: Mapping[str, str] = {}  # added to the environment; MILESTONE_LEASE marks every descendant
    time_limit: float | None = None  # seconds
    conversation: str = ""  # an earlier attempt's conversation, to go on with
    tell: Callable[[Progress], None] = _nobody_listens
    # Waits for a person; None when nobody answered in time: then the program is ended, and nothing is guessed.
    ask: Callable[[Ask], str | None] = _nobody_answers


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How a piece of work ended."""

    exit_code: int | None = None  # None: a person does it, or it could not be started
    seconds: float = 0.0
    timed_out: bool = False
    stopped: bool = False  # we ended it, because the run stops
    waits: bool = False  # nothing ran: a person does it
    error: str = ""  # why it could not be started, or must not go on
    cause: str = "resource"  # what kind of blocker that is
    said: str = ""  # an agent's last message
    spent: Spent = Spent()
    files: tuple[str, ...] = ()  # an agent says it changed
    claims_done: bool = True  # False: an agent ended without saying that it is done
    trouble: str = ""  # why an agent says it failed
    unanswered: bool = False  # it asked, and nobody answered in time
    conversation: str = ""
    odd_lines: int = 0  # of its output that nobody could read

    @property
    def succeeded(self) -> bool:
        ended_well = self.exit_code == 0 and self.claims_done and not self.trouble
        return ended_well and not (self.timed_out or self.stopped or self.unanswered)


class Executor(Protocol):
    """A means of doing tasks."""

    name: str

    def run(self, job: Job, stop: threading.Event) -> Outcome:
        """Return how the job ended; when `stop` is set, the program and all it started are ended first.

        Never raises for what the program does or fails to do: a missing program is an outcome with `error`.
        """
        ...
