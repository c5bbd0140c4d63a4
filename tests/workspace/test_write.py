"""The one way to write: keys, dry runs, revisions, against other processes too."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from milestone import errors
from milestone.clock import FrozenClock
from milestone.config import Settings
from milestone.domain.context import Context
from milestone.domain.document import Actor, Event
from milestone.storage.base import Store, Txn
from milestone.storage.file import FileStore
from milestone.storage.memory import MemoryStore
from milestone.testing import plain
from milestone.workspace.base import Decide, Workspace, WriteOptions


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "file":
        return FileStore(tmp_path / ".milestones", evolve=plain.evolve, summarise=plain.row)
    return MemoryStore(evolve=plain.evolve, summarise=plain.row)


def opened(store: Store, **options: object) -> Workspace:
    noon = FrozenClock(datetime(2026, 11, 20, 12, tzinfo=UTC))
    return Workspace(Path(), store, Settings({}), noon, Actor(name="ana"), options=WriteOptions(**options))


def always(*events: Event) -> Decide:
    def decide(txn: Txn, ctx: Context) -> Sequence[Event]:
        return events

    return decide


def test_a_write_answers_with_what_it_changed(store: Store):
    written = opened(store).write(always(plain.created("a1", 1)))

    assert (written.seq, [d.revision for d in written.documents], written.repeated) == (1, [1], False)


def test_a_key_is_done_once_and_answers_the_same_again(store: Store):
    first = opened(store, key="k1").write(always(plain.created("a1", 1)))
    again = opened(store, key="k1").write(always(plain.created("a2", 2)))

    assert again.repeated
    assert again.events == first.events
    with store.reading() as reading:
        assert (reading.seq, reading.load("milestone", "a2")) == (1, None)


def test_a_dry_run_shows_and_stores_nothing(store: Store):
    written = opened(store, dry_run=True).write(always(plain.created("a1", 1)))

    assert (written.dry_run, written.seq, [d.body["title"] for d in written.documents]) == (True, 0, ["Ship it"])
    with store.reading() as reading:
        assert reading.seq == 0


def test_a_stale_revision_is_refused_with_who_moved_it_on(store: Store):
    opened(store).write(always(plain.created("a1", 1)))
    opened(store).write(always(plain.edited("a1", title="Other")))

    with pytest.raises(errors.Stale) as told:
        opened(store, if_revision=1).write(always(plain.edited("a1", title="Mine")))

    assert told.value.facts["current"] == {
        "revision": 2,
        "changed": ["milestone.edited"],
        "by": "ana",
        "at": "2026-11-20T12:00:00.000Z",
    }
    assert opened(store, if_revision=2).write(always(plain.edited("a1", title="Mine"))).seq == 3


def test_a_change_that_is_durable_does_not_fail_for_what_is_looked_at_afterwards(store):
    class Unreadable:
        def after(self, _store, _count):
            raise errors.Damaged("The database of this store is damaged.")

    workspace = opened(store)
    workspace.growth = Unreadable()

    assert workspace.write(lambda _txn, _ctx: [plain.created("0" * 31 + "a", 1)]).events
