from datetime import date

import pytest

from milestone.domain import durations


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("2h", 2),
        ("90m", 1.5),
        ("3d 4h", 28),
        ("2 weeks", 80),
        ("P2W", 80),
        ("PT90M", 1.5),
        ("2", 2),
        ("1.5 h", 1.5),
        ("1,5h", 1.5),
        ("two days", 16),
        ("a week and 2 days", 56),
        ("2-3 days", 24),
        ("half an hour", None),
        ("soon", None),
        ("-2h", None),
        ("0", None),
        ("3 bananas", None),
    ],
)
def test_hours_in_plain_words(text, hours):
    assert durations.hours(text) == hours


@pytest.mark.parametrize(
    ("text", "days"),
    [("2 weeks", 14), ("6 weeks", 42), ("4h", 1), ("1 month", 30), ("P1M", 30), ("tomorrow", None)],
)
def test_calendar_days(text, days):
    assert durations.days(text) == days


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-12-05", date(2026, 12, 5)),
        ("friday", date(2026, 11, 27)),
        ("mon", date(2026, 11, 23)),
        ("+3d", date(2026, 11, 23)),
        ("in 2 weeks", date(2026, 12, 4)),
        ("tomorrow", date(2026, 11, 21)),
        ("2026-13-45", None),
        ("whenever", None),
    ],
)
def test_days_from_a_friday(text, day):
    assert durations.day(text, date(2026, 11, 20)) == day
