"""Stay with sessions until they are over: as the host when nobody else is, else attached to it."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

from milestone.agents.roles.base import Said
from milestone.clock import SystemClock
from milestone.domain.context import Context
from milestone.domain.decide import session as of_session
from milestone.domain.document import Document, Event
from milestone.engine import attempt as attempts
from milestone.engine import surroundings, together
from milestone.engine.host import Host, end_all_left_over, kill_all
from milestone.engine.ledger import SharedLedger, look
from milestone.engine.port import Engine
from milestone.engine.setup import Setup
from milestone.engine.work import RunWork
from milestone.errors import MilestoneError
from milestone.operations.execute import Begun
from milestone.operations.watching import Tell, Watch
from milestone.registry import load
from milestone.storage.base import Txn
from milestone.storage.locks import RunLock

ENGINE = "milestone.engine.dbos_engine:DbosEngine"
LOOK = 0.3
SAVE_EVERY = 300.0  # seconds
REMIND_EVERY = 20.0


class Execution:
    """One `execute` command, from its first session to its last."""

    def __init__(
        self,
        ledger: SharedLedger,
        setup: Setup,
        begun: Sequence[Begun],
        *,
        tell: Tell,
        after: int,
        waits: bool,
        keep_up: Callable[[], object] | None = None,
        grown: Callable[[int], object] | None = None,
        remind: Callable[[], object] | None = None,
        most: int = 0,
    ) -> None:
        self.mine = {each.session for each in begun if not each.follows}
        self.watched = {each.session for each in begun}
        self._serving = set(self.watched)
        self.interrupted = threading.Event()
        self.why = "interrupted"
        self._ledger = ledger
        self._setup = setup
        self._tell = tell
        self._waits = waits
        self._watch = Watch(ledger, setup, self.watched, tell, after)
        self._lock = RunLock(setup.root)
        self._host: Host | None = None
        self._stopped: set[str] = set()
        self._attached = False
        self._beside = any(each.beside for each in begun)
        self._last_save = 0.0
        self._keep_up = keep_up  # makes the backup that is due; called now and then, beside the work
        self._most = most  # tasks in hand at once, of all sessions
        self._grown = grown  # told how far the log has come
        self._remind = remind  # looks after approvals that nobody gives; called now and then
        self._last_reminder = 0.0
        self._told = ""
        self._paused: frozenset[str] = frozenset()

    def stay(self) -> None:
        """Return when every session is over, handed over, or this command was told to leave."""
        while not self._is_over():
            if self._lock.acquire(LOOK):
                try:
                    self._be_host()
                finally:
                    self._lock.release()
                if self._host is not None and self._host.handing_over.is_set():
                    break
            else:
                self._attend()
        self._watch.look(writes=False)

    def interrupt(self, why: str) -> None:
        """Ask for an end; safe to call from a signal's handler."""
        self.why = why
        self.interrupted.set()

    def cut_off(self) -> None:
        """Kill what runs here, since nobody can see any more that we are alive; safe from any thread."""
        if self._host is not None:
            self._host.kill()

    def end_all_now(self) -> None:
        """Kill what this command's sessions have running: the second signal. What was recorded stays."""
        for name in self._serving | self.mine:
            kill_all(self._setup.runs(name))

    def sessions(self) -> list[Document]:
        """Return the sessions as the store has them now."""
        known = look(self._ledger, lambda reading: list(reading.find("session")))
        return [s for s in known if s.body.get("id") in self.watched]

    def _be_host(self) -> None:
        self._take_over()
        work = RunWork(self._ledger, self._setup, waits=lambda _session: self._waits, most=self._most)
        self._host = Host(self._ledger, work, self._engine, self._setup)
        self._host.serve(self._serving, self._each_look)

    def _engine(self) -> Engine:
        made: Engine = load(ENGINE)(self._setup.root, self._setup.epoch)
        return made

    def _each_look(self) -> None:
        self._watch.look(writes=True)
        if self._grown is not None:
            self._grown(self._watch.seq)
        self.save_in_time()
        self._remind_in_time()
        self._tell_trouble()
        self._tell_pauses()
        if self.interrupted.is_set() and self._host is not None:
            self._serving &= self.mine  # what this command only followed goes on elsewhere
            for name in sorted(self.mine - self._stopped):
                self._stopped.add(name)
                self._host.stop(name, self.why)

    def _remind_in_time(self) -> None:
        """Say which approvals are late, once in a while; a store that cannot be written now is tried again."""
        now = SystemClock().monotonic()
        if self._remind is None or now - self._last_reminder < REMIND_EVERY:
            return
        self._last_reminder = now
        with suppress(MilestoneError, OSError):
            self._remind()

    def _tell_trouble(self) -> None:
        trouble = self._host.work.trouble if self._host is not None else ""
        if trouble and trouble != self._told:
            self._told = trouble
            self._tell(Said("■ Nothing can be recorded now: ", trouble))
            self._tell(Said("  It is tried again; what was recorded before is kept."))

    def _tell_pauses(self) -> None:
        """Say once that a session stands still, and how it goes on."""
        paused = self._host.work.paused & self.watched if self._host is not None else frozenset()
        for name in sorted(paused - self._paused):
            self._tell(Said(f"■ {name} is paused: milestone sessions pause {name} --off"))
        self._paused = paused

    def _attend(self) -> None:
        """Watch until the host is gone or everything is over."""
        if not self._attached:
            self._attached = True
            self._tell(Said("Attached: another command of this project does the work."))
        self._watch.look(writes=False)
        if self.interrupted.is_set():
            self._stop_mine()
        self._ledger.wait(LOOK)

    def _take_over(self) -> None:
        """Make what a dead host left ours if we were attached to it, else only say that it stopped."""
        running = look(self._ledger, lambda reading: of_session.running(reading.find("session")))
        left = [s for s in running if self._is_here(s) and not self._setup.presence.lives(s.body)]
        for session in left:
            name = str(session.body["id"])
            end_all_left_over(self._setup.runs(name))
            self._settle(name)

    def _is_here(self, session: Document) -> bool:
        """Say whether a session whose process is gone is ours to judge; workers go on with one that is shared."""
        elsewhere = session.body.get("clone") not in (None, self._setup.presence.clone)
        shared = together.is_shared(session.body) and session.body.get("id") not in self.watched
        return not (elsewhere or shared)

    def _settle(self, name: str) -> None:
        adopts = self._attached or self._beside or name in self.watched

        def decide(txn: Txn, _ctx: Context) -> list[Event]:
            now = attempts.find_session(txn, name)
            if now is None or now.body.get("state") != "running" or self._setup.presence.lives(now.body):
                return []
            if adopts:
                return of_session.resume(now, self._setup.presence.mine(), {})
            return of_session.interrupt(now, "its process is gone")

        self._ledger.write(name, decide)
        if adopts:
            self.mine.add(name)
            self._serving.add(name)
            self.watched.add(name)
            self._watch.sessions.add(name)
            self._tell(Said(f"The other command is gone: going on with {name} here."))

    def _stop_mine(self) -> None:
        for name in self.mine - self._stopped:
            self._stopped.add(name)

            def decide(txn: Txn, _ctx: Context, name: str = name) -> list[Event]:
                known = attempts.find_session(txn, name)
                return of_session.interrupt(known, self.why) if known else []

            self._ledger.write(name, decide)

    def save_in_time(self) -> None:
        """Keep every running session's context, and make the backup that is due, once in a while."""
        now = SystemClock().monotonic()
        if now - self._last_save < SAVE_EVERY:
            return
        first, self._last_save = self._last_save == 0.0, now
        for session in [] if first else self.sessions():
            if session.body.get("state") == "running":
                save(self._ledger, self._setup, str(session.body["id"]))
        if self._keep_up is not None and not first:
            threading.Thread(target=self._keep_up, name="backup", daemon=True).start()

    def _is_over(self) -> bool:
        if self.interrupted.is_set() and not self.mine:
            return True
        return all(s.body.get("state") != "running" for s in self.sessions())


def save(ledger: SharedLedger, setup: Setup, session: str, note: str | None = None) -> bool:
    """Keep a session's context as it is now; False when there is no such session."""
    there = []

    def decide(txn: Txn, ctx: Context) -> list[Event]:
        known = attempts.find_session(txn, session)
        document = attempts.milestone_of(txn, known) if known else None
        if known is None or document is None:
            return []
        there.append(known)
        context = dict(surroundings.of(setup, known, document, ctx))
        return [of_session.event(known, "session.saved", context=context, **({"note": note} if note else {}))]

    with suppress(OSError):
        ledger.write(session, decide)
    return bool(there)
