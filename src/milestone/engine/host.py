"""The one process that executes a project's milestones: its own sessions, and those of attached commands."""

import json
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from milestone.agents.executors.process import end_left_over
from milestone.domain import tasks
from milestone.domain.context import Context
from milestone.domain.decide import session as of_session
from milestone.domain.document import Document, Event
from milestone.engine import attempt as attempts
from milestone.engine import processes, together
from milestone.engine.ledger import SharedLedger, look
from milestone.engine.port import Engine
from milestone.engine.setup import Setup
from milestone.engine.work import RunWork
from milestone.storage.base import Txn

LOOK = 0.2
SWEEP = 1.0  # seconds between two looks at who is alive


class Host:
    """Holds the engine while it serves; made by whoever holds the project's run lock."""

    def __init__(self, ledger: SharedLedger, work: RunWork, engine: Callable[[], Engine], setup: Setup) -> None:
        self.ledger = ledger
        self.work = work
        self._engine_of = engine
        self._engine: Engine | None = None
        self._runs = setup.root / "local" / "runs"
        self._setup = setup
        self._swept = 0.0
        self._served: dict[str, int] = {}  # session -> the run of it that our engine has
        self.handing_over = threading.Event()

    def serve(self, mine: set[str], each_look: Callable[[], None]) -> None:
        """Work until every session of `mine` is over and nothing is in hand; `each_look` is called in between."""
        self._engine = self._engine_of()
        self._engine.start(self.work)
        try:
            while True:
                each_look()
                self.work.look_after()
                running = self._running(mine)
                self._sweep(running)
                self._hear_stops(running)
                if not any(str(s.body["id"]) in mine for s in running):
                    self._hand_over(running)
                if self.handing_over.is_set() or not running:
                    if not any(self.work.busy(name) for name in self._served):
                        break
                else:
                    self._take_up(running)
                self._check_engine(running)
                self.ledger.wait(LOOK)
            self._wait_for_flows()
            each_look()
        finally:
            for name in self._served:
                self.work.stop(name)  # after a fault of ours nothing may keep running unseen
            self._engine.stop()

    def leave(self) -> None:
        """End what runs here and serve no more; the sessions go on elsewhere, and nothing is said about them."""
        self.handing_over.set()
        for name in self._served:
            self.work.stop(name)

    def kill(self) -> None:
        """Kill at once what runs here: others may have its work by now."""
        for name in list(self._served):
            self.work.stop(name)
            kill_all(self._runs / name)

    def stop(self, session: str, reason: str) -> None:
        """Save first: record that a session is interrupted; then end what it has running."""

        def decide(txn: Txn, _ctx: Context) -> list[Event]:
            known = attempts.find_session(txn, session)
            return of_session.interrupt(known, reason) if known else []

        self.ledger.write(session, decide)
        self.work.stop(session)

    def _running(self, mine: set[str]) -> list[Document]:
        found = look(self.ledger, lambda reading: of_session.running(reading.find("session")))
        return [session for session in found if str(session.body["id"]) in mine or self._is_attached(session)]

    def _is_attached(self, session: Document) -> bool:
        """Say whether a session belongs to another live command of this clone."""
        here = session.body.get("clone") in (None, self._setup.presence.clone)
        return here and processes.lives(session.body)

    def _sweep(self, running: list[Document]) -> None:
        """Give the tasks of dead workers back, in every shared session that is worked on here."""
        if time.monotonic() - self._swept < SWEEP:
            return
        self._swept = time.monotonic()
        for session in running:
            for task in together.abandoned(session, self._setup.presence.lives):
                self._give_back(session, task)

    def _give_back(self, session: Document, task: str) -> None:
        name = str(session.body["id"])

        def decide(txn: Txn, ctx: Context) -> list[Event]:
            known = attempts.find_session(txn, name)
            document = attempts.milestone_of(txn, known) if known else None
            if (
                known is None
                or document is None
                or task not in together.abandoned(known, self._setup.presence.lives)
            ):
                return []  # somebody was faster
            return together.lost(known, document, task, ctx)

        self.ledger.write(name, decide)

    def _take_up(self, running: list[Document]) -> None:
        """Let the engine run every session that somebody alive waits for."""
        for session in running:
            name, run = str(session.body["id"]), int(session.body.get("run") or 1)
            if self._served.get(name) == run:
                continue
            if name not in self._served:
                end_all_left_over(self._runs / name)
            self._served[name] = run
            self.work.go_on(name)
            assert self._engine is not None
            self._engine.run(name, run)

    def _hear_stops(self, running: list[Document]) -> None:
        """End what runs for a session that somebody else has stopped."""
        alive = {str(s.body["id"]) for s in running}
        self.work.paused = frozenset(str(s.body["id"]) for s in running if s.body.get("paused"))
        for name in self._served:
            if name not in alive and self.work.busy(name):
                self.work.stop(name)
        for session in running:
            self._hear_cancels(session)

    def _hear_cancels(self, session: Document) -> None:
        """End what runs for a task that is not in progress any more: cancelled, or finished by a person."""
        name = str(session.body["id"])
        busy = self.work.busy(name)
        if not busy:
            return
        milestone = look(self.ledger, lambda reading: attempts.milestone_of(reading, session))
        for task in tasks.of(milestone.body) if milestone else ():
            if str(task["id"]) in busy and tasks.status(task) in ("cancelled", "completed", "blocked"):
                self.work.stop_task(name, str(task["id"]))

    def _hand_over(self, running: list[Document]) -> None:
        """Leave the sessions of attached commands to whoever takes the lock next: nothing new is begun here."""
        if self.handing_over.is_set():
            return
        self.handing_over.set()
        for session in running:
            self._next_run(str(session.body["id"]))

    def _next_run(self, name: str) -> None:
        def decide(txn: Txn, _ctx: Context) -> list[Event]:
            known = attempts.find_session(txn, name)
            return of_session.hand_over(known) if known else []

        self.ledger.write(name, decide)

    def _check_engine(self, running: list[Document]) -> None:
        """Begin a new engine from the store when the memory of ours is gone from under it."""
        if self._engine is None or self._engine.is_sound():
            return
        names = [str(s.body["id"]) for s in running if str(s.body["id"]) in self._served]
        for name in names:
            self._next_run(name)
            self.work.stop(name)
        while any(self.work.busy(name) for name in names):
            self.ledger.wait(LOOK)
        self._engine.stop()
        self._served.clear()
        self._engine = self._engine_of()
        self._engine.start(self.work)

    def _wait_for_flows(self) -> None:
        """Let the last flows write down how they ended."""
        for _ in range(10):
            if not any(self.work.busy(name) for name in self._served):
                return
            self.ledger.wait(LOOK)


def kill_all(folder: Path) -> None:
    """Kill every program of a session at once, without a word before."""
    for path in folder.glob("*.json"):
        with suppress(OSError, ValueError, KeyError):
            os.killpg(json.loads(path.read_text(encoding="utf-8"))["pid"], signal.SIGKILL)


def end_all_left_over(folder: Path) -> int:
    """End every program a dead host left running for a session; how many there were."""
    records = [path for path in folder.glob("*.json") if path.is_file()] if folder.is_dir() else []
    return sum(end_left_over(path, "") for path in records)
