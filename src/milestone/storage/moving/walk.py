"""Walk from one store to another while people go on working: copy, compare, change over.

The target's own end is the cursor, so a killed walk is gone on with by doing it again. Whoever writes is kept out
only at the change, and no longer than `Pace` says: what takes longer lets go and tries again.
"""

import itertools
import time
from collections.abc import Callable, Iterable, Iterator

import msgspec

from milestone import errors
from milestone.failpoint import reach
from milestone.storage.base import Alone, Mark, Store
from milestone.storage.moving import foreign
from milestone.storage.moving.compare import Comparing
from milestone.storage.moving.recorded import recorded

Tell = Callable[[str, int, int], None]  # phase, events that arrived, events there are


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How long what may take, in seconds."""

    slice: float = 2.0  # one receiving of the target; nobody waits for it
    compare: float = 2.0  # one look at both sides, whose opening costs more in a big store
    gate: float = 0.25  # waiting for those who write; grows to `longest` where all of them are slow
    change: float = 0.25  # keeping them out; grows to `longest` where a store needs longer for its last events
    longest: float = 0.75  # and so much more after every ten tries: a busy machine may need seconds for one write
    rest: float = 0.02  # after letting go; grows to `pause`
    pause: float = 0.25
    tries: int = 200


class LetGo(Exception):
    """The change took too long, so nobody was kept waiting further."""


class Walk:
    """One way from a store to another."""

    first = 64 << 10  # bytes of the first slice, and of the least
    few = 64  # lines, or documents to compare, that may be left for the change itself
    looks = 5
    patience = 10  # tries after which those who write may be kept waiting longer
    most = 6  # times as long, however many tries there were

    def __init__(
        self, source: Store, target: Store, *, pace: Pace | None = None, tell: Tell | None = None
    ) -> None:
        self._source = source
        self._target = target
        self._pace = pace or Pace()
        self._tell = tell or (lambda _phase, _moved, _total: None)
        self._bytes = self.first
        self._change = self._pace.change
        self._gate = self._pace.gate
        self._rate = 0.0  # lines a second that the target took in last
        self._comparing = Comparing(source, target)
        self.at = Mark(epoch="", seq=0, hash="")

    def run(self, address: str, *, epoch: str | None = None) -> Mark:
        """Bring the target up to the source and let the source say where it has moved to.

        `epoch`: the one the target begins; None: the source's goes on.

        Raises:
            Refused: the target holds something else.
            Damaged: a document arrived otherwise than it left.
            Busy: there was no moment in which the change could be made; nothing was changed.
        """
        self.begin()
        self.copy()
        self.compare()
        reach("moving.compared")
        return self.change_over(address, epoch)

    def begin(self) -> None:
        """Find out how far the target is."""
        self.at = foreign.check(self._source, self._target)
        with recorded(self._target) as reading:
            self._comparing.note(reading.lines())

    def copy(self) -> None:
        """Bring the target to where the source is now."""
        with recorded(self._source) as reading:
            total = reading.mark.seq
            for lines in self._slices(reading.lines(self.at.seq)):
                self._adapt(self._take(lines, reading.epoch))
                self._tell("copying", self.at.seq, total)
                reach("moving.sliced")

    def compare(self) -> None:
        """Hold every document of the target against the source's once, copying what comes meanwhile."""
        tired = 0  # looks that found little
        while self._comparing.unknown > self.few and tired < self.looks:
            before = self._comparing.compared
            self._comparing.look(self._pace.compare)
            done = self._comparing.compared
            self._tell("comparing", done, done + len(self._comparing.open))
            tired = 0 if done - before > self.few else tired + 1
            self.copy()

    def change_over(self, address: str, epoch: str | None) -> Mark:
        """Let the source say where it has moved to, at a moment when the target has all of it."""
        rest, why = self._pace.rest, ""
        for tried in range(self._pace.tries):
            longest = self._pace.longest * min(1 + tried // self.patience, self.most)
            self.copy()
            self._look_once_more()
            try:
                return self._at_once(address, epoch)
            except LetGo:
                self._change = min(self._change * 1.5, longest)
                why = f"the last events took longer than {self._change:.2f} s each time"
            except errors.Busy as problem:
                self._gate = min(self._gate * 1.1, longest)
                why = problem.why
            self._tell("waiting", self.at.seq, self.at.seq)
            time.sleep(rest)
            rest = min(rest * 1.5, self._pace.pause)
        raise errors.Busy(
            "There was no moment to change over to the other store.",
            why=why,
            next=["Try again when less is written: it goes on where it is."],
        )

    def _at_once(self, address: str, epoch: str | None) -> Mark:
        with self._source.alone(limit=self._gate) as alone:
            deadline = time.monotonic() + self._change
            reach("moving.alone")
            self._carry_last(alone, epoch or alone.epoch)
            if (self.at.seq, self.at.hash) != (alone.mark.seq, alone.mark.hash):
                raise foreign.differs(f"it ends at event {self.at.seq}, the old one at {alone.mark.seq}")
            if not self._comparing.finish(alone, deadline):
                raise LetGo
            reach("moving.last")
            alone.forward(address)
        reach("moving.forwarded")
        return self.at

    def _carry_last(self, alone: Alone, epoch: str) -> None:
        """Bring the last lines over; of many only what time allows, which then nobody adds to.

        So a target that takes in more slowly than people write catches up all the same, a turn at a time.
        """
        lines = list(itertools.islice(alone.lines(self.at.seq), self._at_most() + 1))
        late = len(lines) > self._at_most()
        if lines or epoch != self.at.epoch:
            self._take(lines, alone.epoch if late else epoch)
        if late:
            raise LetGo

    def _at_most(self) -> int:
        return max(self.few, int(self._rate * self._change / 2))

    def _look_once_more(self) -> None:
        if len(self._comparing.open) > self.few:
            self._comparing.look(self._pace.compare / 2)

    def _take(self, lines: list[bytes], epoch: str) -> float:
        """Let the target take lines in and return how long that took."""
        began = time.monotonic()
        self.at = self._target.receive(lines, epoch=epoch)
        took = time.monotonic() - began
        self._comparing.note(lines)
        self._rate = len(lines) / max(took, 0.001)
        return took

    def _slices(self, lines: Iterable[bytes]) -> Iterator[list[bytes]]:
        taken: list[bytes] = []
        size = 0
        for line in lines:
            taken.append(line)
            size += len(line)
            if size >= self._bytes:
                yield taken
                taken, size = [], 0
        if taken:
            yield taken

    def _adapt(self, took: float) -> None:
        """Let the next slice take about as long as it may."""
        factor = min(max(self._pace.slice / max(took, 0.001), 0.5), 2.0)
        self._bytes = int(max(self._bytes * factor, self.first))
