"""One change on any backend, under a disk that fails: what the fault rigs have in common."""

import os
import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

from milestone.domain import summary
from milestone.domain.document import Document, Event
from milestone.domain.evolve import evolve
from milestone.registry import load as loaded
from milestone.storage import BACKENDS, located, summaries, yaml_reader
from milestone.storage.located import Location
from milestone.testing import faults, plain, power
from milestone.testing.store_contract import stamp, write

A, B = "0" * 31 + "a", "0" * 31 + "b"
TASKS = [{"id": "task-001", "title": "Write it", "status": "in_progress"}]
DONE = Event(
    kind="task.completed", document="milestone", uid=A, milestone="milestone-001", task="task-001", data={}
)
CHANGES: dict[str, list[Event]] = {
    "create": [plain.created(B, 2, title="Pay", status="planned")],
    "update": [plain.edited(A, title="Sign in", priority="low")],
    "task done": [DONE],
    "archive": [plain.marked("milestone.archived", A)],
    "two at once": [plain.edited(A, title="Sign in"), plain.created(B, 2, title="Pay", status="planned")],
    "delete": [plain.marked("milestone.deleted", A)],
}
KINDS = ("file", "hybrid", "sqlite")
LONG = os.environ.get("FAULTS") == "all"
State = dict[str, Document | None]


class Rig:
    """A store of one kind under `root`, and the changes made to it."""

    def __init__(self, kind: str, root: Path) -> None:
        self.kind = kind
        self.root = root
        self.files = kind in located.FILES

    def store(self) -> Any:
        return loaded(BACKENDS[self.kind])(self.root, evolve=evolve, summarise=summary.row)

    def prepare(self) -> None:
        """Make a store with one record."""
        shutil.rmtree(self.root, ignore_errors=True)
        located.write(self.root, Location(self.kind))
        self._write(plain.created(A, 1, title="Log in", status="planned", tasks=TASKS))

    def change(self, name: str) -> None:
        self._write(*CHANGES[name])

    def _write(self, *events: Event) -> None:
        with closing(self.store()) as store:
            write(store, *events)

    def open_and_close(self) -> None:
        with closing(self.store()) as store, store.transaction(stamp()):
            pass

    def present(self) -> State:
        with closing(self.store()) as store, store.reading() as reading:
            return {uid: reading.load("milestone", uid) for uid in (A, B)}

    def outcomes(self, name: str) -> tuple[State, State, list[str]]:
        """Return the records before and after a change, and the calls it makes."""
        self.prepare()
        before = self.present()
        calls = faults.calls_of(lambda: self.change(name))
        return before, self.present(), calls

    def look(self, outcome: int, before: State, after: State) -> None:
        """Hold the store to its word after one change ended so."""
        assert outcome != faults.BROKEN
        now = self.present()
        assert now == after if outcome == faults.DONE else now in (before, after)
        with closing(self.store()) as store:
            with store.reading() as reading:
                assert reading.unrecorded == 0
            with store.transaction(stamp()) as txn:
                assert txn.adopted == (), "recovery is not an edit by hand"
                assert {uid: txn.load("milestone", uid) for uid in (A, B)} == now
            write(store, plain.edited(A, description="goes on"))
            verified = store.verify()
            assert verified["ok"], verified
        if self.files:
            self.agree()

    def agree(self) -> None:
        """Every record has one file, that says what the store says; nothing else lies about."""
        with closing(self.store()) as store, store.reading() as reading:
            documents = list(reading.find("milestone"))
            assert len(list(reading.rows())) == len(documents)
        files = {f"{'completed' if d.archived else 'active'}/{d.body['id']}.yaml": d for d in documents}
        folders = [self.root / name for name in ("active", "completed")]
        there = [str(path.relative_to(self.root)) for folder in folders for path in folder.glob("*")]
        assert sorted(there) == sorted(files)
        for path, document in files.items():
            said = yaml_reader.read_record((self.root / path).read_text(), path).body
            assert {**said, "status": None} == {**document.body, "status": None}
        assert not list((self.root / "local" / "drafts").iterdir())
        found = summaries.load(str(self.root))
        assert found is not None
        assert found.entries

    def run(self, name: str, effect: faults.Effect, every: int) -> int:
        """Do a change once for every n-th call it makes, that call failing; return how many calls there are."""
        before, after, calls = self.outcomes(name)
        for at in range(1, len(calls) + 2, every):
            self.prepare()
            outcome = faults.in_child(lambda: self.change(name), at, effect)
            try:
                self.look(outcome, before, after)
            except Exception as problem:
                where = f"{self.kind}: {name}, call {at} of {len(calls)} ({[*calls, 'end'][at - 1]})"
                raise AssertionError(f"{where}: {problem!r}") from problem
        return len(calls)

    def recorded(self, name: str) -> tuple[power.Recorder, int]:
        """Return what a change does to the disk, and after how many steps it was acknowledged."""
        self.prepare()
        recorder = power.Recorder(self.root)
        with recorder.installed(), closing(self.store()) as store:
            write(store, *CHANGES[name])
            acknowledged = len(recorder.steps)
        return recorder, acknowledged

    def cut(self, name: str, every: int = 1) -> int:
        """Look at the states a power cut during a change may leave; return how many were looked at."""
        self.prepare()
        before = self.present()
        recorder, acknowledged = self.recorded(name)
        after = self.present()
        seen = 0
        for number, (taken, state) in enumerate(power.states(recorder)):
            if number % every:
                continue
            shutil.rmtree(self.root)
            self.root.mkdir()
            state.write()
            outcome = faults.DONE if taken >= acknowledged else faults.KILLED
            try:
                self.look(outcome, before, after)
            except Exception as problem:
                last = recorder.steps[taken - 1] if taken else None
                where = f"{self.kind}: {name}, after step {taken} of {len(recorder.steps)}, {last}"
                raise AssertionError(f"{where}: {problem!r}") from problem
            seen += 1
        return seen
