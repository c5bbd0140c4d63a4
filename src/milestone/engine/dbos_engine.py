"""The engine on DBOS over SQLite: the only module that imports it.

Its file holds how far the driver got and nothing else: every fact is in our store before a step returns, so the
file may be deleted at any time. `docs/design/engine.md` says what the library does not do and is done here.
"""

import logging
import os
import socket
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from dbos import DBOS, DBOSPortableJSONSerializer, SetWorkflowID

from milestone.clock import SystemClock
from milestone.engine import flows
from milestone.engine.lease import Leases
from milestone.engine.port import Work

T = TypeVar("T")

VERSION = "milestone-flows-1"  # the shape of the flows; by default any edit of a source line strands running ones
RUNS, TASKS = "milestone-runs", "milestone-tasks"  # a parent that waits in its children's queue may block them
POLL = 0.1
MOST_AT_ONCE = 64  # a ceiling only: the scheduler hands out as many tasks as the session has agents
RECOVERIES = 10_000  # the poison-pill guard is ours: a task's own attempts
SWEEP = 2.0


class Connection(sqlite3.Connection):
    """A connection that survives power loss, waits for its turn, and knows `unixepoch('subsec')`.

    SQLite learnt it in 3.42 (Debian 12 has 3.40); without it the library does not start.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if sqlite3.sqlite_version_info < (3, 42):
            self.create_function("unixepoch", 1, lambda _mode: SystemClock().now().timestamp())
        self.execute("PRAGMA busy_timeout=30000")
        self.execute("PRAGMA journal_mode=WAL")
        self.execute("PRAGMA synchronous=FULL")


class _Running:
    """The one engine of this process, for the flows that the library calls by name."""

    work: Work | None = None
    epoch = ""


def _work() -> Work:
    assert _Running.work is not None, "a flow ran without an engine"
    return _Running.work


class _Steps:
    """Steps and flows, kept by the library."""

    def step(self, name: str, call: Callable[..., T], *arguments: Any) -> T:
        return DBOS.run_step({"name": name}, call, *arguments)

    def spawn(self, session: str, run: int, move: dict[str, Any]) -> None:
        with SetWorkflowID(f"{_Running.epoch}/{session}/{run}/{move['task']}/{move['attempt']}/{move['number']}"):
            DBOS.enqueue_workflow(TASKS, _run_task, session, move)


@DBOS.workflow(name="run_session", max_recovery_attempts=RECOVERIES)
def _run_session(session: str, run: int) -> str:
    return flows.run_session(_Steps(), _work(), session, run)


@DBOS.workflow(name="run_task", max_recovery_attempts=RECOVERIES)
def _run_task(session: str, move: dict[str, Any]) -> str:
    return flows.run_task(_Steps(), _work(), session, move)


class DbosEngine:
    """One engine database, one executor."""

    def __init__(self, root: Path, epoch: str) -> None:
        self.epoch = epoch  # a recovered or copied store begins a new one, and its runs are not these runs
        self.path = root / "database" / "engine.db"
        self.executor = f"{socket.gethostname()}-{os.getpid()}-{os.urandom(4).hex()}"
        self.leases = Leases(root / "local" / "executors")
        self._file: tuple[int, int] | None = None
        self._stopped = threading.Event()

    def start(self, work: Work) -> None:
        """Begin to work, taking over what dead executors left. Refuses nothing: a broken file is set aside."""
        _Running.work, _Running.epoch = work, self.epoch
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.leases.hold(self.executor)  # before launch: at no moment do we work without a lease
        try:
            self._launch()
        except Exception:
            # Whatever is wrong with the file, it holds nothing that our store does not know better.
            DBOS.destroy()
            self._set_aside()
            self._launch()
        threading.Thread(target=self._sweep, name="milestone-reaper", daemon=True).start()

    def run(self, session: str, run: int) -> None:
        """Let a session's flow run, unless it does: asked twice, the second time changes nothing."""
        with SetWorkflowID(f"{self.epoch}/{session}/{run}"):
            DBOS.enqueue_workflow(RUNS, _run_session, session, run)

    def is_sound(self) -> bool:
        """Say whether the database is the file we opened."""
        return self._file is not None and _identity(self.path) == self._file

    def stop(self) -> None:
        """Let go; unfinished flows stay for the next engine."""
        self._stopped.set()
        DBOS.destroy()
        self.leases.let_go(self.executor)

    def _launch(self) -> None:
        fresh = not self.path.exists()
        DBOS(config=self._config())  # type: ignore[arg-type]  # a plain dict, as its documentation shows
        DBOS.launch()
        self._register()
        if fresh:
            # Its listener looks for new queues once a second; launched again it knows them from the start.
            DBOS.destroy()
            DBOS(config=self._config())  # type: ignore[arg-type]
            DBOS.launch()
        self._file = _identity(self.path)

    def _config(self) -> dict[str, Any]:
        logging.getLogger("dbos").setLevel(logging.CRITICAL)
        return {
            "name": "milestone",
            "system_database_url": f"sqlite:///{self.path}",
            "application_version": VERSION,
            "executor_id": self.executor,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "CRITICAL",
            "notification_listener_polling_interval_sec": POLL,
            "db_engine_kwargs": {"connect_args": {"factory": Connection}},
        }

    def _register(self) -> None:
        for queue in (RUNS, TASKS):
            DBOS.register_queue(queue, worker_concurrency=MOST_AT_ONCE, polling_interval_sec=POLL)

    def _sweep(self) -> None:
        """Recover the flows of dead executors, again and again: an error in between must strand nothing."""
        while not self._stopped.is_set():
            try:
                owners = {w.executor_id for w in DBOS.list_workflows(status="PENDING") if w.executor_id}
                dead = [o for o in owners if o != self.executor and self.leases.is_dead(o)]
                if dead:
                    DBOS._recover_pending_workflows(dead)
            except Exception:  # the engine stops, or its file is gone: the host sees it and begins a new one
                logging.getLogger(__name__).debug("sweep failed", exc_info=True)
            self._stopped.wait(SWEEP)

    def _set_aside(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            path = self.path.with_name(self.path.name + suffix)
            if path.exists():
                path.replace(path.with_name(f"broken-{path.name}"))


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
