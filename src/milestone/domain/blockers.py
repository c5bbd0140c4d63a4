"""What stands in the way: what it costs on the critical path, how bad that is, who hears of it, and the way out.

Works on summary rows and loads nothing: `status` asks it for every blocker.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from milestone.domain import graph

Row = Mapping[str, Any]
HOURS_A_DAY = 8.0
SEVERITIES = ("low", "medium", "high", "critical")  # least first
ESCALATE_AFTER = 8.0  # hours a high one may stand before its milestone's owner hears of it
# How much longer, or shorter, than a high one others may stand.
_PATIENCE = {"critical": 0.25, "high": 1.0, "medium": 3.0, "low": 9.0}
_TWICE = 3.0  # times that, and the whole team hears of it

# What found it -> the command that leads out, once what is wrong is put right.
WAYS_OUT = {
    "git": "milestone task retry {ref}",  # on what is merged by now
    "test": "milestone task retry {ref}",
    "requirement": "milestone task check {ref}",  # names what is missing
    "stall": "milestone execute {milestone} --restart-agents",
    "resource": "milestone execute {milestone} --restart-agents",
    "agent": "milestone execute {milestone} --restart-agents",
    "dependency": "milestone update {milestone} --dependencies",
    "budget": "milestone task retry {ref}",
    "reported": "milestone task unblock {ref}",
}


class Standing(NamedTuple):
    """How one blocker stands at a moment."""

    severity: str
    impact_days: float  # by which the end of its milestone moves, as far as is known now
    slack_days: float  # it may stand before the end moves; 0 on the critical path
    behind: int  # open tasks that wait for it
    level: int  # 0: nobody but its worker, 1: the milestone's owner, 2: the whole team
    to: str | None  # who hears of it by now
    next: str  # the way out


def standing(
    row: Row, blocker: Row, now: datetime, *, on_path: bool = False, escalate_after: float = ESCALATE_AFTER
) -> Standing:
    """Return how a blocker of a milestone's row stands; `on_path`: the project's end depends on that milestone.

    A day is eight hours of work. The end moves by the days it has stood beyond its slack, and where no slack is
    left by the work on it, which has to be done again.
    """
    task = next((t for t in row["tasks"] if t["id"] == blocker["task"]), None)
    stood = _days(blocker["since"], now)
    slack = (float(task["slack"] or 0) if task else 0.0) / HOURS_A_DAY
    own = (float(task["hours"] or 0) * (100 - (task["percentage"] or 0)) / 100 if task else 0.0) / HOURS_A_DAY
    late = max(0.0, stood - slack)
    impact = late + own if slack <= stood + 1e-9 else 0.0
    severity = _severity(late, slack - stood, own, on_path=on_path)
    level = level_of(severity, stood * 24, escalate_after)
    heard = (task["assigned_to"] if task else row.get("owner"), row.get("owner"), "the whole team")
    return Standing(
        severity=severity,
        impact_days=round(impact, 1),
        slack_days=round(max(0.0, slack - stood), 1),
        behind=len(behind(row, blocker["task"])),
        level=level,
        to=heard[level] or (None if level == 0 else "the whole team"),
        next=way_out(str(blocker["kind"]), str(row["id"]), blocker["task"]),
    )


def behind(row: Row, task: str | None) -> set[str]:
    """Return the open tasks that cannot begin before this one is done; all of them, for a whole milestone."""
    open_ones = {t["id"] for t in row["tasks"] if t["status"] not in ("completed", "cancelled")}
    if task is None:
        return open_ones
    waits = {t["id"]: [*t["dependencies"], *t["children"]] for t in row["tasks"]}
    return {name for name in open_ones - {task} if task in graph.reachable(waits, name)}


def way_out(kind: str, milestone: str, task: str | None) -> str:
    """Return the command that leads out of a blocker of that kind."""
    if task is None:
        return f"milestone update {milestone} --status in_progress"
    way = WAYS_OUT.get(kind, "milestone task retry {ref}")
    return way.format(ref=f"{milestone}/{task}", milestone=milestone)


def level_of(severity: str, hours: float, escalate_after: float = ESCALATE_AFTER) -> int:
    """Return how far a blocker that stood so many hours is escalated."""
    patience = escalate_after * _PATIENCE[severity]
    return 0 if hours < patience else 1 if hours < patience * _TWICE else 2


def words(found: Standing) -> str:
    """Return what it costs, as a sentence without its full stop."""
    parts = (
        [f"{found.behind} {'task waits' if found.behind == 1 else 'tasks wait'} behind it"] if found.behind else []
    )
    if found.impact_days:
        parts.append(f"{found.impact_days:.1f} days of the critical path")
    elif found.slack_days:
        parts.append(f"{found.slack_days:.1f} days left before the end moves")
    return ", ".join(parts) or "nothing waits behind it"


def _severity(late: float, left: float, own: float, *, on_path: bool) -> str:
    if left > 1e-9:
        return "medium" if left < 2 else "low"
    return "critical" if on_path and late + own >= 1 else "high"


def _days(since: str | None, now: datetime) -> float:
    """Return how many days something has stood; 0 where nobody knows since when."""
    try:
        return max(0.0, (now - datetime.fromisoformat(str(since))).total_seconds() / 86_400)
    except (ValueError, TypeError):
        return 0.0
