"""What every store promises to those who move a project from one to another; part of `StoreContract`."""

from abc import ABC, abstractmethod
from pathlib import Path

import pytest

from milestone import errors
from milestone.storage import log_line
from milestone.storage.base import Mark, Store
from milestone.storage.log_line import GENESIS
from milestone.testing import plain
from milestone.testing.transactions import a_model, load, stamp, write


class MovingContract(ABC):
    """A store says where it ends, hands out its lines, takes in another's, and can be had alone."""

    keeps_address = True  # False: `local/backend.json` says where the store has moved to

    @abstractmethod
    def open_store(self, root: Path) -> Store:
        """Return the store kept under `root`; a second call opens the same one again."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> Store:
        return self.open_store(tmp_path / ".milestones")

    def test_the_mark_is_where_the_log_ends(self, store: Store) -> None:
        with store.reading() as reading:
            assert (reading.mark.seq, reading.mark.hash) == (0, GENESIS)
        write(store, plain.created("a1", 1), plain.created("a2", 2))

        with store.reading() as reading:
            [line] = reading.lines()
            decoded, name = log_line.decode(line)
            assert (decoded.seq, decoded.last_seq) == (1, 2)
            assert reading.mark == Mark(epoch=reading.epoch, seq=2, hash=name)

    def test_lines_are_whole_transactions(self, store: Store) -> None:
        write(store, plain.created("a1", 1), plain.created("a2", 2))
        write(store, plain.edited("a1", title="Other"))

        with store.reading() as reading:
            first, second = reading.lines()
            assert list(reading.lines(after=1)) == [first, second]
            assert list(reading.lines(after=2)) == [second]
            assert list(reading.lines(after=3)) == []

    def test_lines_of_another_store_are_taken_in_as_they_are(self, store: Store) -> None:
        source = a_model()
        write(source, *(plain.created(f"a{n}", n) for n in range(1, 5)), operation="once")
        write(source, plain.edited("a1", title="Other"), plain.marked("milestone.deleted", "a3"))
        write(source, plain.marked("milestone.archived", "a2"), plain.marked("document.removed", "a4"))
        with source.reading() as reading:
            lines, mark = list(reading.lines()), reading.mark

        assert store.receive(lines[:1], epoch="e1").seq == 4
        assert store.receive(lines[1:], epoch=mark.epoch) == mark

        with source.reading() as before, store.reading() as after:
            assert (after.mark, list(after.lines())) == (mark, lines)
            assert list(after.events()) == list(before.events())
            for number in range(1, 5):
                assert after.load("milestone", f"a{number}") == before.load("milestone", f"a{number}")
            assert [row["id"] for row in after.rows()] == ["milestone-001", "milestone-002"]
            assert [r.seq for r in after.operation("once")] == [1, 2, 3, 4]
            assert (after.last_number, after.unrecorded) == (4, 0)
        assert store.verify()["ok"], store.verify()

    def test_a_store_that_took_lines_in_goes_on(self, store: Store) -> None:
        source = a_model()
        write(source, plain.created("a1", 1))
        with source.reading() as reading:
            store.receive(list(reading.lines()), epoch=reading.epoch)

        assert write(store, plain.edited("a1", title="Other")) == [2]

        with store.reading() as reading:
            source.receive(list(reading.lines(after=1)), epoch=reading.epoch)
            assert load(source, "a1") == reading.load("milestone", "a1")
            assert reading.unrecorded == 0
        assert store.verify()["ok"]

    def test_an_epoch_comes_with_or_without_lines(self, store: Store) -> None:
        write(store, plain.created("a1", 1))

        assert store.receive([], epoch="e2").epoch == "e2"

        with store.reading() as reading:
            assert (reading.epoch, reading.seq) == ("e2", 1)
        write(store, plain.edited("a1", title="Other"))
        with store.reading() as reading:
            assert (reading.epoch, reading.seq) == ("e2", 2)

    def test_lines_that_do_not_follow_are_refused(self, store: Store) -> None:
        source = a_model()
        write(source, plain.created("a1", 1))
        write(source, plain.edited("a1", title="Other"))
        with source.reading() as reading:
            first, second = reading.lines()

        for lines in ([second], [first, first], [first, second.replace(b"Other", b"other")]):
            with pytest.raises(errors.Damaged):
                store.receive(lines, epoch="e")

        with store.reading() as reading:
            assert (reading.seq, list(reading.lines())) == (0, [])
            assert reading.load("milestone", "a1") is None

    def test_who_is_alone_keeps_writers_out_and_sees_the_end(self, store: Store) -> None:
        write(store, plain.created("a1", 1))

        with store.alone(limit=1) as alone:
            assert (alone.seq, alone.mark.seq, len(list(alone.lines()))) == (1, 1, 1)
            with pytest.raises(errors.Busy), store.transaction(stamp(), timeout=0.05):
                pass
            with store.reading() as reading:
                assert reading.seq == 1

        assert write(store, plain.edited("a1", title="Other")) == [2]

    def test_a_forwarding_address_is_found_and_can_be_taken_back(self, store: Store) -> None:
        if not self.keeps_address:
            return
        write(store, plain.created("a1", 1))
        for address in ("elsewhere", None):
            with store.alone(limit=1) as alone:
                alone.forward(address)

            with store.reading() as reading, store.transaction(stamp()) as txn:
                assert (reading.moved_to, txn.moved_to) == (address, address)

    def test_who_wants_to_be_alone_waits_no_longer_than_said(self, store: Store) -> None:
        with store.transaction(stamp()), pytest.raises(errors.Busy), store.alone(limit=0.05):
            pass

        assert write(store, plain.created("a1", 1)) == [1]
