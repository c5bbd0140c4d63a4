"""What can be worked on now, and what everything else waits for: from summary rows alone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from milestone.domain import graph
from milestone.domain.questions import CLOSED, PRIORITIES, STOPPED, Question, urgency
from milestone.domain.rows import Rows, links
from milestone.domain.rows import of as rows_of
from milestone.domain.weighing import FINISHED

__all__ = ["CLOSED", "FINISHED", "PRIORITIES", "STOPPED", "Sight", "Waits", "ready", "tasks"]

Row = Mapping[str, Any]


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


class Waits:
    """What milestones wait for: unfinished requirements, unmet facts, a cycle.

    Rows are read of those that name others, and of the neighbours of who is asked about.
    """

    def __init__(self, rows: Sequence[Row], needs: Mapping[str, Sequence[str]] | None = None) -> None:
        self._rows = rows_of(rows)
        self.needs = links(self._rows) if needs is None else needs
        self._knotted = graph.in_cycles({name: wanted for name, wanted in self.needs.items() if wanted})

    def of(self, row: Row) -> list[str]:
        """Return what a milestone waits for; empty when it is closed."""
        if row["status"] in CLOSED:
            return []
        name = row["id"]
        needs = self.needs.get(name, ())
        beside = self._rows.select(Question(ids=needs)) if needs else ()
        finished = {other["id"]: other for other in beside if other["status"] in FINISHED}
        return _waits(row, needs, finished, name in self._knotted)


def milestone_waits(rows: Sequence[Row], needs: Mapping[str, Sequence[str]] | None = None) -> dict[str, list[str]]:
    """Return milestone id -> what it waits for: unfinished requirements, unmet facts, its cycle."""
    waits = Waits(rows, needs)
    return {row["id"]: waits.of(row) for row in rows}


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
    waits = Waits(rows)
    for row in filter(None, map(rows.named, names)):
        yield from of_milestone(row, waits.of(row))


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


def rank(sight: Sight) -> tuple[Any, ...]:
    """Return the order of tasks inside a milestone: critical, priority, what waits for it, id."""
    task = sight.task
    return not task["critical"], urgency(task), -len(followers(sight)), task["id"]


def followers(sight: Sight) -> list[str]:
    """Return the open tasks that wait for this one directly."""
    return [
        str(task["id"])
        for task in sight.row["tasks"]
        if sight.task["id"] in (task.get("dependencies") or ())
        and task["status"] not in ("completed", "cancelled")
    ]


def ready(rows: Sequence[Row], current: str | None = None, waits: Waits | None = None) -> Iterator[Sight]:
    """Yield what can be started now, best first; only as many milestones are opened as the caller needs.

    `waits` are those of the rows where the caller has them already.
    """
    waits = Waits(rows) if waits is None else waits
    for row in _startable(rows_of(rows), current):
        if not waits.of(row):
            yield from sorted((sight for sight in of_milestone(row, ()) if sight.is_ready), key=rank)


def _startable(rows: Rows, current: str | None) -> Iterator[Row]:
    """Yield the milestones to take tasks from: the current one, then begun ones, by priority, day and id."""
    if current is not None:
        yield from rows.select(Question(ids=(current,), has=("able",)))
    yield from (row for row in rows.each(Question(has=("able",), order="rank")) if row["id"] != current)
