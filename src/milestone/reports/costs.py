"""What agents cost so far: tokens, money and time of every attempt that sessions of this clone recorded."""

from collections.abc import Iterable, Mapping
from typing import Any

from milestone.domain import spending
from milestone.domain.spending import Spent

Body = Mapping[str, Any]


def of_task(sessions: Iterable[Body], uid: str, ref: str | None = None) -> dict[str, Any] | None:
    """Return the cost of a milestone, or with `ref` of one of its tasks; None where nothing was recorded."""
    found = Spent()
    for session in sessions:
        if uid in (session.get("holds") or ()):
            for name, known in _map(session.get("tasks")).items():
                if ref in (None, name):
                    found += spending.total(_map(known).get("spent"))
    return view(found)


def of_session(session: Body) -> dict[str, Any] | None:
    """Return the cost of one session; None where nothing was recorded."""
    found = Spent()
    for known in _map(session.get("tasks")).values():
        found += spending.total(_map(known).get("spent"))
    return view(found)


def view(spent: Spent) -> dict[str, Any] | None:
    """Return a cost as doors show it: figures, and one phrase; money in minor units by currency."""
    return {**spent.view(), "text": spending.shown(spent)} if spending.shown(spent) else None


def phrase(cost: Mapping[str, Any] | None) -> str:
    """Return a cost in one phrase; empty for none."""
    return str(cost["text"]) if cost else ""


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
