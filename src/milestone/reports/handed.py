"""What `next` may offer beside workers who have tasks in hand."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from milestone.clock import format_moment
from milestone.domain import hands
from milestone.domain.hands import Hands
from milestone.domain.overlap import Area
from milestone.domain.questions import Question
from milestone.domain.rows import Rows
from milestone.reports import ready
from milestone.reports.names import short
from milestone.reports.ready import Sight, Waits
from milestone.reports.status import Moment


def of_moment(moment: Moment, settings: Mapping[str, Any] | None = None) -> "Offer":
    """Return what may be offered at the moment of a look; what tasks need is not known there."""
    return Offer(hands.of(moment.leases, format_moment(moment.now), settings or {}))


def _unknown(_sight: Sight) -> Area:
    return Area()


class Offer:
    """Chooses among tasks; `area` tells what one needs, and without it only whole tasks are in hand."""

    def __init__(
        self, in_hand: Hands, area: Callable[[Sight], Area] = _unknown, *, is_program: bool = False
    ) -> None:
        self.hands = in_hand
        self._area = area
        self._is_program = is_program

    def is_free(self, sight: Sight) -> bool:
        """Tell whether neither a task nor one that overlaps is in hand; a program gets no person's work."""
        if self._is_program and sight.task["executor"] == "human":
            return False
        return not self.hands.held or not self._why(sight)

    def let_go(self, rows: Rows, waits: Waits) -> Iterator[Sight]:
        """Yield tasks that were begun under a claim that is over: they are taken up first."""
        uids = sorted({uid for uid, _ in self.hands.left})
        for row in rows.select(Question(uids=uids)) if uids else ():
            if row["status"] in ready.STOPPED or waits.of(row):
                continue
            for sight in ready.of_milestone(row, ()):
                was = (str(row["uid"]), str(sight.task["id"])) in self.hands.left
                if was and sight.task["status"] == "in_progress" and self.is_free(sight):
                    yield sight

    def why_none(self, rows: Rows) -> str:
        """Return that what is ready is in hand, or overlaps with such; empty when that is not why."""
        why = next(filter(None, map(self._why, ready.ready(rows))), "") if self.hands.held else ""
        return f"{why}; nothing else is ready." if why else ""

    def _why(self, sight: Sight) -> str:
        uid, name = str(sight.row["uid"]), str(sight.task["id"])
        hand = self.hands.of(uid, name)
        if hand is not None:
            return f"{short(hand.ref)} is in the hands of {hand.holder}"
        clash = self.hands.in_the_way(uid, name, self._area(sight))
        if clash is None:
            return ""
        return f"{short(sight.ref)} needs {clash[1]}, as does {short(clash[0].ref)}, which {clash[0].holder} has"
