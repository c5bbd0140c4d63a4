"""The steps of a run over our store: each commits its fact, under its operation id, before it returns."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from milestone.domain import phases, tasks
from milestone.domain.context import Context
from milestone.domain.decide import session as of_session
from milestone.domain.deliverables import Found
from milestone.domain.document import Document, Event
from milestone.engine import apart, scheduler, together
from milestone.engine import attempt as attempts
from milestone.engine.ledger import look
from milestone.engine.port import Ledger
from milestone.engine.setup import Setup
from milestone.engine.steering import Steered
from milestone.errors import MilestoneError
from milestone.failpoint import reach
from milestone.storage.base import Reading, Txn

LOOK = 0.5  # seconds between two looks at a store nobody told us about
PAUSE = 0.2  # seconds before one task is handed out again: a refusal must not spin
LOST = 20.0  # seconds after which a task nobody took up is handed out again


class RunWork(Steered):
    """Every session of this process; knows in memory only what is in hand right now."""

    def __init__(
        self,
        ledger: Ledger,
        setup: Setup,
        *,
        waits: Callable[[str], bool] = lambda _session: False,
        most: int = 0,
    ) -> None:
        super().__init__(ledger, setup, waits=waits)
        self._most = most  # tasks of all sessions in hand here at once; 0: as many as their sessions want
        self._stays = waits  # whether a session waits for people instead of ending
        self._lock = threading.Lock()
        self._handed: dict[tuple[str, str], float] = {}  # handed out, not taken up yet
        self._in_hand: set[tuple[str, str]] = set()
        self._resting: dict[tuple[str, str], float] = {}

    def moves(self, session: str, run: int) -> dict[str, Any]:
        """Return what to start, or how the run is over; waits while tasks are in hand or, told so, for people."""
        while True:
            answer = self._moves(session, run)
            if answer is not None:
                reach("moves.decided")
                return answer
            self.ledger.wait(LOOK)

    def claim(self, session: str, task: str) -> bool:
        with self._lock:
            self._handed.pop((session, task), None)
            if (session, task) in self._in_hand:
                return False
            self._in_hand.add((session, task))
            return True

    def left(self, session: str, task: str) -> None:
        with self._lock:
            self._in_hand.discard((session, task))
            self.working.breaker.let_go(f"{session}/{task}")
            pause = max(PAUSE, self.pauses.pop((session, task), 0.0))
            self._resting[(session, task)] = time.monotonic() + pause

    def busy(self, session: str) -> set[str]:
        """Return the tasks of a session that are in hand, or about to be."""
        now = time.monotonic()
        with self._lock:
            waiting = {key for key, since in self._handed.items() if now - since < LOST}
            return {task for name, task in self._in_hand | waiting if name == session}

    def busy_count(self) -> int:
        """Return how many tasks of all sessions are in hand here, or about to be."""
        return sum(len(self.busy(name)) for name in {name for name, _ in [*self._in_hand, *self._handed]})

    def survey(self, session: str, busy: set[str]) -> scheduler.Survey | None:
        """Return how a session stands by the store; None when it or its milestone is gone.

        `busy` was looked at before the store: a task that left in between shows there how it ended.
        """

        def ask(reading: Reading) -> scheduler.Survey | None:
            known = attempts.find_session(reading, session)
            document = attempts.milestone_of(reading, known) if known else None
            if known is None or document is None:
                return None
            ctx = self.ledger.context(reading)
            found = stored(self.setup, document)
            survey = scheduler.survey(document, known, ctx, stored=found, busy=busy)
            return apart.keep(survey, document, busy, apart.others(reading, ctx, document.uid))

        return look(self.ledger, ask)

    def close(self, session: str, run: int, word: str) -> str:
        """Record how the run ended. One that was stopped, handed over or replaced says so itself."""
        if word not in ("ended", "waiting", "failed"):
            return word

        def decide(txn: Txn, _ctx: Context) -> list[Event]:
            known = attempts.find_session(txn, session)
            if known is None or known.body.get("state") != "running" or known.body.get("run") != run:
                return []
            if scheduler.unfurnished(known.body):  # no task failed: the same session goes on once that is mended
                return of_session.interrupt(known, "worktrees cannot be set up")
            return of_session.end(known, word)

        self.ledger.write(session, decide, operation=f"{self.setup.epoch}/{session}/{run}/close")
        if word != "waiting":
            self.workplace.close(session)
        return word

    def _moves(self, session: str, run: int) -> dict[str, Any] | None:
        known = look(self.ledger, lambda reading: attempts.find_session(reading, session))
        busy = self.busy(session)
        if known is not None:
            busy |= together.elsewhere(known.body, self.setup.presence.name).keys()
        word = self._told_to_stop(known, run)
        if word:
            return None if self.busy(session) else {"start": [], "over": word}
        found = self.survey(session, busy)
        if known is None or found is None:
            return None if busy else {"start": [], "over": "gone"}
        if known.body.get("paused") and found.open:
            return None
        free = int(known.body.get("agents") or 1) - len(busy)
        able = [s for s in found.start if together.can_be_done(known.body, s.attempt, self.setup.presence.clone)]
        rested = [start for start in able if self._has_rested(session, start.task)]
        free = min(free, self._most - self.busy_count()) if self._most else free
        starts = list(self._let_through(session, rested, max(free, 0)))
        if starts:
            return {"start": [self._hand_out(session, start) for start in starts], "over": None}
        if busy or found.start or found.later or (found.word == "waiting" and self._stays(session)):
            return None
        return {"start": [], "over": found.word}

    def _told_to_stop(self, known: Document | None, run: int) -> str | None:
        if known is None or known.body.get("run") != run:
            return "replaced"
        if known.body.get("state") != "running" or self.is_stopped(str(known.body["id"])):
            return "interrupted"
        return None

    def _has_rested(self, session: str, task: str) -> bool:
        with self._lock:
            return self._resting.get((session, task), 0.0) <= time.monotonic()

    def _let_through(self, session: str, rested: list[scheduler.Start], free: int) -> Iterator[scheduler.Start]:
        """Yield as many starts as there are free places, without those whose executor failed again and again."""
        for start in rested:
            if free > 0 and not self.working.waits(start.executor, session, start.task):
                free -= 1
                yield start

    def look_after(self) -> None:
        """Hold what runs against its limits; called several times a second."""
        self.working.meter.look_after()

    def _hand_out(self, session: str, start: scheduler.Start) -> dict[str, Any]:
        with self._lock:
            self._handed[(session, start.task)] = time.monotonic()
        # A number of its own keeps it apart from the same attempt handed out by a process that died.
        return {"task": start.task, "attempt": start.attempt, "number": os.urandom(4).hex()}


def stored(setup: Setup, document: Document) -> Mapping[str, Mapping[str, Found]]:
    """Return the deliverables of every task with phases, under "" of the milestone's own, as they are now."""
    with_phases = [str(t["id"]) for t in tasks.of(document.body) if phases.of_task(document.body, t)]
    found: dict[str, Mapping[str, Found]] = {}
    for name in ["", *with_phases]:
        try:
            found[name] = setup.deliverables.survey(document.body, name or None)
        except MilestoneError:
            found[name] = {}  # a link or an odd path: no gate opens on it, and the review says why
    return found
