"""A program from the configuration that reads the task's brief on its standard input."""

import shlex
import threading
from collections.abc import Sequence

from milestone.agents.executors.base import Job, Outcome
from milestone.agents.executors.process import run_program


class Agent:
    """Runs `executors.<name>.command` with the brief on standard input."""

    def __init__(self, command: str | Sequence[str] = "", name: str = "agent") -> None:
        self.name = name
        self.program = shlex.split(command) if isinstance(command, str) else [str(word) for word in command]

    def run(self, job: Job, stop: threading.Event) -> Outcome:
        """Return how the agent ended; without a configured command it cannot be started."""
        if not self.program:
            return Outcome(error=f"executors.{self.name}.command is not set")
        return run_program(self.program, job, stop, stdin=job.brief)
