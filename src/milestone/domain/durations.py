"""Durations and days in plain words: `2 weeks`, `3d 4h`, `P2W`, `90m`; `friday`, `+3d`, `2026-12-05`.

A working day has 8 hours, a week 5 days, a month 4 weeks and a third, unless the caller says otherwise.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta

DAY_HOURS = 8.0
WEEK_HOURS = 40.0
_UNITS: Mapping[str, tuple[str, ...]] = {
    "s": ("s", "sec", "secs", "second", "seconds"),
    "m": ("m", "min", "mins", "minute", "minutes"),
    "h": ("h", "hr", "hrs", "hour", "hours"),
    "d": ("d", "day", "days"),
    "w": ("w", "wk", "wks", "week", "weeks"),
    "mo": ("mo", "month", "months"),
    "q": ("quarter", "quarters"),
    "y": ("y", "year", "years"),
}
_UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words}
_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBERS = {word: str(n) for n, word in enumerate(_WORDS, 1)} | {"a": "1", "an": "1", "half": "0.5"}
_PART = r"(?P<n>\d+(?:[.,]\d+)?)\s*(?P<unit>[a-z]+)\.?"
_RANGE = r"\d+(?:[.,]\d+)?\s*(?:-|–|to)\s*(?=\d)"
_ISO = r"p(?:(\d+)y)?(?:(\d+)m)?(?:(\d+)w)?(?:(\d+)d)?(?:t(?:(\d+)h)?(?:(\d+)m)?)?"
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def parts(text: str) -> dict[str, float] | None:
    """Return unit (`s m h d w mo q y`) -> amount for a duration; None for another text, nothing or a negative one.

    A range (`2-3 weeks`) is its upper end.
    """
    said = text.strip().lower()
    iso = re.fullmatch(_ISO, said)
    if iso and any(iso.groups()):
        named = zip(("y", "mo", "w", "d", "h", "m"), iso.groups(), strict=True)
        return {unit: float(n) for unit, n in named if n}
    said = re.sub(
        _RANGE, "", " ".join(_NUMBERS.get(word, word) for word in said.replace("-week", " week").split())
    )
    found: dict[str, float] = {}
    rest = re.sub(r"\b(and|about|of|work)\b|,(?!\d)|~", " ", said)
    for match in re.finditer(_PART, rest):
        unit = _UNIT_OF.get(match["unit"])
        if unit is None:
            return None
        found[unit] = found.get(unit, 0.0) + float(match["n"].replace(",", "."))
    return found if found and not re.sub(_PART, "", rest).strip() else None


def hours(text: str, *, day: float = DAY_HOURS, week: float = WEEK_HOURS) -> float | None:
    """Return working hours for a duration (a bare number is hours); None for another text, or nothing."""
    try:
        bare = float(text.strip().replace(",", "."))
    except ValueError:
        pass
    else:
        return bare if 0 < bare < 1e6 else None
    found = parts(text)
    if found is None:
        return None
    size = {
        "s": 1 / 3600,
        "m": 1 / 60,
        "h": 1.0,
        "d": day,
        "w": week,
        "mo": week * 52 / 12,
        "q": week * 13,
        "y": week * 52,
    }
    total = sum(size[unit] * n for unit, n in found.items())
    return round(total, 6) if 0 < total < 1e6 else None


def days(text: str) -> int | None:
    """Return calendar days for a duration (`2 weeks` is 14); None for another text. A part of a day is one."""
    found = parts(text)
    if found is None:
        return None
    size = {
        "s": 1 / (3600 * DAY_HOURS),
        "m": 1 / (60 * DAY_HOURS),
        "h": 1 / DAY_HOURS,
        "d": 1,
        "w": 7,
        "mo": 365 / 12,
        "q": 365 / 4,
        "y": 365,
    }
    total = sum(size[unit] * n for unit, n in found.items())
    return max(1, round(total)) if 0 < total < 36_500 else None


def day(text: str, today: date) -> date | None:
    """Return the day a text means: `2026-12-05`, `tomorrow`, `friday` (the next one), `+3d`; None for another."""
    said = text.strip().lower().removeprefix("next ")
    if said in ("today", "now", "tomorrow", "yesterday"):
        return today + timedelta(days={"tomorrow": 1, "yesterday": -1}.get(said, 0))
    for number, name in enumerate(DAYS):
        if len(said) >= 3 and name.startswith(said):
            return today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)
    if said.startswith("+") or said.startswith("in "):
        ahead = days(said.removeprefix("+").removeprefix("in "))
        return today + timedelta(days=ahead) if ahead else None
    try:
        return date.fromisoformat(said[:10]) if re.match(r"\d{4}-\d{2}-\d{2}($|t)", said) else None
    except ValueError:
        return None


def text_of(amount: float) -> str:
    """Return hours as people read them: `1.5 h`, `20 min` below one hour."""
    if 0 < amount < 1:
        return f"{round(amount * 60)} min"
    return f"{amount:.1f}".removesuffix(".0") + " h"
