"""Dates, times and hours as people say them; local time, English names whatever the locale."""

from datetime import date, datetime, timedelta

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def parse(text: str | None) -> datetime | None:
    """Return the moment of an RFC 3339 text; None for anything else."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo else None


def local(moment: datetime) -> datetime:
    """Return the moment where the person is."""
    return moment.astimezone()


def parse_day(text: str | None) -> date | None:
    """Return the day of an ISO text (a moment's day is local); None for anything else."""
    found = parse(text)
    if found:
        return found.astimezone().date()
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def day(text: str | None, today: date) -> str:
    """Return `5 Dec`, with the year when it is another one; the text itself when it is no date."""
    found = parse_day(text)
    if found is None:
        return text or ""
    year = f" {found.year}" if found.year != today.year else ""
    return f"{found.day} {MONTHS[found.month - 1]}{year}"


def moment(text: str | None) -> str:
    """Return `Sun 22 Nov 20:14 CET` in local time; the text itself when it is no moment."""
    found = parse(text)
    if found is None:
        return text or ""
    local = found.astimezone()
    return f"{DAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]} {local:%H:%M} {local.tzname()}"


def clock(text: str | None, today: date) -> str:
    """Return `14:05` of today, else `22 Nov 14:05`."""
    found = parse(text)
    if found is None:
        return text or ""
    local = found.astimezone()
    return f"{local:%H:%M}" if local.date() == today else f"{day(local.date().isoformat(), today)} {local:%H:%M}"


def ago(then: str | None, now: datetime) -> str:
    """Return `2 days ago`, `20 minutes ago`, `just now`; empty for no moment."""
    found = parse(then)
    if found is None:
        return ""
    gone = now - found
    if gone < timedelta(minutes=2):
        return "just now"
    days = (now.astimezone().date() - found.astimezone().date()).days
    for size, unit in ((days if days > 1 else 0, "day"), (int(gone.total_seconds() // 3600), "hour")):
        if size:
            return f"{size} {unit}{'s' if size > 1 else ''} ago"
    return f"{int(gone.total_seconds() // 60)} minutes ago"


def worked(hours_spent: float) -> str:
    """Return what machines took: `12 s`, `31 min`, `2.5 h`."""
    seconds = hours_spent * 3600
    if seconds < 90:
        return f"{round(seconds)} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else hours(hours_spent)


def hours(value: float | None) -> str:
    """Return `1.5 h`, `14 h`; empty for nothing known."""
    if value is None:
        return ""
    return f"{round(value + 1e-9, 1):g} h"
