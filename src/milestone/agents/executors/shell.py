"""The task's own `run` line, in a shell."""

import threading

from milestone.agents.executors.base import Job, Outcome
from milestone.agents.executors.process import run_program


class Shell:
    """Runs a command line with `sh`."""

    name = "shell"

    def run(self, job: Job, stop: threading.Event) -> Outcome:
        """Return how the command ended; a job without one cannot be started."""
        if not job.command.strip():
            return Outcome(error=f"{job.ref} has no run line")
        return run_program(["/bin/sh", "-c", job.command], job, stop)
