"""What can be worked on now, and what everything else waits for: from summary rows alone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from milestone.domain import graph
from milestone.domain.rows import Rows, links

Row = Mapping[str, Any]
FINISHED = ("completed", "archived")
CLOSED = (*FINISHED, "cancelled")
STOPPED = (*CLOSED, "paused", "blocked")
PRIORITIES = {"critical_path": 0, "critical": 0, "urgent": 0, "high": 1, "medium": 2, "normal": 2, "low": 3}


class Sight(NamedTuple):
    """One task in its milestone, and what it waits for (empty: nothing)."""

    row: Row
    task: Row
    waits_for: tuple[str, ...]

    @property
    def ref(self) -> str:
        """`milestone-001/task-002`."""
        return f"{self.row['id']}/{self.task['id']}"

    @property
    def is_ready(self) -> bool:
        """Whether somebody may start it now."""
        return self.task["status"] == "pending" and not self.waits_for and self.row["status"] not in STOPPED


def milestone_waits(rows: Sequence[Row], needs: Mapping[str, Sequence[str]] | None = None) -> dict[str, list[str]]:
    """Return milestone id -> what it waits for: unfinished requirements, unmet facts, its cycle."""
    needs = graph.of_rows(rows) if needs is None else needs
    finished = {row["id"]: row for row in rows if row["status"] in FINISHED}
    knotted = graph.in_cycles({name: wanted for name, wanted in needs.items() if wanted})
    found: dict[str, list[str]] = {}
    for row in rows:
        name = row["id"]
        closed = row["status"] in CLOSED
        found[name] = [] if closed else _waits(row, needs.get(name, ()), finished, name in knotted)
    return found


def _is_unproven(row: Row) -> bool:
    """Tell whether, where evidence is required, one of its completions was only typed."""
    return any(task.get("unproven") for task in row["tasks"])


def _waits(row: Row, needs: Sequence[str], finished: Mapping[str, Row], is_knotted: bool) -> list[str]:
    unmet = row["unmet"]
    facts = [*unmet.get("conditions", ()), *unmet.get("external", ())]
    if not needs and not facts:  # most of a thousand
        return []
    past = row["depends_overridden"] or ()
    open_needs = (name for name in needs if name not in finished or _is_unproven(finished[name]))
    waits = [name for name in open_needs if name not in past]
    waits += [text for text in facts if text not in past]
    return [*waits, "a cycle of requirements"] if is_knotted else waits


def tasks(rows: Sequence[Row]) -> Iterator[Sight]:
    """Yield every task with what it waits for, in the order of the rows."""
    waits = milestone_waits(rows)
    for row in rows:
        yield from of_milestone(row, waits[row["id"]])


def of_some(rows: Rows, names: Iterable[str]) -> Iterator[Sight]:
    """Yield the tasks of some milestones with what they wait for, reading no other rows than those they need."""
    needs = links(rows)
    knotted = graph.in_cycles({name: wanted for name, wanted in needs.items() if wanted})
    for row in filter(None, map(rows.named, names)):
        name = str(row["id"])
        wanted = needs.get(name, ())
        finished = {
            other["id"]: other for other in filter(None, map(rows.named, wanted)) if other["status"] in FINISHED
        }
        closed = row["status"] in CLOSED
        yield from of_milestone(row, [] if closed else _waits(row, wanted, finished, name in knotted))


def of_milestone(row: Row, waits: Sequence[str]) -> Iterator[Sight]:
    """Yield the tasks of one milestone that itself waits for `waits`."""
    needs = {str(task["id"]): [str(d) for d in task.get("dependencies") or ()] for task in row["tasks"]}
    finished = {t["id"] for t in row["tasks"] if t["status"] == "completed" and not t.get("unproven")}
    knotted = graph.in_cycles(needs)
    for task in row["tasks"]:
        own = [d for d in needs[task["id"]] if d not in finished]
        above = task.get("parent")
        own += [d for d in needs.get(str(above), ()) if d not in finished] if above else []
        if task.get("children"):
            own += [str(child) for child in task["children"] if child not in finished]
        if task["id"] in knotted:
            own.append("a cycle of tasks")
        open_task = task["status"] not in ("completed", "cancelled")
        yield Sight(row, task, (*dict.fromkeys(own), *waits) if open_task else ())


def rank_row(row: Row, current: str | None = None) -> tuple[Any, ...]:
    """Return the order of milestones to take tasks from: current, begun, priority, due, id."""
    return (row["id"] != current, row["status"] != "in_progress", _priority(row), row["due"] or "9999", row["id"])


def rank(sight: Sight) -> tuple[Any, ...]:
    """Return the order of tasks inside a milestone: critical, priority, what waits for it, id."""
    task = sight.task
    return not task["critical"], _priority(task), -len(followers(sight)), task["id"]


def followers(sight: Sight) -> list[str]:
    """Return the open tasks that wait for this one directly."""
    return [
        str(task["id"])
        for task in sight.row["tasks"]
        if sight.task["id"] in (task.get("dependencies") or ())
        and task["status"] not in ("completed", "cancelled")
    ]


def _priority(record: Row) -> int:
    return PRIORITIES.get(str(record.get("priority") or "medium").lower(), 2)


def ready(
    rows: Sequence[Row], current: str | None = None, waits: Mapping[str, Sequence[str]] | None = None
) -> Iterator[Sight]:
    """Yield what can be started now, best first; only as many milestones are opened as the caller needs.

    `waits` is `milestone_waits(rows)` where the caller has it already.
    """
    waits = milestone_waits(rows) if waits is None else waits
    able = [row for row in rows if row["status"] not in STOPPED and not waits[row["id"]]]
    for row in sorted(able, key=lambda row: rank_row(row, current)):
        yield from sorted((sight for sight in of_milestone(row, ()) if sight.is_ready), key=rank)
