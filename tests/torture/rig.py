"""A project that moves between stores under load, and what must be true afterwards.

Four writers and four readers, each a process of its own, work the whole time; `Rig.check` holds the store against
what the writers noted outside of it.
"""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from milestone.domain.document import Actor, Event
from milestone.operations import migrate
from milestone.storage import located
from milestone.storage.base import Stamp, Store
from milestone.storage.located import Location
from milestone.testing.transactions import a_model
from milestone.workspace.base import Workspace
from torture import client

WRITERS, READERS = 4, 4
PLACES = (
    *("moving.begun", "moving.sliced", "moving.compared", "moving.alone", "moving.last", "moving.forwarded"),
    *("moving.noted", "moving.cleared", "moving.recorded"),
)
NOON = "2026-11-20T12:00:00.000Z"
BATCH = 100  # milestones of one transaction of the plan to begin with
PART = 50  # transactions received at once: in a big plan each receiving looks at what is there already
PATIENCE = 300.0  # seconds in which something that is waited for must happen


class Figures(NamedTuple):
    """What a run measured, in seconds."""

    writes: int  # acknowledged
    reads: int
    slowest: float  # commit without a migration, in the same run
    stall: float  # longest commit during one
    move: float  # the migration itself

    def __str__(self) -> str:
        return (
            f"{self.writes} writes, {self.reads} readings; slowest commit {self.slowest * 1000:.0f} ms, "
            f"longest during the move {self.stall * 1000:.0f} ms; move {self.move:.1f} s"
        )


class Going(NamedTuple):
    """A migration that was begun."""

    began: float
    process: subprocess.Popen[str]


class Rig:
    """One project under load."""

    def __init__(self, folder: Path, count: int, dsn: str | None = None) -> None:
        self.folder = folder
        self.count = count
        self.root = folder / ".milestones"
        self.root.mkdir(parents=True)
        self.environ = {
            **os.environ,
            "MILESTONE_ACTOR": "ana",
            "TORTURE_COUNT": str(count),
            "PYTHONPATH": os.pathsep.join(sys.path),
            **({"MILESTONE_DSN": dsn} if dsn else {}),
        }
        os.environ.update(self.environ)
        self._clients: dict[tuple[str, int], subprocess.Popen[bytes]] = {}
        self.moves: list[tuple[float, float]] = []  # when migrations began and ended

    # -- the plan to begin with

    def fill(self, backend: str) -> None:
        """Let the project be kept in a backend, with its milestones."""
        model = a_plan(self.count)
        target = self.store(backend)
        with model.reading() as reading:
            lines, epoch = list(reading.lines()), "e0e0e0e0"
        for start in range(0, len(lines), PART):
            target.receive(lines[start : start + PART], epoch=epoch)
        target.close()
        if backend != "file":
            located.write(self.root, Location(backend, None, 0, located.place_of(self.root)))
        workspace = client.opened(self.folder)
        workspace.write(lambda _txn, _ctx: [])  # many files that are young are looked at once, not by everybody
        workspace.store.close()

    def store(self, backend: str) -> Store:
        """Return a store as it is, whether the project uses it or not."""
        store: Any = client.opened(self.folder).store
        opened: Store = store.open_at(Location(backend))
        return opened

    # -- those who work

    @contextmanager
    def working(self) -> Iterator[None]:
        """Have writers and readers at work inside the block."""
        try:
            for who in range(WRITERS):
                self._start("writer", who)
            for who in range(READERS):
                self._start("reader", who)
            yield
        finally:
            self.end()

    def _start(self, role: str, who: int) -> None:
        out = self._notes(role, who)
        words = [sys.executable, "-m", "torture.client", role, str(self.folder), str(who), str(out)]
        self._clients[role, who] = subprocess.Popen(words, env=self.environ, stderr=subprocess.DEVNULL)

    def end(self) -> None:
        """Let everybody finish what is in hand."""
        (self.folder / "stop").touch()
        for process in self._clients.values():
            process.send_signal(signal.SIGCONT)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        (self.folder / "stop").unlink()

    def kill_writer(self, who: int) -> None:
        """Kill a writer wherever it is, and let another go on for it."""
        process = self._clients["writer", who]
        process.kill()
        process.wait()
        self._start("writer", who)

    @contextmanager
    def stopped(self, who: int) -> Iterator[None]:
        """Let a writer stand still inside the block, wherever it is."""
        process = self._clients["writer", who]
        process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            process.send_signal(signal.SIGCONT)

    def wait_for(self, writes: int) -> None:
        """Wait until each writer has noted so many more writes."""
        wanted = {who: len(self.notes("writer", who)) + writes for who in range(WRITERS)}
        deadline = time.monotonic() + PATIENCE
        while any(len(self.notes("writer", who)) < number for who, number in wanted.items()):
            assert time.monotonic() < deadline, f"writers are stuck: {self.errors()}"
            assert not self.errors(), self.errors()[0]
            time.sleep(0.1)

    # -- moving

    def begin(self, *words: str, place: str = "") -> "Going":
        """Call `milestone migrate` in a process of its own; killed at a place, where one is named."""
        environment = {**self.environ, "MILESTONE_FAILPOINT": place}
        typed = [sys.executable, "-m", "torture.migrator", *words]
        process = subprocess.Popen(typed, cwd=self.folder, env=environment, stderr=subprocess.PIPE, text=True)
        return Going(time.monotonic(), process)

    def end_of(self, going: "Going") -> int:
        """Wait for a migration and return how it ended."""
        _, said = going.process.communicate()
        self.moves.append((going.began, time.monotonic()))
        code = going.process.returncode
        assert code in (0, 8, -signal.SIGKILL), said
        return code

    def move(self, *words: str, place: str = "") -> None:
        """Migrate to the end; one that found no moment is called again, as a person would."""
        deadline = time.monotonic() + PATIENCE
        while self.end_of(self.begin(*words, place=place)) == 8:
            assert time.monotonic() < deadline, "there was never a moment to change over"

    # -- what must be true

    def notes(self, role: str, who: int) -> list[dict[str, Any]]:
        return client.read(self._notes(role, who))

    def errors(self) -> list[str]:
        """Return what clients were told in vain or found wrong."""
        clients = [("writer", who) for who in range(WRITERS)] + [("reader", who) for who in range(READERS)]
        return [
            f"{role} {who}: {note['error']}"
            for role, who in clients
            for note in self.notes(role, who)
            if "error" in note
        ]

    def check(self) -> None:
        """Hold the project against what its writers noted: nothing lost, nothing doubled, nobody refused."""
        assert not self.errors(), "\n".join(self.errors()[:3])
        workspace = client.opened(self.folder)
        self._check_log(workspace)
        self._check_records(workspace)
        verified = workspace.store.verify()
        assert verified["ok"], verified
        workspace.store.close()

    def _check_log(self, workspace: Workspace) -> None:
        with workspace.reading() as reading:
            recorded = list(reading.events())
        assert [each.seq for each in recorded] == list(range(1, len(recorded) + 1))
        times = Counter(each.operation for each in recorded if each.operation)
        at = {each.operation: each.seq for each in recorded if each.operation}
        doubled = [operation for operation, number in times.items() if number > 1]
        assert not doubled, f"doubled: {doubled[:5]}"
        for who, note in self._acknowledged():
            operation = f"w{who}-{note['n']}"
            assert operation in at, f"lost: {operation}, acknowledged as event {note['seq']}"
            assert at[operation] == note["seq"], f"{operation} was event {note['seq']} and is {at[operation]}"

    def _check_records(self, workspace: Workspace) -> None:
        with workspace.reading() as reading:
            names = [row["id"] for row in reading.rows()]
            assert len(set(names)) == len(names) >= self.count
            last: dict[tuple[int, str], int] = {}
            for who, note in self._acknowledged():
                if note["n"] % client.NEW:
                    last[who, note["uid"]] = note["n"]
            for (who, uid), number in last.items():
                document = reading.load("milestone", uid)
                assert document is not None
                # a writer that was killed may have written once more than it noted
                assert document.body[f"w{who}"] >= number, f"{uid} has an old value of writer {who}"

    def check_kept(self, backend: str) -> None:
        """The store that was left is readable, sound, and the beginning of the one in use."""
        old, new = self.store(backend), client.opened(self.folder)
        assert old.verify()["ok"]
        with old.reading() as before, new.reading() as after:
            lines = list(before.lines())
            assert lines == [line for line, _ in zip(after.lines(), lines, strict=False)]
        old.close()
        new.store.close()

    def figures(self) -> Figures:
        """Return what was measured."""
        written = [note for _, note in self._acknowledged()]
        during = [note["ended"] - note["began"] for note in written if self._in_a_move(note)]
        without = [note["ended"] - note["began"] for note in written if not self._in_a_move(note)]
        reads = sum("read" in note for who in range(READERS) for note in self.notes("reader", who))
        return Figures(
            writes=len(written),
            reads=reads,
            slowest=max(without),
            stall=max(during, default=0.0),
            move=max(ended - began for began, ended in self.moves),
        )

    def _in_a_move(self, note: dict[str, Any]) -> bool:
        return any(note["began"] < ended and began < note["ended"] for began, ended in self.moves)

    def _acknowledged(self) -> Iterator[tuple[int, dict[str, Any]]]:
        for who in range(WRITERS):
            yield from ((who, note) for note in self.notes("writer", who) if "n" in note)

    def _notes(self, role: str, who: int) -> Path:
        return self.folder / f"{role}-{who}.jsonl"


def a_plan(count: int) -> Store:
    """Return a model with so many milestones."""
    model = a_model()
    for start in range(1, count + 1, BATCH):
        stamp = Stamp(actor=Actor(name="ana"), at=NOON)
        with model.transaction(stamp) as txn:
            txn.append([_created(number) for number in range(start, min(start + BATCH, count + 1))])
    return model


def _created(number: int) -> Event:
    name, uid = f"milestone-{number:03d}", f"{number:032x}"
    tasks = [
        {"id": f"task-{task:03d}", "title": f"Do part {task}", "status": "pending", "estimated_hours": 4}
        for task in range(1, 4)
    ]
    body = {
        "id": name,
        "uid": uid,
        "title": f"Number {number}",
        "status": "planned",
        "owner": "ana",
        "tasks": tasks,
    }
    return Event(kind="milestone.created", document="milestone", uid=uid, milestone=name, data={"body": body})


def where(rig: Rig) -> str:
    """Return the backend a project is kept in."""
    return migrate.where(client.opened(rig.folder)).backend
