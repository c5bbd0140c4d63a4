"""Moments of the past that a person names: a number of the log, a time, a day."""

from datetime import datetime
from typing import NamedTuple

from milestone import clock, errors
from milestone.domain import summary
from milestone.domain.evolve import evolve
from milestone.storage import past
from milestone.storage.base import Reading


class Point(NamedTuple):
    """A moment as it was typed: either the number of an event or a time; an epoch where it was said."""

    seq: int | None = None
    time: datetime | None = None
    epoch: str | None = None


class Past(NamedTuple):
    """The store as it was, and when that is."""

    reading: Reading
    time: datetime


def at(reading: Reading, point: Point, now: datetime) -> Past:
    """Return the store as it was at a point.

    Raises:
        NotFound: the point is still to come; Stale: its number is of another epoch.
    """
    seq = seq_of(reading, point, now)
    then = past.time_of(reading, seq)
    moment = point.time or (clock.parse_moment(then) if then else now)
    return Past(past.at(reading, seq, evolve=evolve, summarise=summary.row), min(moment, now))


def seq_of(reading: Reading, point: Point, now: datetime) -> int:
    """Return the position of the last event at a point. Raises as `at`."""
    if point.epoch is not None and point.epoch != reading.epoch:
        raise errors.Stale(
            "That number is of another epoch of this store.",
            why="A recovery, a rollback or a copied folder began a new one.",
            next=["milestone log"],
            current={"epoch": reading.epoch, "seq": reading.seq},
        )
    if point.seq is not None:
        if point.seq > reading.mark.seq:
            raise errors.NotFound(
                f"There is no event {point.seq} yet.",
                why=f"the last one is {reading.mark.seq}",
                next=["milestone log"],
                code="event_not_found",
            )
        return point.seq
    assert point.time is not None
    if point.time > now:
        raise errors.NotFound(
            f"{clock.format_moment(point.time)} is still to come.", next=["milestone status"], code="future"
        )
    return past.last_before(reading, clock.format_moment(point.time))
