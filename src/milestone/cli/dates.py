"""Days as people type them."""

import re
from datetime import date, timedelta

from milestone import errors

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
UNITS = {"d": 1, "w": 7}


def day(flag: str, text: str | None, today: date) -> str | None:
    """Return the ISO day of `2026-12-05`, `friday` (the next one), `+3d`, `today`, `tomorrow`; None for nothing.

    Raises:
        InvalidRequest: it is none of these.
    """
    if text is None:
        return None
    word = text.strip().lower()
    found = _day(word, today)
    if found is None:
        raise _no_day(flag, text, "friday or +3d", "+3d")
    return found.isoformat()


def past_day(flag: str, text: str | None, today: date) -> str | None:
    """Return the ISO day of `2026-12-05`, `friday` (the last one), `yesterday`, `3d ago`; None for nothing.

    Raises:
        InvalidRequest: it is none of these.
    """
    if text is None:
        return None
    word = text.strip().lower()
    found = today - timedelta(days=1) if word == "yesterday" else _past_day(word, today)
    if found is None:
        raise _no_day(flag, text, "friday, yesterday or 3d ago", "yesterday")
    return found.isoformat()


def _no_day(flag: str, text: str, others: str, example: str) -> errors.InvalidRequest:
    return errors.InvalidRequest(
        f'{flag} takes a day, not "{text}".',
        why=f"Like 2026-12-05, {others}.",
        next=[f"milestone … {flag} {example}"],
    )


def _past_day(word: str, today: date) -> date | None:
    ago = re.fullmatch(r"-?(\d{1,4})\s*([dw])(?:\s*ago)?", word)
    if ago:
        return today - timedelta(days=int(ago[1]) * UNITS[ago[2]])
    weekday = [name for name in DAYS if len(word) >= 3 and name.startswith(word)]
    if weekday:
        return today - timedelta(days=(today.weekday() - DAYS.index(weekday[0])) % 7)
    return _day(word, today)


def _day(word: str, today: date) -> date | None:
    if word in ("today", "tomorrow"):
        return today + timedelta(days=int(word == "tomorrow"))
    later = re.fullmatch(r"\+?(\d{1,4})\s*([dw])", word)
    if later:
        return today + timedelta(days=int(later[1]) * UNITS[later[2]])
    weekday = [name for name in DAYS if len(word) >= 3 and name.startswith(word)]
    if weekday:
        return today + timedelta(days=(DAYS.index(weekday[0]) - today.weekday() - 1) % 7 + 1)
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None
