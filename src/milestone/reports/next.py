"""The one task to take now, and why it is that one."""

from collections.abc import Mapping, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from milestone.domain.questions import Question
from milestone.domain.rows import Rows
from milestone.domain.rows import of as rows_of
from milestone.reports import ready
from milestone.reports.names import short
from milestone.reports.status import task

if TYPE_CHECKING:  # most projects have no claims
    from milestone.reports.handed import Offer

Row = Mapping[str, Any]
OTHERS = 3
GIVEN_AWAY = "It was begun, and whoever had claimed it let it go."


def view(
    rows: Sequence[Row],
    *,
    current: str | None = None,
    milestone: str | None = None,
    limit: int | None = None,
    offer: "Offer | None" = None,
) -> dict[str, Any]:
    """Return the `next` shape: the best ready task or null, the reason, others to choose from.

    What others have in hand is not offered, nor what overlaps with it; what was begun and let go comes first.
    """
    known = rows_of(rows)
    wanted = rows_of(known.select(Question(ids=(milestone,)))) if milestone else known
    waits = ready.Waits(known)
    able = ready.ready(wanted, current, waits)
    if offer is not None:
        able = chain(offer.let_go(wanted, waits), filter(offer.is_free, able))
    size = 1 + OTHERS if limit is None else limit or None
    found = list(islice(able, size))
    if not found:
        return answer([], (offer.why_none(wanted) if offer else "") or nothing(wanted, waits))
    begun = found[0].task["status"] == "in_progress"
    return answer(found, GIVEN_AWAY if begun else reason(found[0], current))


def answer(found: Sequence[ready.Sight], reason: str) -> dict[str, Any]:
    """Return the `next` shape of tasks, best first; without any the task is null."""
    if not found:
        return {"task": None, "reason": reason, "alternatives": [], "lease": None}
    return {
        "task": task(found[0]) | {"next_note": found[0].task.get("next_note")},
        "reason": reason,
        "alternatives": [_other(sight) for sight in found[1:]],
        "lease": None,
    }


def _other(sight: ready.Sight) -> dict[str, Any]:
    return {"ref": sight.ref, "title": sight.task["title"], "hours": sight.task["hours"]}


def reason(sight: ready.Sight, current: str | None) -> str:
    """Return why this task comes first, in one sentence."""
    row, parts = sight.row, []
    if sight.task.get("critical"):
        parts.append("it is on the critical path")
    after = ready.followers(sight)
    if after:
        parts.append(f"{_join([short(name) for name in after])} {'waits' if len(after) == 1 else 'wait'} for it")
    if row["id"] == current:
        parts.append(f"{short(row['id'])} is current")
    elif row["status"] == "in_progress":
        parts.append(f"{short(row['id'])} is in progress")
    if str(sight.task.get("priority") or row.get("priority")) in ("high", "critical", "critical_path"):
        parts.append(f"its priority is {sight.task.get('priority') or row.get('priority')}")
    if row.get("due"):
        parts.append(f"{short(row['id'])} is due {row['due']}")
    text = _join(parts[:3]) if parts else "nothing else is ready before it"
    return f"{text[:1].upper()}{text[1:]}."


def nothing(rows: Rows, waits: ready.Waits) -> str:
    """Return why no task is ready, in one sentence; each cause its own."""
    totals = rows.totals()
    if not totals.states:
        return "There are no milestones yet."
    if not totals.open:
        return "Every milestone is finished."
    open_rows = rows.select(Question(has=("open",)))
    sights = [sight for row in open_rows for sight in ready.of_milestone(row, waits.of(row))]
    states = [(s, s.task["status"]) for s in sights if s.task["status"] not in ("completed", "cancelled")]
    if not states:
        return f"No task is left open in {_join([short(row['id']) for row in open_rows[:3]])}."
    for state, words in (
        ("in_progress", "in progress"),
        ("in_review", "in review"),
        ("blocked", "blocked"),
        ("failed", "failed"),
    ):
        those = [short(s.ref) for s, status in states if status == state]
        if those:
            return f"{_join(those[:3])} {'is' if len(those) == 1 else 'are'} {words}; nothing else is ready."
    sight = states[0][0]
    if sight.row["status"] in ready.STOPPED:
        return f"{short(sight.row['id'])} is {sight.row['status']}."
    return f"{short(sight.ref)} waits for {_join([short(name) for name in sight.waits_for[:3]])}."


def _join(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""
