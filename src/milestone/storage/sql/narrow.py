"""The narrow tables: what can be asked of a milestone without its record, whom it names, what all add up to."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from milestone.domain import questions
from milestone.domain.rows import is_linked
from milestone.domain.weighing import NANO, Totals
from milestone.storage.base import Row
from milestone.storage.sql import records
from milestone.storage.sql.connection import Connection, Value
from milestone.storage.sql.damage import damaged
from milestone.storage.sql.statements import SQL

LARGEST = 2**62
FACTS = (
    "open",
    "startable",
    "able",
    "blockers",
    "risks",
    "asks",
    "questions",
    "worked",
    "started",
    "crosses",
    "due",
    "owner",
    "people",
)
HAS: dict[str, Callable[[Row], bool]] = {
    **questions.HAS,
    "able": lambda row: "tasks" in row and questions.is_able(row),
}
ABOUT_LINKED = ("id", "uid", "status", "requires", "enables", "refs", "hours_left")


class Partial(dict[str, Any]):
    """A row of a smaller domain than ours: what it does not have is not there."""

    def __missing__(self, _key: str) -> None:
        return None


def columns(uid: str, row: Row) -> tuple[Value, ...]:
    """Return the columns of the table `milestone`."""
    row = row if "priority" in row else Partial(row)
    name, status = str(row.get("id") or uid), str(row.get("status") or "")
    left = round(float(row.get("hours_left") or 0) * NANO)
    texts = (
        name.casefold(),
        str(row.get("slug") or ""),
        f"{name} {row.get('title')}".casefold(),
        status.casefold(),
        *(_low(row.get(key)) for key in ("priority", "category", "phase")),
        questions.plain(row.get("owner")),
        "".join(f"\n{str(label).casefold()}\n" for label in row.get("labels") or ()),
        str(row.get("due") or questions.NO_DAY),
        str(row.get("actual_start") or ""),
    )
    return (
        uid,
        name,
        records.place(name),
        int(bool(row.get("archived"))),
        *(text.replace("\0", "") for text in texts),  # which some databases cannot hold
        questions.STANDING.get(status, 1),
        int(status != "in_progress"),
        questions.urgency(row),
        max(-LARGEST, min(left, LARGEST)),
        *(int(HAS[fact](row)) for fact in FACTS),
    )


def _low(value: Any) -> str:
    return str(value or "").casefold()


def linked(uid: str, row: Row) -> list[tuple[Value, ...]]:
    """Return the row of the table `linked`, when a milestone names others."""
    if not is_linked(row):
        return []
    name = str(row["id"])
    return [(uid, records.place(name), name, records.text({key: row.get(key) for key in ABOUT_LINKED}))]


def keep(connection: Connection, rows: Sequence[tuple[str, Row | None]], known: Iterable[str] = ()) -> None:
    """Write the narrow rows of milestones anew; None: it is gone. `known` are those that have some now."""
    there = [(uid, row) for uid, row in rows if row is not None]
    gone = [(uid,) for uid in known]
    for statement in ("forget_milestone", "forget_linked"):
        connection.many(SQL[statement], gone)
    connection.many(SQL["keep_milestone"], [columns(uid, row) for uid, row in there])
    connection.many(SQL["keep_linked"], [each for uid, row in there for each in linked(uid, row)])


class Sums:
    """The sums over all live milestones: as recorded, and with proven completions only."""

    def __init__(self, recorded: Totals, proven: Totals) -> None:
        self.recorded = recorded
        self.proven = proven

    def add(self, row: Row, times: int = 1) -> None:
        """Count a milestone's row; `times` is -1 to count it no longer."""
        if "status" in row:  # the smallest domain of the contract's tests has no figures
            self.recorded.add(row, times)
            self.proven.add({**row, **row["proven"]}, times)

    def values(self) -> tuple[Value, ...]:
        """Return the row of the table `totals`."""
        return _text(self.recorded), _text(self.proven)


def sums(connection: Connection) -> Sums:
    """Return the sums as they are kept.

    Raises:
        Damaged: there are none.
    """
    found = connection.rows(SQL["totals"])
    if not found:
        raise damaged("the row of sums is missing")
    recorded, proven = found[0]
    return Sums(_totals(recorded), _totals(proven))


def sums_of(rows: Iterable[Row]) -> Sums:
    """Return the sums over rows."""
    found = Sums(Totals(), Totals())
    for row in rows:
        found.add(row)
    return found


def _text(totals: Totals) -> str:
    found = totals.sums()
    return records.text({name: value if name == "states" else str(value) for name, value in found.items()})


def _totals(text: str) -> Totals:
    found = msgspec.json.decode(text)
    states = found.pop("states", {})
    return Totals(states, **{name: int(value) for name, value in found.items()})
