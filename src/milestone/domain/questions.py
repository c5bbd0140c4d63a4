"""What can be asked of milestones without looking at every one: answered here over rows, by a database in SQL.

Imports next to nothing: `status` lives on it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from milestone.domain import risk, weighing

Row = Mapping[str, Any]
CLOSED = weighing.CLOSED
STOPPED = (*CLOSED, "paused", "blocked")
WORKED_ON = ("in_progress", "blocked", "paused")
OPEN_TASKS = ("in_progress", "in_review")
PRIORITIES = {"critical_path": 0, "critical": 0, "urgent": 0, "high": 1, "medium": 2, "normal": 2, "low": 3}
STANDING = {"completed": 2, "cancelled": 3, "archived": 4}
NO_DAY = "9999"  # after every day


class Question(NamedTuple):
    """Which milestones, in which order; what is not said does not matter, all that is said must hold."""

    ids: Sequence[str] | None = None
    uids: Sequence[str] | None = None
    but: str = ""  # not this id
    named: Sequence[str] = ()  # ids in whatever case, casefolded here
    slug: str = ""  # the beginning of a title's slug
    has: Sequence[str] = ()  # keys of HAS
    lacks: Sequence[str] = ()  # keys of HAS
    statuses: Sequence[str] = ()
    priorities: Sequence[str] = ()
    categories: Sequence[str] = ()
    phases: Sequence[str] = ()
    words: Sequence[str] = ()  # each somewhere in "ID TITLE"
    labels: Sequence[str] = ()  # each among its labels
    owners: Sequence[str] = ()
    due_before: str | None = None
    with_archived: bool = True
    order: str = "id"  # or a key of ORDERS
    start: int = 0
    limit: int | None = None


def is_able(row: Row) -> bool:
    """Tell whether a task of it could be started, were nothing outside in its way; rather True than False."""
    if row["status"] in STOPPED:
        return False
    finished = {task["id"] for task in row["tasks"] if task["status"] == "completed"}
    return any(task["status"] == "pending" and finished.issuperset(task["dependencies"]) for task in row["tasks"])


def is_worked_on(row: Row) -> bool:
    """Tell whether somebody began it and did not finish."""
    if row["status"] not in WORKED_ON:
        return False
    begun = any(task["status"] in OPEN_TASKS and not task["children"] for task in row["tasks"])
    return bool(row["actual_start"]) or begun


def crosses(row: Row) -> bool:
    """Tell whether a task of it waits for something outside of it."""
    every = (d for task in row["tasks"] or () for d in task["dependencies"])
    return any("/" in d or d.startswith("milestone-") for d in every)


def asks(row: Row) -> bool:
    """Tell whether something in it waits for a person."""
    unmet = row["unmet"] or {}
    found = (row["waiting"], row["questions"], row["conflicts"])
    return any(found) or bool(unmet.get("conditions") or unmet.get("external"))


HAS: dict[str, Callable[[Row], bool]] = {
    "open": lambda row: row["status"] not in CLOSED,
    "startable": lambda row: row["status"] not in STOPPED,
    "able": lambda row: row["status"] not in STOPPED,  # a database looks closer (`is_able`): it did so before
    "blockers": lambda row: bool(row["blockers"]),
    "risks": lambda row: any(risk.is_open(each) for each in row["risks"] or ()),
    "asks": asks,
    "questions": lambda row: bool(row["questions"]),
    "worked": is_worked_on,
    "started": lambda row: row["status"] == "in_progress" and bool(row["actual_start"]),
    "crosses": crosses,
    "due": lambda row: bool(row["due"]),
    "owner": lambda row: bool(row["owner"]),
    "people": lambda row: any([row["owner"], *(task.get("assigned_to") for task in row["tasks"] or ())]),
}


def urgency(row: Row) -> int:
    """Return the rank of a priority, the most urgent first."""
    return PRIORITIES.get(str(row["priority"] or "medium").lower(), 2)


ORDERS: dict[str, Callable[[Row], Any]] = {
    "standing": lambda row: (STANDING.get(row["status"], 1), row["id"]),
    "rank": lambda row: (row["status"] != "in_progress", urgency(row), row["due"] or NO_DAY, row["id"]),
    "started": lambda row: (str(row["actual_start"] or ""), row["id"]),
    "due": lambda row: (str(row["due"] or ""), row["id"]),
    "left": lambda row: round(float(row["hours_left"] or 0) * weighing.NANO),
}
LAST_FIRST = frozenset({"started", "due", "left"})


def conditions(question: Question) -> list[Callable[[Row], bool]]:
    """Return what must hold of a row that a question asks for."""
    found = [HAS[each] for each in question.has]
    found += [_bound(holds, wanted) for name, holds in HOLDS.items() if (wanted := getattr(question, name))]
    if question.ids is not None:
        found.append(_bound(lambda row, wanted: row["id"] in wanted, question.ids))
    if question.uids is not None:
        found.append(_bound(lambda row, wanted: row["uid"] in wanted, question.uids))
    return found if question.with_archived else [*found, lambda row: not row["archived"]]


def _bound(holds: Callable[[Row, Any], bool], wanted: Any) -> Callable[[Row], bool]:
    return lambda row: holds(row, wanted)


def matching(rows: Iterable[Row], question: Question) -> list[Row]:
    """Return the rows a question asks for, in their own order, whatever its limit."""
    found = iter(rows)
    for holds in conditions(question):
        found = filter(holds, found)  # a thousand rows are asked ten times in a `status`
    return list(found)


def in_order(rows: list[Row], order: str) -> list[Row]:
    """Return rows that stand by id in another order."""
    return rows if order == "id" else sorted(rows, key=ORDERS[order], reverse=order in LAST_FIRST)


def plain(who: object) -> str:
    """Return a name as it is compared: without `@`, in small letters."""
    return str(who or "").strip().removeprefix("@").casefold()


def said(row: Row) -> str:
    """Return the text in which words are looked for."""
    return f"{row['id']} {row['title']}".casefold()


def _among(key: str) -> Callable[[Row, Sequence[str]], bool]:
    return lambda row, wanted: str(row[key] or "").casefold() in [each.casefold() for each in wanted]


def _labelled(row: Row, wanted: Sequence[str]) -> bool:
    labels = [str(label).casefold() for label in row["labels"] or ()]
    return all(label.casefold() in labels for label in wanted)


HOLDS: dict[str, Callable[[Row, Any], bool]] = {
    "but": lambda row, wanted: row["id"] != wanted,
    "named": lambda row, wanted: str(row["id"]).casefold() in wanted,
    "slug": lambda row, wanted: str(row["slug"]).startswith(wanted),
    "lacks": lambda row, wanted: not any(HAS[each](row) for each in wanted),
    "statuses": _among("status"),
    "priorities": _among("priority"),
    "categories": _among("category"),
    "phases": _among("phase"),
    "words": lambda row, wanted: all(word.casefold() in said(row) for word in wanted),
    "labels": _labelled,
    "owners": lambda row, wanted: plain(row["owner"]) in [plain(each) for each in wanted],
    "due_before": lambda row, wanted: bool(row["due"] and row["due"] < wanted),
}
