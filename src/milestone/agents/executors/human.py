"""A person: nothing is started, the run waits."""

import threading

from milestone.agents.executors.base import Job, Outcome


class Human:
    """Leaves the task to a person, who says `task done`."""

    name = "human"

    def run(self, job: Job, stop: threading.Event) -> Outcome:  # noqa: ARG002  (the protocol's signature)
        """Return that the task waits; it is done when somebody says so."""
        return Outcome(waits=True)
