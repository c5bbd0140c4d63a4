"""`--at`: what a person types for a moment of the past, and one look at the project as it was."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from milestone import clock, errors
from milestone.cli import dates
from milestone.cli.env import Env
from milestone.cli.look import look_into
from milestone.cli.text import moments as words
from milestone.operations import moments
from milestone.operations.moments import Point
from milestone.reports.status import Moment
from milestone.storage.base import Reading

UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Then(NamedTuple):
    """The project as it was."""

    reading: Reading
    moment: Moment
    said: str  # a sentence naming the moment


@contextmanager
def looking(env: Env, text: str) -> Iterator[Then]:
    """Open the project as it was at what `--at` says; nothing can be changed there.

    Raises:
        InvalidRequest: it is no moment; NotFound: it is still to come; Stale: it is of another epoch.
    """
    wanted = point(env, text)
    with env.workspace.reading() as reading:
        found = moments.at(reading, wanted, env.workspace.clock.now())
        moment = look_into(env, found.reading, now=found.time)
        today = words.local(env.workspace.clock.now()).date()
        when = words.clock(clock.format_moment(found.time), today)
        yield Then(found.reading, moment, f"As it was {when}, after event {found.reading.seq}:")


def point(env: Env, text: str) -> Point:
    """Return the moment that `41`, `EPOCH-41`, `2026-12-05`, `2026-12-05T14:30`, `14:30`, `friday`, `yesterday`
    or `3h ago` means; a day is meant to its end.

    Raises:
        InvalidRequest: it is none of these.
    """
    word = text.strip().lower()
    now = env.workspace.clock.now()
    zone = env.workspace.settings.timezone
    number = re.fullmatch(r"(?:([0-9a-z]{6,})-)?(\d{1,12})", word)
    if number:
        return Point(seq=int(number[2]), epoch=number[1])
    found = _ago(word, now) or _time(word, now, zone) or _day(word, now, zone)
    if found is None:
        raise errors.InvalidRequest(
            f'--at takes a number of the log or a time, not "{text}".',
            why="Like 41, 2026-12-05, 2026-12-05T14:30, friday or 3h ago.",
            next=["milestone log"],
        )
    return Point(time=found.astimezone(UTC))


def _ago(word: str, now: datetime) -> datetime | None:
    found = re.fullmatch(r"-?(\d{1,5})\s*([mhdw])(?:\s*ago)?", word)
    return now - timedelta(**{UNITS[found[2]]: int(found[1])}) if found else None


def _time(word: str, now: datetime, zone: tzinfo) -> datetime | None:
    if re.fullmatch(r"\d{1,2}:\d{2}", word):
        hour, minute = word.split(":")
        word = f"{now.astimezone(zone).date().isoformat()}T{hour:0>2}:{minute}"
    if "t" not in word and " " not in word:
        return None
    try:
        found = datetime.fromisoformat(word.upper())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _day(word: str, now: datetime, zone: tzinfo) -> datetime | None:
    """Return the end of a day: the last one of that name, or now for today."""
    today = now.astimezone(zone).date()
    weekday = [name for name in dates.DAYS if len(word) >= 3 and name.startswith(word)]
    if word == "yesterday":
        found = today - timedelta(days=1)
    elif weekday:
        found = today - timedelta(days=(today.weekday() - dates.DAYS.index(weekday[0]) - 1) % 7 + 1)
    else:
        try:
            found = today if word == "today" else date.fromisoformat(word)
        except ValueError:
            return None
    end = datetime.combine(found + timedelta(days=1), time(), zone) - timedelta(milliseconds=1)
    return min(end, now) if found == today else end
