"""A worker: takes tasks of shared runs, on whichever machine they began, until it is told to leave."""

import time
from collections.abc import Callable

from milestone import errors
from milestone.agents.roles.base import Said
from milestone.domain.context import Context
from milestone.domain.decide import session as of_session
from milestone.domain.document import Document, Event
from milestone.engine import attempt as attempts
from milestone.engine import together
from milestone.engine.ledger import SharedLedger, look
from milestone.engine.setup import Setup
from milestone.integrations.git import remotes
from milestone.operations import brought, presences, running, trusting
from milestone.operations.executing import Execution
from milestone.operations.watching import Tell
from milestone.storage.base import Txn
from milestone.workspace.base import Workspace

IDLE = 1.0  # seconds between two looks for a run


class Worker(Execution):
    """Hosts every shared session there is, as one of many."""

    def __init__(
        self,
        workspace: Workspace,
        ledger: SharedLedger,
        setup: Setup,
        *,
        tell: Tell,
        most: int,
        leaves_idle: bool,
    ) -> None:
        self._workspace = workspace
        self._left_alone: set[str] = set()  # sessions with commands that nobody confirmed in this clone
        with ledger.reading() as reading:
            after = reading.seq
        super().__init__(ledger, setup, [], tell=tell, after=after, waits=True, most=most)
        self._leaves_idle = leaves_idle
        self._looked = 0.0

    def stay(self) -> None:
        """Work until told to leave; with `leaves_idle` until no shared run is left."""
        self._look_for_runs()
        while not (self.interrupted.is_set() or (self._leaves_idle and not self._serving)):
            # A clone's worktrees and branches are one process's at a time: an `execute` here goes first.
            if self._serving and self._lock.acquire(IDLE):
                try:
                    self._be_host()
                finally:
                    self._lock.release()
                self._serving.clear()
            else:
                self.interrupted.wait(IDLE)
            self._look_for_runs()

    def _each_look(self) -> None:
        self._watch.look(writes=True)
        if time.monotonic() - self._looked > IDLE:
            self._look_for_runs()
        if self.interrupted.is_set() and self._host is not None:
            self._host.leave()

    def _look_for_runs(self) -> None:
        self._looked = time.monotonic()
        found = look(self._ledger, lambda reading: of_session.running(reading.find("session")))
        for session in found:
            name = str(session.body["id"])
            if not together.is_shared(session.body) or not self._may_run(session):
                continue
            if not self._setup.presence.lives(session.body):
                self._adopt(name)
            if name not in self._serving:
                self._serving.add(name)
                self._watch.sessions.add(name)
                self._tell(Said(f"Working on {name} ({session.body['milestones'][0]})."))

    def _may_run(self, session: Document) -> bool:
        """Say whether a run's commands may be started in this clone; what came from outside is confirmed first."""
        document = look(self._ledger, lambda reading: attempts.milestone_of(reading, session))
        if document is None:
            return False
        name = str(session.body["id"])
        try:
            trusting.require(
                self._workspace, brought.of_run(self._workspace, document, session.body.get("executor"))
            )
        except (errors.Waiting, errors.NeedsAPerson) as refused:
            if name not in self._left_alone:
                self._left_alone.add(name)
                self._tell(Said(f"{name} is left to others: ", f"{refused.message} {refused.why}"))
                self._tell(Said(f"  {refused.hint}"))
            return False
        return True

    def _adopt(self, name: str) -> None:
        """Be the process of a session whose own is gone, so that everybody sees it run."""

        def decide(txn: Txn, _ctx: Context) -> list[Event]:
            known = attempts.find_session(txn, name)
            if known is None or known.body.get("state") != "running" or self._setup.presence.lives(known.body):
                return []
            return of_session.resume(known, _without_clone(self._setup), {})

        self._ledger.write(name, decide)


def begin(workspace: Workspace, *, tell: Tell, most: int, leaves_idle: bool, leave: Callable[[], None]) -> Worker:
    """Return a worker that is seen by all others; `leave` is called once they cannot see it any more.

    Raises:
        Refused: this project is not in PostgreSQL, or has no git remote that all machines reach.
    """
    presence = presences.of(workspace)
    if not presence.is_shared:
        raise errors.Refused(
            "A worker needs the project in PostgreSQL.",
            why="only there other machines find it",
            next=["milestone migrate --to postgres --dsn-env NAME", "milestone execute ID   (on this machine)"],
            code="not_shared",
        )
    setup = running.setup_of(workspace, _epoch(workspace))
    if setup.repository is None or not remotes.has(setup.repository, presences.remote(workspace)):
        raise errors.Refused(
            f"A worker needs a git remote called {presences.remote(workspace)}.",
            why="it takes the work of others from there, and puts its own there",
            next=["git remote add origin URL", "milestone config set git.remote NAME"],
            code="no_remote",
        )
    presence.on_lost = leave
    presence.begin()
    return Worker(workspace, running.ledger_of(workspace), setup, tell=tell, most=most, leaves_idle=leaves_idle)


def _epoch(workspace: Workspace) -> str:
    with workspace.reading() as reading:
        return reading.epoch


def _without_clone(setup: Setup) -> dict[str, object]:
    """Return what names this process, but not its clone: deliverables lie where the run began."""
    return {key: value for key, value in setup.presence.mine().items() if key != "clone"}
