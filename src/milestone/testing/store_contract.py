"""What every store promises, as a test suite to inherit.

```python
class TestMine(StoreContract):
    def open_store(self, root: Path) -> Store:
        return MyStore(root, evolve=plain.evolve, summarise=plain.row)
```
"""

import pytest

from milestone import errors
from milestone.domain.document import Event
from milestone.storage.base import Store
from milestone.testing import plain
from milestone.testing.moving_contract import MovingContract
from milestone.testing.transactions import ANA as ANA
from milestone.testing.transactions import NOON as NOON
from milestone.testing.transactions import load as load
from milestone.testing.transactions import stamp as stamp
from milestone.testing.transactions import write as write


class StoreContract(MovingContract):
    """Inherit, say how to open a store, and every test here holds it to its word."""

    def test_an_empty_store_has_nothing(self, store: Store) -> None:
        with store.reading() as reading:
            assert (reading.seq, reading.last_number, reading.unrecorded) == (0, 0, 0)
            assert list(reading.rows()) == []
            assert reading.load("milestone", "nobody") is None
            assert list(reading.find("milestone")) == []
            assert list(reading.events()) == []
            assert not reading.held_by()
            assert not reading.operation("k")

    def test_what_was_appended_is_there(self, store: Store) -> None:
        assert write(store, plain.created("a1", 1)) == [1]

        with store.reading() as reading:
            document = reading.load("milestone", "a1")
            assert document is not None
            assert document.body["title"] == "Ship it"
            assert document.revision == 1
            assert (reading.seq, reading.last_number) == (1, 1)
            assert [row["id"] for row in reading.rows()] == ["milestone-001"]
            [recorded] = reading.events()
            assert (recorded.seq, recorded.at, recorded.actor) == (1, NOON, ANA)
            assert recorded.event.milestone == "milestone-001"

    def test_a_transaction_sees_its_own_changes(self, store: Store) -> None:
        with store.transaction(stamp()) as txn:
            txn.append([plain.created("a1", 1)])
            txn.append([plain.edited("a1", title="Other")])
            document = txn.load("milestone", "a1")
            assert document is not None
            assert (document.body["title"], document.revision, txn.seq) == ("Other", 2, 2)
            assert [row["title"] for row in txn.rows()] == ["Other"]
            assert [d.uid for d in txn.find("milestone")] == ["a1"]
            assert [r.seq for r in txn.events(after=1)] == [2]
            assert txn.last_number == 1

    def test_an_exception_stores_nothing(self, store: Store) -> None:
        write(store, plain.created("a1", 1))

        with pytest.raises(errors.Refused), store.transaction(stamp()) as txn:
            txn.append([plain.edited("a1", title="Other"), plain.created("a2", 2)])
            raise errors.Refused("No.")

        with store.reading() as reading:
            assert reading.seq == 1
            assert [row["title"] for row in reading.rows()] == ["Ship it"]

    def test_an_abandoned_transaction_stores_nothing(self, store: Store) -> None:
        with store.transaction(stamp()) as txn:
            txn.append([plain.created("a1", 1)])
            txn.abandon()

        with store.reading() as reading:
            assert reading.seq == 0
            assert reading.load("milestone", "a1") is None

    def test_a_reading_keeps_its_moment(self, store: Store) -> None:
        write(store, plain.created("a1", 1))

        with store.reading() as reading:
            write(store, plain.edited("a1", title="Other"))
            assert reading.seq == 1
            assert [row["title"] for row in reading.rows()] == ["Ship it"]
            document = reading.load("milestone", "a1")
            assert document is not None
            assert document.body["title"] == "Ship it"

    def test_rows_are_in_order_of_ids_and_leave_out_what_is_gone(self, store: Store) -> None:
        write(store, *(plain.created(f"a{n}", n) for n in (3, 1, 4, 2)))
        write(store, plain.marked("milestone.archived", "a1"), plain.marked("milestone.deleted", "a3"))
        write(store, plain.marked("document.removed", "a4"))

        with store.reading() as reading:
            assert [row["id"] for row in reading.rows()] == ["milestone-001", "milestone-002"]
            assert [d.uid for d in reading.find("milestone")] == ["a1", "a2"]
            gone = reading.load("milestone", "a3")
            assert gone is not None
            assert gone.deleted
            assert reading.last_number == 4

    def test_local_documents_are_kept_apart(self, store: Store) -> None:
        body = {"id": "session-20261120-001", "state": "ended"}
        write(store, Event(kind="session.started", document="session", uid="s1", data={"body": body}))

        with store.reading() as reading:
            assert list(reading.rows()) == []
            assert [d.body for d in reading.find("session")] == [body]
            assert reading.load("milestone", "s1") is None

    def test_events_are_read_from_both_ends(self, store: Store) -> None:
        for number in range(1, 8):
            write(store, plain.created(f"a{number}", number))

        with store.reading() as reading:
            assert [r.seq for r in reading.events(after=4)] == [5, 6, 7]
            assert [r.seq for r in reading.events(after=2, limit=2)] == [3, 4]
            assert [r.seq for r in reading.events(limit=3, newest=True)] == [5, 6, 7]
            assert [r.seq for r in reading.events(after=6, limit=3, newest=True)] == [7]
            assert list(reading.events(limit=0)) == list(reading.events(after=7)) == []

    def test_events_are_read_since_a_moment(self, store: Store) -> None:
        for hour in (8, 9, 10):
            both = plain.created(f"a{hour}", hour), plain.created(f"b{hour}", hour + 10)
            write(store, *both, at=f"2026-11-20T{hour:02d}:00:00.000Z")

        with store.reading() as reading:
            assert [r.seq for r in reading.events(since="2026-11-20T09:00:00.000Z")] == [3, 4, 5, 6]
            assert [r.seq for r in reading.events(since="2026-11-20T09:00", limit=3, newest=True)] == [4, 5, 6]
            assert [r.seq for r in reading.events(since="2026-11-20T09:00", limit=9, newest=True)] == [3, 4, 5, 6]
            assert list(reading.events(since="2026-11-21", newest=True)) == []

    def test_an_operation_is_found_again(self, store: Store) -> None:
        write(store, plain.created("a1", 1), plain.created("a2", 2), operation="once")
        write(store, plain.edited("a1", title="Other"))

        with store.transaction(stamp("once")) as txn:
            assert [r.seq for r in txn.operation("once")] == [1, 2]
            assert not txn.operation("another")

    def test_sessions_and_operations_are_kept_with_the_event(self, store: Store) -> None:
        with store.transaction(stamp("k", "session-20261120-001")) as txn:
            txn.append([plain.created("a1", 1)])

        with store.reading() as reading:
            [recorded] = reading.events()
        assert (recorded.session, recorded.operation) == ("session-20261120-001", "k")

    def test_a_second_writer_is_told_when_the_store_is_busy(self, store: Store) -> None:
        with (
            store.transaction(stamp()),
            pytest.raises(errors.Busy) as told,
            store.transaction(stamp(), timeout=0.05),
        ):
            pass
        assert told.value.retryable

    def test_a_sound_store_verifies(self, store: Store) -> None:
        write(store, plain.created("a1", 1))
        write(store, plain.edited("a1", title="Other"))

        verified = store.verify()

        assert verified["ok"], verified
        assert verified["events"] == 2
        store.close()
