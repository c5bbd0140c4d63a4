"""An executor at work on one attempt: heard, asked for, and held within budget, time and patience."""

import threading
from collections.abc import Callable

import msgspec

from milestone.agents.executors.base import Ask, Executor, Job, Outcome, Progress
from milestone.agents.executors.speaking import Speaking
from milestone.domain.decide import session as of_session
from milestone.domain.document import Event
from milestone.engine import attempt as attempts
from milestone.engine.asking import Asking
from milestone.engine.attempt import Attempt
from milestone.engine.breaker import Breaker
from milestone.engine.metering import Meter, Tally
from milestone.engine.port import Ledger
from milestone.engine.setup import Setup
from milestone.storage.base import Txn

LONGEST_BACKOFF = 300.0  # seconds
OWN = ("shell", "human")  # no agents: what they do or fail to do says nothing about a next task


class Working:
    """Lets executors work."""

    def __init__(self, ledger: Ledger, setup: Setup, *, stays: Callable[[str], bool]) -> None:
        self.ledger = ledger
        self.setup = setup
        self.meter = Meter(ledger, setup)
        self.breaker = Breaker(setup.limits.breaker, setup.limits.breaker_rest)
        self._stays = stays

    def run(self, found: Attempt, job: Job, stop: threading.Event) -> Outcome:
        """Return how an executor's work ended; `error` with its `cause` where it must not go on or begin."""
        executor = self.setup.executors(found.executor)
        refused = self._refused(found, executor)
        if refused is not None:
            return refused
        hears = isinstance(executor, Speaking)
        tally = self.meter.begin(found, stop, silence=self.setup.limits.silence if hears else None)
        over = threading.Event()
        asking = Asking(self.ledger, self.setup, found, limit=self._patience(found))
        try:
            ended = executor.run(self._wired(job, tally, asking, over), stop)
        finally:
            over.set()
        tally.ended(ended.spent)
        self.meter.end(tally)
        ended = self._judged(found, ended, tally)
        if not (ended.unanswered or ended.stopped):
            asking.withdraw(f"the agent that asked has ended ({ended.exit_code})")
        self._note(found, ended)
        return ended

    def backoff(self, found: Attempt) -> float:
        """Return how many seconds a failed attempt's task waits before the next."""
        if found.executor in OWN:
            return 0.0
        return min(self.setup.limits.backoff * float(2 ** (found.number - 1)), LONGEST_BACKOFF)

    def waits(self, executor: str, session: str, task: str) -> bool:
        """Say whether a task waits because its executor has failed again and again."""
        return executor not in OWN and self.breaker.holds(executor, f"{session}/{task}")

    def _refused(self, found: Attempt, executor: Executor) -> Outcome | None:
        given_up = self.breaker.given_up(found.executor) if found.executor not in OWN else ""
        if given_up:
            return Outcome(error=given_up, cause="resource")
        used_up = self.meter.refusal(found, tells_money=_tells_money(found.executor, executor))
        return Outcome(error=used_up, cause="budget") if used_up else None

    def _wired(self, job: Job, tally: Tally, asking: Asking, over: threading.Event) -> Job:
        def tell(progress: Progress) -> None:
            self.meter.hear(tally, progress)

        def ask(ask: Ask) -> str | None:
            tally.asks(True)
            try:
                return asking.ask(ask, lambda: over.is_set() or tally.stop.is_set())
            finally:
                tally.asks(False)

        return msgspec.structs.replace(job, tell=tell, ask=ask, conversation=conversation(tally.found))

    def _judged(self, found: Attempt, ended: Outcome, tally: Tally) -> Outcome:
        """Return an end with what it was ended for: a budget blocks the task, silence fails the attempt."""
        if found.session.body.get("state") == "running" and tally.over_budget and not ended.succeeded:
            return msgspec.structs.replace(ended, stopped=False, error=tally.over_budget, cause="budget")
        if tally.fell_silent and ended.stopped:
            return msgspec.structs.replace(ended, stopped=False, trouble=tally.fell_silent)
        return ended

    def _patience(self, found: Attempt) -> float | None:
        return None if self._stays(str(found.session.body["id"])) else self.setup.limits.answer

    def _note(self, found: Attempt, ended: Outcome) -> None:
        """Tell the breaker how an executor did, and people when it opens or closes."""
        name = found.executor
        shows_nothing = ended.stopped or ended.unanswered or ended.waits or ended.cause == "budget"
        if name in OWN or shows_nothing:
            return
        if ended.succeeded:
            if self.breaker.worked(name):
                self._say(found, "breaker.closed", executor=name)
        else:
            reason = ended.error or ended.trouble or f"exit {ended.exit_code}"
            pause = self.breaker.failed(name, f"{found.session.body['id']}/{found.name}", reason)
            if pause is not None:
                self._say(found, "breaker.opened", executor=name, reason=reason, seconds=pause)

    def _say(self, found: Attempt, kind: str, **data: object) -> None:
        session = str(found.session.body["id"])

        def decide(txn: Txn, _ctx: object) -> list[Event]:
            known = attempts.find_session(txn, session)
            return [] if known is None else [of_session.event(known, kind, task=found.name, **data)]

        self.ledger.write(session, decide, actor=self.setup.actor(found.executor))


def conversation(found: Attempt) -> str:
    """Return the conversation an attempt goes on with: its executor's own, where one is known."""
    known = found.known.get("conversation")
    return str(known["id"]) if isinstance(known, dict) and known.get("of") == found.executor else ""


def _tells_money(name: str, executor: Executor) -> bool:
    if name in OWN:
        return True  # it costs nothing
    return isinstance(executor, Speaking) and (executor.tells_money or bool(executor.settings.price))
