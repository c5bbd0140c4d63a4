"""What starts and what is due in the next two weeks."""

from collections.abc import Mapping
from datetime import timedelta
from itertools import islice
from typing import Any

from milestone.reports import ready, status

Row = Mapping[str, Any]
DAYS = 14
READY = 5


def view(moment: status.Moment) -> dict[str, Any]:
    """Return what starts, what is due or overdue, and the tasks that may start at once."""
    last = moment.today + timedelta(days=DAYS)
    still_open = [row for row in moment.rows if row["status"] not in ready.CLOSED]
    waits = ready.milestone_waits(moment.rows)
    begins = [row for row in still_open if row["status"] == "planned" and _until(row["start"], last)]
    due = [row for row in still_open if _until(row["due"], last)]
    return {
        "from": moment.today.isoformat(),
        "to": last.isoformat(),
        "starts": [
            _line(row, row["start"], waits) for row in sorted(begins, key=lambda row: (row["start"], row["id"]))
        ],
        "due": [_line(row, row["due"], waits) for row in sorted(due, key=lambda row: (row["due"], row["id"]))],
        "ready": [status.task(sight) for sight in islice(ready.ready(moment.rows, moment.current), READY)],
    }


def _until(day: str | None, last: Any) -> bool:
    return bool(day) and str(day)[:10] <= last.isoformat()


def _line(row: Row, day: str, waits: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "title": row["title"],
        "status": row["status"],
        "percentage": row["percentage"],
        "day": str(day)[:10],
        "waits_for": waits[row["id"]],
        "hours_left": row["hours_left"],
    }
