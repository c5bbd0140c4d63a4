"""The states of milestones, tasks and phases: every member says by which event it is left, and for what.

The keys of `leaves` are the last word of an event's kind (`task.started` → `started`). `docs/` draws the diagrams
from these tables and rules ask `after`; nothing else knows a transition.
"""

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """A state that knows its ways out."""

    leaves: Mapping[str, str]

    def __new__(cls, value: str, leaves: Mapping[str, str]) -> "State":
        member = str.__new__(cls, value)
        member._value_ = value
        member.leaves = leaves
        return member


class MilestoneState(State):
    """What a milestone can be."""

    PLANNED = "planned", {"started": "in_progress", "cancelled": "cancelled"}
    IN_PROGRESS = (
        "in_progress",
        {"paused": "paused", "blocked": "blocked", "completed": "completed", "cancelled": "cancelled"},
    )
    PAUSED = "paused", {"resumed": "in_progress", "cancelled": "cancelled"}
    BLOCKED = "blocked", {"resumed": "in_progress", "cancelled": "cancelled"}
    COMPLETED = "completed", {"archived": "archived", "reopened": "in_progress", "cancelled": "cancelled"}
    ARCHIVED = "archived", {"reopened": "in_progress"}
    CANCELLED = "cancelled", {"reopened": "planned"}


class TaskState(State):
    """What a task can be. A task blocked before it was begun goes back to pending, a begun one to in_progress."""

    PENDING = "pending", {"started": "in_progress", "blocked": "blocked", "cancelled": "cancelled"}
    IN_PROGRESS = (
        "in_progress",
        {
            "submitted": "in_review",
            "completed": "completed",
            "blocked": "blocked",
            "failed": "failed",
            "cancelled": "cancelled",
        },
    )
    BLOCKED = "blocked", {"unblocked": "in_progress", "retried": "pending", "cancelled": "cancelled"}
    IN_REVIEW = (
        "in_review",
        {"completed": "completed", "blocked": "blocked", "started": "in_progress", "cancelled": "cancelled"},
    )
    FAILED = "failed", {"retried": "pending", "cancelled": "cancelled"}
    COMPLETED = "completed", {"reopened": "pending"}
    CANCELLED = "cancelled", {"reopened": "pending"}


class PhaseState(State):
    """What a phase can be. A rejected one starts again with `task retry`."""

    PENDING = "pending", {"started": "in_progress"}
    IN_PROGRESS = "in_progress", {"submitted": "in_review", "completed": "completed"}
    IN_REVIEW = (
        "in_review",
        {"approved": "approved", "changes_requested": "changes_requested", "rejected": "rejected"},
    )
    CHANGES_REQUESTED = "changes_requested", {"started": "in_progress"}
    REJECTED = "rejected", {"started": "in_progress"}
    APPROVED = "approved", {"submitted": "in_review"}
    COMPLETED = "completed", {"submitted": "in_review"}


TABLES: Mapping[str, type[State]] = {"milestone": MilestoneState, "task": TaskState, "phase": PhaseState}

OPEN_MILESTONES = frozenset({"planned", "in_progress", "paused", "blocked"})
ACTIVE_MILESTONES = frozenset({"in_progress", "paused", "blocked"})
DONE_MILESTONES = frozenset({"completed", "archived"})
OPEN_TASKS = frozenset({"pending", "in_progress", "blocked", "in_review", "failed"})
DONE_PHASES = frozenset({"approved", "completed"})


def after(noun: str, state: str, verb: str) -> str | None:
    """Return the state that `verb` leads to from `state`; None where the table has no such way.

    A state nobody knows (typed by hand) has the ways of the first one.
    """
    table = TABLES[noun]
    member = table._value2member_map_.get(state) or next(iter(table))
    assert isinstance(member, State)
    return member.leaves.get(verb)


def ways_out(noun: str, state: str) -> list[str]:
    """Return the verbs that leave a state, in the table's order."""
    member = TABLES[noun]._value2member_map_.get(state)
    return list(member.leaves) if isinstance(member, State) else []
