"""A run whose worktrees cannot be made usable: one blocker for all of it, not one a task."""

from milestone.domain.context import Context
from milestone.domain.decide import session as of_session
from milestone.domain.document import Event
from milestone.engine import attempt as attempts
from milestone.engine.attempt import Attempt
from milestone.engine.port import Ledger
from milestone.engine.setup import Setup
from milestone.storage.base import Txn


def tell(ledger: Ledger, setup: Setup, found: Attempt, reason: str) -> None:
    """Record why, once for each time the session is run."""
    session = str(found.session.body["id"])

    def decide(txn: Txn, _ctx: Context) -> list[Event]:
        known = attempts.find_session(txn, session)
        if known is None:
            return []
        return [
            of_session.event(known, "session.saved", set={"setup": {"failed": reason}}),
            of_session.event(known, "blocker.detected", reason=reason, cause="setup"),
        ]

    operation = f"{setup.epoch}/{session}/{found.session.body.get('run')}/setup"
    ledger.write(session, decide, operation=operation, actor=setup.actor(found.executor))
