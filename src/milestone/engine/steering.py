"""A run under somebody's hand: a gate between its steps, and what people and other agents tell a worker."""

from collections.abc import Sequence

import msgspec

from milestone.agents.executors.base import Outcome
from milestone.domain.context import Context
from milestone.domain.decide import agents
from milestone.domain.document import Document, Event
from milestone.engine.attempt import Attempt
from milestone.engine.ledger import look
from milestone.engine.steps import Steps
from milestone.storage.base import Reading, Txn

LOOK = 0.2  # seconds


class Steered(Steps):
    """Steps that stand still while their session is paused, and whose workers read what they were told."""

    paused: frozenset[str] = frozenset()  # sessions, as the host last saw them

    def prepare(self, session: str, task: str, attempt: str) -> str:
        self._pass(session)
        return super().prepare(session, task, attempt)

    def work(self, session: str, task: str, attempt: str) -> str:
        self._pass(session)
        return super().work(session, task, attempt)

    def verify(self, session: str, task: str, attempt: str) -> str:
        self._pass(session)
        return super().verify(session, task, attempt)

    def finish(self, session: str, task: str, attempt: str) -> str:
        self._pass(session)
        return super().finish(session, task, attempt)

    def _pass(self, session: str) -> None:
        """Stand at the gate between two steps for as long as the session is paused."""
        while session in self.paused and not self.is_stopped(session):
            self.ledger.wait(LOOK)

    def _execute(self, found: Attempt, step: str, command: str = "") -> Outcome:
        if step != "work":
            return super()._execute(found, step, command)
        told = look(self.ledger, lambda reading: messages_of(reading, found))
        ended = super()._execute(msgspec.structs.replace(found, told=words(told)), step, command)
        if told and not ended.stopped:
            self._received(found, told)
        return ended

    def _received(self, found: Attempt, told: Sequence[Document]) -> None:
        """Record that messages have arrived; until then they are delivered again."""

        def decide(_txn: Txn, _ctx: Context) -> list[Event]:
            return [agents.receive(message) for message in told]

        self.ledger.write(str(found.session.body["id"]), decide)


def messages_of(reading: Reading, found: Attempt) -> list[Document]:
    """Return what a worker has not received yet: what was said to it, and to whoever works for its session."""
    session = str(found.session.body["id"])
    every = list(reading.find("message"))
    return agents.in_order(
        [m for name in (f"{session}/{found.name}", session) for m in agents.waiting(every, name)]
    )


def words(told: Sequence[Document]) -> tuple[str, ...]:
    """Return messages as a worker reads them."""
    return tuple(f"{message.body.get('from')}: {message.body.get('text')}" for message in told)
