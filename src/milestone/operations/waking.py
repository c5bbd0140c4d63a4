"""Let a process of its own send what waits in the outbox, so that no command waits for a chat service."""

import os
import subprocess
import sys
import time

from milestone.domain import channels
from milestone.reports import notices
from milestone.workspace.base import Workspace

APART = 2.0  # seconds between two processes that are started to send
# A sender is no part of a run: it must not be ended with one, nor write on behalf of its task.
NOT_OURS = ("MILESTONE_LEASE", "MILESTONE_SESSION", "MILESTONE_TASK", "MILESTONE_PHASE", "MILESTONE_KEY")


def tells(workspace: Workspace, kinds: set[str]) -> bool:
    """Say whether somebody wants to hear of one of these kinds of events."""
    known = channels.of(workspace.settings.values)
    wanted = set(notices.WORDS).union(*(channel.events for channel in known))
    return bool(known) and bool(kinds & wanted)


def wake(workspace: Workspace, after: int) -> "subprocess.Popen[bytes]":
    """Start a sender that nobody waits for; new channels begin after the event `after`."""
    environ = {key: value for key, value in os.environ.items() if key not in NOT_OURS}
    return subprocess.Popen(
        [sys.executable, "-m", "milestone", "notify", "send", "--settle", "--after", str(after)],
        cwd=workspace.root.parent,
        env={**environ, "MILESTONE_DIR": str(workspace.root)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


class Waker:
    """Wakes senders during a run, while its events go on."""

    def __init__(self, workspace: Workspace, after: int) -> None:
        self._workspace = workspace
        self._after = after
        self._seen = after
        self._last = 0.0
        self._sender: subprocess.Popen[bytes] | None = None
        self._listens = bool(channels.of(workspace.settings.values))

    def look(self, seq: int) -> None:
        """Start a sender when the log has grown and none was started just now."""
        if not self._listens or seq == self._seen or time.monotonic() - self._last < APART:
            return
        if self._sender is not None and self._sender.poll() is None:
            return
        self._seen, self._last = seq, time.monotonic()
        self._sender = wake(self._workspace, self._after)
