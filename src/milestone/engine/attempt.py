"""One attempt of one task, as the store and the session know it: what steps read before they act."""

from contextlib import suppress
from typing import Any

import msgspec

from milestone.domain import phases, tasks
from milestone.domain.context import Context
from milestone.domain.document import Body, Document
from milestone.engine import scheduler
from milestone.engine.ledger import look
from milestone.engine.port import Ledger
from milestone.storage.base import Reading


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt at one moment of the store."""

    session: Document
    document: Document
    task: Body
    key: str  # `2`, or `2:design:1` for a phase
    ctx: Context
    told: tuple[str, ...] = ()  # what people and other agents said to its worker meanwhile

    @property
    def name(self) -> str:
        return str(self.task["id"])

    @property
    def milestone(self) -> str:
        return str(self.document.body["id"])

    @property
    def ref(self) -> str:
        return f"{self.milestone}/{self.name}"

    @property
    def number(self) -> int:
        return int(self.key.partition(":")[0])

    @property
    def phase(self) -> str | None:
        """The phase this attempt works on; None for a task that is done in one go."""
        return self.key.split(":")[1] if ":" in self.key else None

    @property
    def is_last_phase(self) -> bool:
        """Whether the task is done when this attempt succeeds."""
        course = phases.of_task(self.document.body, self.task)
        return self.phase is None or not course or course[-1].name == self.phase

    @property
    def executor(self) -> str:
        return scheduler.executor_of(self.task, self.session.body, self.ctx.settings)

    @property
    def mark(self) -> str:
        """What the commit carries, so that a repeated step finds it."""
        return f"{self.session.body['id']}/{self.name}/{self.key}"

    @property
    def known(self) -> dict[str, Any]:
        """What the session knows of the task."""
        return dict((self.session.body.get("tasks") or {}).get(self.ref) or {})

    def operation(self, epoch: str, step: str) -> str:
        """Return the id under which a step's fact is recorded, once."""
        return f"{epoch}/{self.session.body['id']}/{self.name}/{self.key}/{step}"


def load(ledger: Ledger, session: str, task: str, key: str) -> Attempt | None:
    """Return the attempt as the store has it now; None when session, milestone or task are gone."""
    return look(ledger, lambda reading: read(reading, ledger.context(reading), session, task, key))


def read(reading: Reading, ctx: Context, session: str, task: str, key: str) -> Attempt | None:
    """Return the attempt at one moment of the store; None when session, milestone or task are gone."""
    known = find_session(reading, session)
    if known is None:
        return None
    document = milestone_of(reading, known)
    found = tasks.get(document.body, task) if document is not None else None
    if document is None or found is None:
        return None
    return Attempt(session=known, document=document, task=found, key=key, ctx=ctx)


def find_session(reading: Reading, session: str) -> Document | None:
    """Return the session with this id; None when there is none."""
    return next((s for s in reading.find("session") if s.body.get("id") == session), None)


def milestone_of(reading: Reading, session: Document) -> Document | None:
    """Return the milestone a session executes; None while it is deleted or its file is away."""
    with suppress(IndexError, KeyError):
        document = reading.load("milestone", session.body["holds"][0])
        return None if document is None or document.deleted else document
    return None
