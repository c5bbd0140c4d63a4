"""From file to hybrid and back: both are the same log and files, so nothing is copied."""

import time

from milestone import errors
from milestone.failpoint import reach
from milestone.storage.base import Mark, Store
from milestone.storage.moving.walk import Pace


def switch(source: Store, address: str, *, pace: Pace | None = None) -> Mark:
    """Let the clone use the other way of reading the same store, at a moment when nobody writes.

    Raises:
        Busy: there was no such moment; nothing was changed.
    """
    pace = pace or Pace()
    for tried in range(pace.tries):
        try:
            with source.alone(limit=pace.gate) as alone:
                mark = alone.mark
                reach("moving.last")
                alone.forward(address)
            reach("moving.forwarded")
        except errors.Busy:
            if tried + 1 == pace.tries:
                raise
            time.sleep(pace.rest)
        else:
            return mark
    raise AssertionError("a pace has at least one try")
