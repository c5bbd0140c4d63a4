"""What each running attempt costs right now, held against its budgets; and whether it still says anything."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from milestone.agents.executors.base import Progress
from milestone.domain import spending
from milestone.domain.decide import session as of_session
from milestone.domain.document import Event
from milestone.domain.spending import Spent
from milestone.engine import attempt as attempts
from milestone.engine import budget
from milestone.engine.attempt import Attempt
from milestone.engine.budget import Budget
from milestone.engine.ledger import look
from milestone.engine.port import Ledger
from milestone.engine.setup import Setup
from milestone.storage.base import Txn

RECORD = 5.0  # seconds between two records of what an attempt cost so far
FRESH = 1.0  # seconds for which sums of the store are good


class Tally:
    """One running attempt."""

    def __init__(self, found: Attempt, stop: threading.Event, *, silence: float | None) -> None:
        self.found = found
        self.stop = stop
        self.silence = silence  # seconds without a word after which it is given up; None: it is not heard
        self.budgets = budget.of(found.ctx.settings, found.document.body, found.task)
        self.key = f"{found.key}@{found.ctx.today.isoformat()}"
        self.before = spending.read((found.known.get("spent") or {}).get(self.key))
        self.over_budget = ""  # why it was stopped
        self.fell_silent = ""
        self.stalled = False
        self.conversation = ""
        self.text = ""
        self._began = self._heard = time.monotonic()
        self._asking: float | None = None
        self._asked = 0.0
        self._now = Spent()
        self.recorded_at = self._began

    def hear(self, progress: Progress) -> None:
        """Take what the program tells."""
        self._heard = time.monotonic()
        self.text = progress.text or self.text
        self.conversation = progress.conversation or self.conversation
        self._now = Spent(tokens_in=progress.tokens_in, tokens_out=progress.tokens_out, money=dict(progress.money))

    def asks(self, asking: bool) -> None:
        """Hear that a person is asked, or answered: meanwhile nothing is spent, and silence is no stall."""
        now = time.monotonic()
        if asking:
            self._asking = now
        elif self._asking is not None:
            self._asked += now - self._asking
            self._asking = None
        self._heard = now

    def ended(self, whole: Spent) -> None:
        """Take the final figures."""
        self._now = msgspec.structs.replace(whole, seconds=0.0)

    @property
    def silent(self) -> float:
        """Seconds since the last word; none while a person is asked."""
        return 0.0 if self._asking is not None else time.monotonic() - self._heard

    @property
    def spent(self) -> Spent:
        """What this attempt cost so far, also in earlier processes."""
        now = time.monotonic()
        asked = self._asked + (now - self._asking if self._asking is not None else 0.0)
        return self.before + self._now + Spent(seconds=now - self._began - asked)

    @property
    def name(self) -> str:
        return f"{self.found.session.body['id']} {self.found.ref} {self.key}"


class Meter:
    """Every attempt that runs in this process."""

    def __init__(self, ledger: Ledger, setup: Setup) -> None:
        self.ledger = ledger
        self.setup = setup
        self._tallies: dict[str, Tally] = {}
        self._lock = threading.Lock()
        self._sums: dict[tuple[str, str], tuple[float, Mapping[str, Spent]]] = {}
        self._told: set[str] = set()

    def begin(self, found: Attempt, stop: threading.Event, *, silence: float | None) -> Tally:
        """Return the tally of an attempt that begins to run; `end` takes it away."""
        tally = Tally(found, stop, silence=silence)
        with self._lock:
            self._tallies[tally.name] = tally
        return tally

    def end(self, tally: Tally) -> None:
        """Record the final figures of an attempt."""
        self._record(tally)
        with self._lock:
            self._tallies.pop(tally.name, None)
            self._sums.clear()

    def hear(self, tally: Tally, progress: Progress) -> None:
        """Take what a program tells; stop it where a budget is used up."""
        new = progress.conversation and progress.conversation != tally.conversation
        tally.hear(progress)
        self.hold(tally)
        if new or time.monotonic() - tally.recorded_at > RECORD:
            self._record(tally)

    def look_after(self) -> None:
        """Hold every running attempt against time and silence; called several times a second."""
        with self._lock:
            running = list(self._tallies.values())
        for tally in running:
            self.hold(tally)
            self._listen(tally)

    def hold(self, tally: Tally) -> None:
        """Stop an attempt whose budget is used up; warn once where one nearly is."""
        if tally.over_budget:
            return
        for each in tally.budgets:
            why = self.used_up(tally.found, each, tally)
            if why:
                tally.over_budget = why
                tally.stop.set()
                return

    def refusal(self, found: Attempt, *, tells_money: bool) -> str:
        """Return why an attempt must not begin: a budget is used up, or could not be kept."""
        for each in budget.of(found.ctx.settings, found.document.body, found.task):
            if each.kind == "money" and not tells_money:
                name = found.executor
                return (
                    f"{name} does not say what it costs, so {each.key} could not be kept; "
                    f"set executors.{name}.price, then: milestone task retry {found.ref}"
                )
            why = self.used_up(found, each, None)
            if why:
                return why
        return ""

    def used_up(self, found: Attempt, each: Budget, tally: Tally | None) -> str:
        """Return why a budget allows nothing more; empty while it does."""
        whole = self._whole(found, each.scope)
        strange = each.unknown(whole)
        again = f"milestone task retry {found.ref}"
        if strange:
            return f"it costs {strange}, and {each.key} counts {each.currency}; set budget.rates, then: {again}"
        used = each.used(whole)
        if used >= each.most:
            self._tell(found, each, used, "budget.exceeded")
            noun = {"task": "the task's", "milestone": "the milestone's", "day": "the day's"}[each.scope]
            what = f"{noun} budget of {each.shown(each.most)} is used up ({each.shown(used)})"
            return f"{what}; raise {each.key}, then: {again}"
        if used >= budget.WARNED * each.most and tally is not None:
            self._tell(found, each, used, "budget.warned")
        return ""

    def _whole(self, found: Attempt, scope: str) -> Spent:
        """Return what was spent within a scope: as recorded, and as it runs here right now."""
        day, uid = found.ctx.today.isoformat(), found.document.uid
        recorded = dict(self._recorded(scope, found.ref, uid, day))
        with self._lock:
            for tally in self._tallies.values():
                if _is_within(scope, tally.found, found, day):
                    recorded[tally.name] = tally.spent
        return sum(recorded.values(), start=Spent())

    def _recorded(self, scope: str, ref: str, uid: str, day: str) -> Mapping[str, Spent]:
        key = (scope, {"task": ref, "milestone": uid, "day": day}[scope])
        then, known = self._sums.get(key, (0.0, {}))
        if time.monotonic() - then > FRESH:
            known = look(self.ledger, lambda r: budget.spent(r.find("session"), scope, ref=ref, uid=uid, day=day))
            self._sums[key] = (time.monotonic(), known)
        return known

    def _listen(self, tally: Tally) -> None:
        if tally.silence is None or tally.silent < tally.silence / 2 or tally.fell_silent:
            return
        who, silent = tally.found.executor, f"{tally.silent:.0f} s"
        if tally.silent >= tally.silence:
            tally.fell_silent = f"{who} said nothing for {silent}"
            tally.stop.set()
        elif not tally.stalled:
            tally.stalled = True
            reason = f"{who} has said nothing for {silent}; it is ended after {tally.silence:.0f} s"
            self._write(
                tally.found,
                "stalled",
                lambda now: [
                    of_session.event(now.session, "run.step_started", task=now.name, result={"stalled": True}),
                    of_session.event(now.session, "blocker.detected", task=now.name, reason=reason, cause="stall"),
                ],
            )

    def _tell(self, found: Attempt, each: Budget, used: float, kind: str) -> None:
        """Record once for a scope and limit that its budget is nearly, or wholly, used."""
        place = {"task": found.ref, "milestone": found.document.uid, "day": found.ctx.today.isoformat()}[
            each.scope
        ]
        data = {
            "share": round(used / each.most, 3),
            "scope": each.scope,
            "reason": f"{each.key}: {each.shown(used)} of {each.shown(each.most)}",
        }
        operation = f"{self.setup.epoch}/budget/{place}/{each.kind}/{each.most}/{kind}"
        if operation in self._told:
            return
        self._told.add(operation)
        self._write(
            found,
            "",
            lambda now: [of_session.event(now.session, kind, task=found.name, **data)],
            operation=operation,
        )

    def _record(self, tally: Tally) -> None:
        tally.recorded_at = time.monotonic()
        kept: dict[str, Any] = {"spent": {tally.key: tally.spent.view()}}
        if tally.conversation:
            kept["conversation"] = {"of": tally.found.executor, "id": tally.conversation}
        if tally.text:
            kept["says"] = tally.text[:200]
        moment = f"spent/{tally.spent.view()}"
        self._write(
            tally.found,
            moment,
            lambda now: [of_session.event(now.session, "run.progressed", task=now.name, result=kept)],
        )

    def _write(
        self, found: Attempt, step: str, events: Callable[[Attempt], list[Event]], *, operation: str | None = None
    ) -> None:
        session = str(found.session.body["id"])

        def decide(txn: Txn, ctx: Any) -> list[Event]:
            now = attempts.read(txn, ctx, session, found.name, found.key)
            return events(now) if now is not None else []

        known = operation or found.operation(self.setup.epoch, step)
        self.ledger.write(session, decide, operation=known, actor=self.setup.actor(found.executor))


def _is_within(scope: str, other: Attempt, found: Attempt, day: str) -> bool:
    if scope == "task":
        return other.ref == found.ref and other.document.uid == found.document.uid
    if scope == "milestone":
        return other.document.uid == found.document.uid
    return other.ctx.today.isoformat() == day
