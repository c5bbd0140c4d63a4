"""Whatever is done to a store, it is what a store in memory is: random steps beside the model.

```python
def test_mine(tmp_path):
    walk(lambda root: MyStore(root, evolve=evolve, summarise=summary.row), steps=50, examples=100)
```
"""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from milestone import errors
from milestone.domain import summary
from milestone.domain.document import Event
from milestone.domain.evolve import evolve
from milestone.domain.questions import HAS, Question
from milestone.storage.base import Reading, Store
from milestone.storage.memory import MemoryStore
from milestone.testing import plain, plans
from milestone.testing.transactions import stamp, write

Open = Callable[[Path], Store]
MARKS = ("milestone.archived", "milestone.deleted", "document.removed", "document.returned")
SURE = sorted(HAS.keys() - {"able"})  # what every store must tell alike; of `able` a database knows more
TITLES = st.sampled_from(plans.WORDS).map(lambda word: f"w {word}".strip())
STATES = st.sampled_from(["running", "waiting", "ended"])
WHICH = st.integers(0, 10**6)  # taken modulo the records there are


class StoreMachine(RuleBasedStateMachine):
    """A store and the model; every invariant compares all of both."""

    def __init__(self, open_store: Open, forks: bool) -> None:
        super().__init__()
        self.open_store = open_store
        self.forks = forks

    @initialize()
    def begin(self) -> None:
        self.folder = TemporaryDirectory()
        self.root = Path(self.folder.name) / ".milestones"
        # its numbers are computed where the protocol has fields
        self.model = cast(Store, MemoryStore(evolve=evolve, summarise=summary.row))
        self.uids: list[str] = []
        self.keys: list[str] = []
        self.store = self.open_store(self.root)

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.store.close()
            self.folder.cleanup()

    # -- what is done

    @rule()
    def reopen(self) -> None:
        self.store.close()
        self.store = self.open_store(self.root)

    @rule(bodies=plans.bodies(most=3))
    def create(self, bodies: list[dict[str, Any]]) -> None:
        self._both(*self._new(bodies))

    @precondition(lambda self: self.uids)
    @rule(which=WHICH, title=TITLES, priority=st.sampled_from(["low", "high"]))
    def edit(self, which: int, title: str, priority: str) -> None:
        self._both(self._about(which, "milestone.edited", set={"title": title, "priority": priority}))

    @precondition(lambda self: self.uids)
    @rule(which=WHICH, kind=st.sampled_from(["task.started", "task.completed", "task.cancelled"]))
    def work(self, which: int, kind: str) -> None:
        self._both(self._about(which, kind, task="task-001"))

    @precondition(lambda self: self.uids)
    @rule(which=WHICH, kind=st.sampled_from(MARKS))
    def mark(self, which: int, kind: str) -> None:
        self._both(self._about(which, kind))

    @rule(number=st.integers(1, 3), state=STATES)
    def keep_a_session(self, number: int, state: str) -> None:
        body = {"id": f"session-20261120-{number:03d}", "state": state}
        self._both(Event(kind="session.started", document="session", uid=f"s{number}", data={"body": body}))

    @precondition(lambda self: self.uids)
    @rule(which=WHICH, title=TITLES)
    def write_under_a_key(self, which: int, title: str) -> None:
        self.keys.append(f"key-{len(self.keys)}")
        self._both(self._about(which, "milestone.edited", set={"title": title}), operation=self.keys[-1])

    @precondition(lambda self: self.uids)
    @rule(which=WHICH, title=TITLES, ends=st.sampled_from(["fails", "abandons", "ends"]))
    def look_around_in_a_transaction(self, which: int, title: str, ends: str) -> None:
        """Append in two goes, look at what is seen in between, and let the block end in one of three ways."""
        first = self._about(which, "milestone.edited", set={"title": title})
        second = self._about(which + 1, "milestone.edited", set={"title": title * 2})
        try:
            with self.store.transaction(stamp()) as txn, self.model.transaction(stamp()) as wanted:
                for event in (first, second):
                    assert txn.append([event]) == wanted.append([event])
                    self._same(txn, wanted)
                if ends == "fails":
                    raise errors.Refused("No.")
                if ends == "abandons":
                    txn.abandon()
                    wanted.abandon()
        except errors.Refused:
            assert ends == "fails"

    @precondition(lambda self: self.uids)
    @rule(which=WHICH, title=TITLES)
    def write_from_elsewhere(self, which: int, title: str) -> None:
        """Write through another opening of the same store, while ours stays open."""
        event = self._about(which, "milestone.edited", set={"title": title})
        other = self.open_store(self.root)
        assert write(other, event) == write(self.model, event)
        other.close()

    @precondition(lambda self: self.uids and self.forks)
    @rule(which=WHICH, title=TITLES)
    def write_from_another_process(self, which: int, title: str) -> None:
        event = self._about(which, "milestone.edited", set={"title": title})
        child = os.fork()
        if child == 0:
            try:
                write(self.open_store(self.root), event)
                os._exit(0)
            finally:
                os._exit(1)
        assert os.waitpid(child, 0)[1] == 0
        write(self.model, event)

    @rule(has=st.lists(st.sampled_from(SURE), max_size=2), order=st.sampled_from(["id", "standing", "left"]))
    def ask(self, has: list[str], order: str) -> None:
        question = Question(has=has, order=order)
        with self.store.reading() as reading, self.model.reading() as wanted:
            assert plain_rows(reading.rows().select(question)) == plain_rows(wanted.rows().select(question))
            assert reading.rows().count(question) == wanted.rows().count(question)

    @rule(after=st.integers(0, 40), limit=st.none() | st.integers(0, 9), newest=st.booleans())
    def page_through_events(self, after: int, limit: int | None, newest: bool) -> None:
        with self.store.reading() as reading, self.model.reading() as wanted:
            found = list(reading.events(after=after, limit=limit, newest=newest))
            assert found == list(wanted.events(after=after, limit=limit, newest=newest))

    # -- what must hold

    @invariant()
    def is_what_the_model_is(self) -> None:
        if hasattr(self, "store"):
            with self.store.reading() as reading, self.model.reading() as wanted:
                self._same(reading, wanted)

    @precondition(lambda self: hasattr(self, "store"))
    @rule()
    def verify(self) -> None:
        found = self.store.verify()
        assert found["ok"], found

    # -- how it is done

    def _same(self, reading: Reading, wanted: Reading) -> None:
        assert (reading.seq, reading.last_number, reading.unrecorded) == (wanted.seq, wanted.last_number, 0)
        assert plain_rows(reading.rows()) == plain_rows(wanted.rows())
        assert reading.rows().totals().sums() == wanted.rows().totals().sums()
        for uid in self.uids:
            assert reading.load("milestone", uid) == wanted.load("milestone", uid)
        for states in ((), ("running", "waiting")):
            assert list(reading.find("session", states)) == list(wanted.find("session", states))
        for key in self.keys[-2:]:
            assert list(reading.operation(key)) == list(wanted.operation(key))

    def _new(self, bodies: list[dict[str, Any]]) -> list[Event]:
        events = []
        for body in bodies:
            number = len(self.uids) + 1
            name, uid = f"milestone-{number:03d}", f"{number:032x}"
            self.uids.append(uid)
            events.append(plans.created({**body, "id": name, "uid": uid}))
        return events

    def _about(self, which: int, kind: str, task: str | None = None, **data: Any) -> Event:
        uid = self.uids[which % len(self.uids)]
        if kind in MARKS:
            return plain.marked(kind, uid)
        return Event(kind=kind, document="milestone", uid=uid, task=task, data=data)

    def _both(self, *events: Event, operation: str | None = None) -> None:
        assert write(self.store, *events, operation=operation) == write(self.model, *events, operation=operation)


def plain_rows(rows: Any) -> list[dict[str, Any]]:
    """Return rows as dictionaries, in their order."""
    return [dict(row) for row in rows]


def walk(open_store: Open, *, steps: int, forks: bool = True) -> None:
    """Take so many steps in all, in walks of at most fifty.

    Raises:
        AssertionError: the store differs from the model; the shortest walk that shows it is told.
    """
    length = min(steps, 50)
    chosen = settings(
        max_examples=max(steps // length, 1),
        stateful_step_count=length,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    machine = partial(StoreMachine, open_store, forks)
    run_state_machine_as_test(cast(type[RuleBasedStateMachine], machine), settings=chosen)  # it is only called
