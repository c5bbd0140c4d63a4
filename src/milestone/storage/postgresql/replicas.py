"""Read from a copy of the database, but never less than this clone has seen or written."""

import time
from collections.abc import Sequence
from contextlib import ExitStack

from milestone import errors
from milestone.storage.postgresql import turns
from milestone.storage.postgresql.connection import PgConnection
from milestone.storage.postgresql.pool import Pool
from milestone.storage.postgresql.seen import Seen

REST = 30.0  # seconds a replica that did not answer is left alone


class Replicas:
    """The copies of one database."""

    def __init__(self, pools: Sequence[Pool], seen: Seen) -> None:
        self.pools = pools
        self._seen = seen
        self._rests: dict[int, float] = {}  # number of a replica -> until when

    def moment(self, place: str, stack: ExitStack) -> PgConnection | None:
        """Return a moment of the first replica that has all this clone knows of; None when all lag or rest."""
        known = self._seen.read()
        if not known.hash:
            return None  # this clone may have written, and nobody kept how far
        for number, pool in enumerate(self.pools):
            if self._rests.get(number, 0.0) <= time.monotonic():
                found = self._tried(number, pool, place, known.seq, stack)
                if found is not None:
                    return found
        return None

    def close(self) -> None:
        for pool in self.pools:
            pool.close()

    def _tried(self, number: int, pool: Pool, place: str, least: int, stack: ExitStack) -> PgConnection | None:
        with ExitStack() as attempt:
            try:
                connection, end = turns.reading(pool, attempt, wait=0.0, again=0.0)
            except (errors.NotReachable, errors.NotPermitted):
                self._rests[number] = time.monotonic() + REST
                return None
            except errors.Busy:
                return None
            if end is None or end.seq < least or end.place != place:
                return None
            self._seen.keep(end.seq, end.hash)
            stack.enter_context(attempt.pop_all())
            return connection
