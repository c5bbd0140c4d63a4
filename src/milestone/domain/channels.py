"""Channels people are told through, as the settings name them: what each wants to hear, and when."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

import msgspec

from milestone.domain.durations import hours


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """One place somebody is told things."""

    name: str
    address: str  # may hold a secret: it is never shown, logged or recorded
    events: tuple[str, ...] = ()  # topics and kinds of events; none: every topic
    teams: tuple[str, ...] = ()  # none: everybody's
    quiet: str = ""  # `22:00-07:00`
    every: float | None = None  # hours between two messages: a digest

    def wants(self, topic: str, kind: str, teams: Sequence[str], *, across_teams: bool) -> bool:
        """Say whether something is told here. With `across_teams` each team hears of the others', too."""
        heard = not self.events or topic in self.events or kind in self.events
        mine = not self.teams or across_teams or not teams or bool(set(self.teams) & set(teams))
        return heard and mine

    def is_quiet(self, now: datetime) -> bool:
        """Say whether it is night for this channel; `now` is in the project's zone."""
        begin, end = quiet_hours(self.quiet)
        moment = now.time()
        return begin <= moment < end if begin <= end else moment >= begin or moment < end

    def is_due(self, last: datetime | None, now: datetime) -> bool:
        """Say whether the time between two messages is over."""
        return self.every is None or last is None or now - last >= timedelta(hours=self.every)


def of(settings: Mapping[str, Any]) -> list[Channel]:
    """Return the channels that have an address, by name; `integrations.slack_webhook` is one called `slack`."""
    every = settings.get("channels")
    known: dict[str, Any] = dict(every) if isinstance(every, Mapping) else {}
    webhook = settings.get("integrations.slack_webhook")
    if webhook and "slack" not in known:
        known["slack"] = {"url": webhook}
    read = [_read(str(name), said) for name, said in sorted(known.items()) if isinstance(said, Mapping | str)]
    return [channel for channel in read if channel.address]


def quiet_hours(text: str) -> tuple[time, time]:
    """Return begin and end of `22:00-07:00`; twice the same for a text that says nothing.

    A wrong text is quiet never, so that nothing is held back for ever.
    """
    begin, _, end = text.partition("-")
    try:
        return time.fromisoformat(begin.strip()), time.fromisoformat(end.strip())
    except ValueError:
        return time(), time()


def _read(name: str, said: Any) -> Channel:
    found = {"url": said} if isinstance(said, str) else said
    every = found.get("every")
    return Channel(
        name=name,
        address=str(found.get("url") or ""),
        events=_words(found.get("events")),
        teams=_words(found.get("teams")),
        quiet=str(found.get("quiet") or ""),
        every=hours(every, day=24.0, week=168.0) if isinstance(every, str) else _number(every),
    )


def _words(value: Any) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else str(value).split(",") if value else []
    return tuple(str(each).strip() for each in listed if str(each).strip())


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
