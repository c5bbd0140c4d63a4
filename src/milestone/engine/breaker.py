"""When an executor fails again and again its tasks wait: nothing is gained by failing the rest as well."""

import threading
import time
from collections import defaultdict

import msgspec

MOST_OPENINGS = 3  # after which its tasks are blocked instead of waiting once more


class State(msgspec.Struct):
    """How one executor has done lately."""

    failures: int = 0  # in a row
    openings: int = 0  # in a row
    until: float = 0.0
    trying: str | None = None  # the one task that is let through to see whether it works again
    reason: str = ""


class Breaker:
    """One switch for each executor: closed, open for a while, or half open for one task."""

    def __init__(self, limit: int, rest: float) -> None:
        self.limit = limit  # failures in a row that open it; 0: never
        self.rest = rest  # seconds; doubled each time it opens again
        self._states: dict[str, State] = defaultdict(State)
        self._lock = threading.Lock()

    def worked(self, executor: str) -> bool:
        """Hear that an executor did its work; say whether it had been given up for a while."""
        with self._lock:
            before = self._states.pop(executor, State())
        return before.openings > 0

    def failed(self, executor: str, task: str, reason: str) -> float | None:
        """Hear that an executor failed; the seconds for which its tasks wait now, None while they need not."""
        with self._lock:
            state = self._states[executor]
            state.failures += 1
            state.reason = reason
            tried = state.trying == task
            if tried:
                state.trying = None
            if not self.limit or (state.failures < self.limit and not tried) or state.until > time.monotonic():
                return None
            pause = self.rest * float(2**state.openings)
            state.openings += 1
            state.until = time.monotonic() + pause
            return pause

    def let_go(self, task: str) -> None:
        """Hear that a task is in nobody's hands any more, whatever it showed of its executor."""
        with self._lock:
            for state in self._states.values():
                if state.trying == task:
                    state.trying = None

    def holds(self, executor: str, task: str) -> bool:
        """Say whether a task has to wait; the first one after the pause is let through, the others wait for it."""
        with self._lock:
            state = self._states.get(executor)
            if state is None or not state.openings or state.openings > MOST_OPENINGS:
                return False
            if time.monotonic() < state.until or state.trying not in (None, task):
                return True
            state.trying = task
            return False

    def given_up(self, executor: str) -> str:
        """Return why tasks of an executor are blocked; empty while there is hope."""
        with self._lock:
            state = self._states.get(executor)
            if state is None or state.openings <= MOST_OPENINGS:
                return ""
            return f"{executor} failed {state.failures} times in a row: {state.reason}"
