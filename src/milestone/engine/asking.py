"""What a running agent asks of a person: kept in its session, answered by `milestone answer`, handed on."""

import time
from collections.abc import Callable
from typing import Any

from milestone.agents.executors.base import Ask
from milestone.domain import asks
from milestone.domain.context import Context
from milestone.domain.decide import session as of_session
from milestone.domain.document import Event
from milestone.engine import attempt as attempts
from milestone.engine.attempt import Attempt
from milestone.engine.ledger import look
from milestone.engine.port import Ledger
from milestone.engine.setup import Setup
from milestone.storage.base import Reading, Txn

LOOK = 0.4  # seconds between two looks for an answer: an agent goes on within one


class Asking:
    """The asks of one attempt that runs."""

    def __init__(self, ledger: Ledger, setup: Setup, found: Attempt, *, limit: float | None) -> None:
        self.ledger = ledger
        self.setup = setup
        self.found = found
        self.limit = limit  # seconds a person has; None: as long as the run stays
        self.session = str(found.session.body["id"])

    def ask(self, ask: Ask, is_over: Callable[[], bool]) -> str | None:
        """Return a person's answer; None when the work is over, or nobody answered in time."""
        name = self._keep(ask)
        deadline = None if self.limit is None else time.monotonic() + self.limit
        while name and not is_over():
            known = self._known(name)
            if known is None or known.get("withdrawn"):
                return None
            if known.get("answer") is not None:
                self._write(lambda now: [of_session.event(now.session, "question.taken", task=now.name, id=name)])
                return str(known["answer"])
            if deadline is not None and time.monotonic() >= deadline:
                return None
            self.ledger.wait(LOOK)
        return None

    def withdraw(self, reason: str) -> None:
        """Close what the agent asked and needs no answer to any more; where it asked nothing, nothing is done."""
        if not self._open():
            return

        def events(now: Attempt) -> list[Event]:
            return [
                of_session.event(now.session, "question.withdrawn", task=now.name, id=each["id"], reason=reason)
                for each in asks.waiting(now.session.body, now.ref)
            ]

        self._write(events)

    def _keep(self, ask: Ask) -> str:
        """Record an ask and return its id: that of the same ask, where it was made before and not taken yet."""
        names: list[str] = []

        def events(now: Attempt) -> list[Event]:
            names.clear()
            every = asks.of(now.session.body)
            same = [each for each in every if _is_same(each, ask, now.ref)]
            if same:
                names.append(str(same[-1]["id"]))
                return []
            name = f"ask-{len(every) + 1}"
            names.append(name)
            question = {
                "id": name,
                "kind": ask.kind,
                "task": now.ref,
                "attempt": now.key,
                "executor": now.executor,
                "text": ask.text,
                "options": list(ask.options),
            }
            return [of_session.event(now.session, "question.asked", task=now.name, question=question)]

        self._write(events)
        return names[0] if names else ""

    def _known(self, name: str) -> dict[str, Any] | None:
        def read(reading: Reading) -> dict[str, Any] | None:
            session = attempts.find_session(reading, self.session)
            if session is None or session.body.get("state") != "running":
                return None
            return next((each for each in asks.of(session.body) if each.get("id") == name), None)

        return look(self.ledger, read)

    def _open(self) -> bool:
        def read(reading: Reading) -> bool:
            session = attempts.find_session(reading, self.session)
            return session is not None and bool(asks.waiting(session.body, self.found.ref))

        return look(self.ledger, read)

    def _write(self, events: Callable[[Attempt], list[Event]]) -> None:
        def decide(txn: Txn, ctx: Context) -> list[Event]:
            now = attempts.read(txn, ctx, self.session, self.found.name, self.found.key)
            return events(now) if now is not None else []

        self.ledger.write(self.session, decide, actor=self.setup.actor(self.found.executor))


def _is_same(known: dict[str, Any], ask: Ask, ref: str) -> bool:
    """Say whether this was asked before by a process that is gone, and the answer was not given to anybody."""
    if known.get("withdrawn") or known.get("taken"):
        return False
    return (known.get("task"), known.get("kind"), known.get("text")) == (ref, ask.kind, ask.text)
