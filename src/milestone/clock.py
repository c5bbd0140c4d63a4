"""The only room that knows the time."""

import os
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time; a fake one stands still."""

    def now(self) -> datetime:
        """Return the moment, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never go back, for timeouts."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class FrozenClock:
    """A clock that stands at one moment, for transcripts and tests."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment.astimezone(UTC)

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return time.monotonic()


def clock_from_environment() -> Clock:
    """Return the machine's clock, or one frozen at `MILESTONE_NOW` (RFC 3339)."""
    moment = os.environ.get("MILESTONE_NOW")
    return FrozenClock(parse_moment(moment)) if moment else SystemClock()


def parse_moment(text: str) -> datetime:
    """Return the aware UTC moment an RFC 3339 text names; a text without zone counts as UTC.

    Raises:
        ValueError: the text is no moment.
    """
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def format_moment(moment: datetime) -> str:
    """Return the RFC 3339 text of a moment in UTC, to the millisecond: `2026-11-20T11:42:07.120Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def wall_ns() -> int:
    """Return the machine's wall clock in nanoseconds, as file times are; never for order or for records."""
    return time.time_ns()
