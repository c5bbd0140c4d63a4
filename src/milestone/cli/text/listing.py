"""Lists as tables, and as CSV."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from milestone.cli.output import line
from milestone.cli.text import moments, states, table
from milestone.reports.names import short

Row = Mapping[str, Any]
HEADS = {
    "id": "ID",
    "ref": "Ref",
    "percentage": "Done",
    "assigned_to": "Who",
    "blocked_by": "Waits for",
    "status": "State",
}
WHOLE = frozenset({"id", "ref", "milestone", "percentage", "due", "status", "hours", "hours_left"})
RIGHT = frozenset({"percentage", "hours", "hours_left", "slack"})
LEAVES = {"blocked_by": 3, "assigned_to": 2, "priority": 4, "due": 1}


def text(rows: Sequence[Row], fields: Sequence[str], width: int, today: date) -> str:
    """Return a table of the fields; none leaves that was asked for by name."""
    columns = [_column(field) for field in fields]
    cells = [[cell(field, row[field], today) for field in fields] for row in rows]
    return "\n".join(table.lines(columns, cells, width))


def _column(field: str) -> table.Column:
    title = HEADS.get(field, field.replace("_", " ").capitalize())
    least = 0 if field in WHOLE else 16 if field == "title" else 8
    return table.Column(title, right=field in RIGHT, least=least, leaves=LEAVES.get(field, 0))


def cell(field: str, value: Any, today: date) -> str:
    """Return one value as people read it."""
    if value is None:
        return ""
    if field == "status":
        return states.word(value)
    if field == "percentage":
        return f"{value} %"
    if field in ("hours", "hours_left"):
        return moments.hours(value)
    if field in ("due", "start"):
        return moments.day(value, today)
    if field in ("id", "ref", "milestone"):
        return line(short(value))
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, list):
        return ", ".join(line(short(str(each))) for each in value)
    return line(value)


def as_csv(rows: Sequence[Row], fields: Sequence[str]) -> str:
    """Return the rows as CSV with a head; a formula is quoted, so that no spreadsheet runs it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(fields)
    writer.writerows([_plain(row[field]) for field in fields] for row in rows)
    return out.getvalue().rstrip("\n")


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value))
    shown = "" if value is None else str(value)
    return f"'{shown}" if isinstance(value, str) and shown[:1] in "=+-@\t\r" and shown else shown
