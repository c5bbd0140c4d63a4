"""Rules of time really spent (R-EXEC-13): corrections are entries with negative hours."""

import msgspec

from milestone import errors
from milestone.domain.context import Context
from milestone.domain.decide import rules
from milestone.domain.decide.finding import find
from milestone.domain.document import Body, Document, Event


class LogTime(msgspec.Struct, frozen=True, kw_only=True):
    """Time was spent; negative hours correct what was logged."""

    task: str
    hours: float
    who: str | None = None
    date: str | None = None
    source: str = "logged"


def log(document: Document, request: LogTime, ctx: Context) -> list[Event]:
    """Return the event of time spent; negative hours correct, but never below nothing.

    Raises:
        InvalidRequest: no hours, more than a day has for one entry of a person, or more taken back than was there.
    """
    task = find(document, request.task)
    hours = request.hours
    if not hours or abs(hours) > 24 * 31:
        raise errors.InvalidRequest(
            f"{hours:g} h is no time that can be logged.", hint="for example 2h, 90m or 1d 2h"
        )
    data: Body = {
        "hours": int(hours) if hours == int(hours) else round(hours, 6),
        "source": request.source,
        "who": (request.who or ctx.actor.name).removeprefix("@"),
        "date": request.date or ctx.today.isoformat(),
    }
    before = sum(float(e.get("hours") or 0) for e in task.get("time") or [] if isinstance(e, dict))
    if hours < 0 and before + hours < -1e-9:
        raise errors.InvalidRequest(f"only {before:g} h are logged.", why="a correction cannot go below nothing")
    return [rules.event(document, "task.time_logged", str(task["id"]), **data)]
