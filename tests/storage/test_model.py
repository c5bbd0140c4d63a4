"""Whatever happens to it, a file store is what a store in memory is, and what its own events make."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from milestone.domain import summary
from milestone.domain.document import Event
from milestone.domain.evolve import evolve, fold
from milestone.storage.file import FileStore
from milestone.storage.memory import MemoryStore
from milestone.testing import plain
from milestone.testing.store_contract import stamp

WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12).map(
    lambda text: f"w {text}".strip()
)
TASKS = [{"id": "task-001", "title": "Write it", "status": "in_progress", "estimated_hours": 3}]
STATES = st.sampled_from(["milestone.archived", "milestone.deleted"])


class Stores(RuleBasedStateMachine):
    """Random changes, edits by hand, lost caches and reopened stores, beside a model in memory."""

    @initialize()
    def open(self) -> None:
        self.folder = TemporaryDirectory()
        self.root = Path(self.folder.name) / ".milestones"
        self.model = MemoryStore(evolve=evolve, summarise=summary.row)
        self.uids: list[str] = []
        self.reopen()

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()

    @rule()
    def reopen(self) -> None:
        self.store = FileStore(self.root, evolve=evolve, summarise=summary.row)

    @rule(title=WORDS)
    def create(self, title: str) -> None:
        number = len(self.uids) + 1
        self.uids.append(f"{number:032x}")
        self._write(plain.created(self.uids[-1], number, title=title, status="planned", tasks=TASKS))

    @precondition(lambda self: self.uids)
    @rule(data=st.data(), title=WORDS, priority=WORDS)
    def change(self, data: st.DataObject, title: str, priority: str) -> None:
        self._write(plain.edited(self._one(data), title=title, priority=priority))

    @precondition(lambda self: self.uids)
    @rule(data=st.data())
    def complete(self, data: st.DataObject) -> None:
        done = {"kind": "task.completed", "task": "task-001"}
        self._write(Event(document="milestone", uid=self._one(data), data={}, **done))

    @precondition(lambda self: self.uids)
    @rule(data=st.data(), kind=STATES)
    def move(self, data: st.DataObject, kind: str) -> None:
        self._write(plain.marked(kind, self._one(data)))

    @precondition(lambda self: self.uids)
    @rule(data=st.data(), title=WORDS)
    def edit_by_hand(self, data: st.DataObject, title: str) -> None:
        """Change a file; the store takes it in at the next transaction, the model is told what it took in."""
        uid = self._one(data)
        for path in [*self.root.glob("active/*.yaml"), *self.root.glob("completed/*.yaml")]:
            text = path.read_text()
            if uid in text:
                path.write_text(f"{text}note_by_hand: {title!r}\n" if "note_by_hand" not in text else text)
        self._write()

    @rule(name=st.sampled_from(["local/summary", "local/documents/milestone", "local/replaced"]))
    def lose_a_cache(self, name: str) -> None:
        path = self.root / name
        if path.is_dir():
            for kept in [each for each in path.iterdir() if each.is_file()]:
                kept.unlink()
        else:
            path.unlink(missing_ok=True)

    @invariant()
    def is_what_the_model_is(self) -> None:
        if not hasattr(self, "store"):
            return
        with self.store.reading() as reading, self.model.reading() as wanted:
            assert reading.unrecorded == 0
            assert reading.seq == wanted.seq
            assert [dict(row) for row in reading.rows()] == list(wanted.rows())
            for uid in self.uids:
                assert reading.load("milestone", uid) == wanted.load("milestone", uid)

    @invariant()
    def is_what_its_events_make(self) -> None:
        if not hasattr(self, "store"):
            return
        with self.store.reading() as reading:
            for (kind, uid), document in fold(reading.events()).items():
                assert reading.load(kind, uid) == document
        assert self.store.verify()["ok"]

    def _one(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(self.uids))

    def _write(self, *events: Event) -> None:
        with self.store.transaction(stamp()) as txn:
            adopted = list(txn.adopted)
            txn.append(list(events))
        with self.model.transaction(stamp()) as model:
            model.append([recorded.event for recorded in adopted])
            model.append(list(events))


TestStores = Stores.TestCase
TestStores.settings = settings(
    max_examples=60, stateful_step_count=15, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
