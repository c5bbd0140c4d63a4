"""What fits a line: wide characters, tables, cuts, dates."""

from datetime import UTC, date, datetime

import pytest

from milestone.cli.text import moments, table, wide


@pytest.mark.parametrize(
    ("text", "columns"),
    [("plain", 5), ("支払い", 6), ("e\u0301", 1), ("👍", 2), ("👨\u200d👩\u200d👧", 2), ("❤\ufe0f", 2)],
)
def test_width_counts_columns_not_characters(text, columns):
    assert wide.width(text) == columns


def test_a_cut_text_never_takes_more_than_it_may():
    for columns in range(12):
        assert wide.width(wide.cut("日本語 payments", columns)) <= columns


def test_columns_leave_by_priority_and_ids_stay_whole():
    columns = [table.Column("ID"), table.Column("Title", least=6), table.Column("Owner", leaves=1)]

    lines = table.lines(columns, [["milestone-001", "A rather long title", "sarah"]], 24)

    assert lines[1] == "milestone-001  A rather…"
    assert all(wide.width(line) <= 24 for line in lines)


def test_wide_cells_are_aligned():
    columns = [table.Column("A"), table.Column("B")]

    lines = table.lines(columns, [["支払", "x"], ["abc", "y"]], 40, head=False)

    assert {wide.width(line) - 1 for line in lines} == {6}


def test_a_bar_is_full_only_at_the_end():
    assert table.bar(99.9) == "[###################-]"
    assert table.bar(100) == "[####################]"


def test_days_carry_the_year_only_when_it_is_another():
    today = date(2026, 11, 20)

    assert moments.day("2026-12-05", today) == "5 Dec"
    assert moments.day("2027-01-05", today) == "5 Jan 2027"
    assert moments.day("soon", today) == "soon"


@pytest.mark.parametrize(
    ("then", "words"),
    [
        ("2026-11-20T12:00:00Z", "2 days ago"),
        ("2026-11-22T11:30:00Z", "30 minutes ago"),
        ("2026-11-22T11:59:30Z", "just now"),
    ],
)
def test_what_was_is_told_in_one_unit(then, words):
    assert moments.ago(then, datetime(2026, 11, 22, 12, tzinfo=UTC)) == words
