"""Walking from one store to another: everything arrives as it left, or the source stays in use."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from milestone import errors
from milestone.domain import summary
from milestone.domain.evolve import evolve
from milestone.registry import load
from milestone.storage import BACKENDS, located, said
from milestone.storage.base import Mark, Store
from milestone.storage.located import Location
from milestone.storage.moving.recorded import recorded
from milestone.storage.moving.walk import Pace, Walk
from milestone.testing import plain
from milestone.testing.transactions import stamp, write

KINDS = ("file", "hybrid", "sqlite")
ADDRESS = located.encode(Location("sqlite", move=1))


def opened(kind: str, root: Path) -> Store:
    return cast(Store, load(BACKENDS[kind])(root, evolve=evolve, summarise=summary.row))


def uid(number: int) -> str:
    return f"{number:032x}"


def fill(store: Store, count: int) -> None:
    write(store, *(plain.created(uid(n), n, status="planned") for n in range(1, count + 1)))
    for n in range(1, count + 1, 3):
        write(store, plain.edited(uid(n), title=f"Title {n}"))


def mark(store: Store) -> Mark:
    with store.reading() as reading:
        return reading.mark


def lines(store: Store) -> list[bytes]:
    with store.reading() as reading:
        return list(reading.lines())


class Beside:
    """A store that is written to by others whenever it is looked at."""

    def __init__(self, store: Store, times: int) -> None:
        self.store, self.times, self.written = store, times, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    @contextmanager
    def recorded(self) -> Iterator[Any]:
        with recorded(self.store) as reading:
            yield reading
        if self.written < self.times:
            self.written += 1
            write(self.store, plain.edited(uid(1 + self.written % 5), title=f"Beside {self.written}"))


@pytest.mark.parametrize("source", KINDS)
@pytest.mark.parametrize("target", KINDS)
def test_everything_arrives_as_it_left(tmp_path: Path, source: str, target: str):
    here, there = opened(source, tmp_path / "a"), opened(target, tmp_path / "b")
    fill(here, 12)

    Walk(here, there).run(ADDRESS)

    assert mark(there) == mark(here)
    assert lines(there) == lines(here)
    assert there.verify()["ok"]
    with here.reading() as old, there.reading() as new:
        assert [row["title"] for row in new.rows()] == [row["title"] for row in old.rows()]


def test_what_is_written_meanwhile_arrives_too(tmp_path: Path):
    here, there = opened("file", tmp_path / "a"), opened("sqlite", tmp_path / "b")
    fill(here, 12)
    busy = Beside(here, 20)

    Walk(cast(Store, busy), there).run(ADDRESS)

    assert busy.written >= 3
    assert lines(there) == lines(here)
    with here.reading() as old, there.reading() as new:
        for n in range(1, 13):
            assert old.load("milestone", uid(n)) == new.load("milestone", uid(n))


def test_a_walk_that_was_broken_off_goes_on(tmp_path: Path):
    here, there = opened("file", tmp_path / "a"), opened("sqlite", tmp_path / "b")
    fill(here, 12)
    first = Walk(here, there)
    first.begin()
    first.copy()
    write(here, plain.edited(uid(2), title="Later"))

    Walk(here, there).run(ADDRESS)

    assert mark(there) == mark(here)


def test_the_files_beside_the_old_store_are_not_read_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    here, there = opened("sqlite", tmp_path / "a"), opened("file", tmp_path / "b")
    fill(here, 12)
    (tmp_path / "b" / "active").mkdir(parents=True)
    for n in range(1, 13):
        (tmp_path / "b" / "active" / f"milestone-{n:03d}.yaml").write_text("a copy that is beside a database")
    read: list[str] = []
    real = said.read
    monkeypatch.setattr(said, "read", lambda place, path: (read.append(path), real(place, path))[1])

    Walk(here, there).run(located.encode(Location("file", move=1)))

    assert read == []
    assert mark(there) == mark(here)


def test_a_new_epoch_begins_with_the_change(tmp_path: Path):
    here, there = opened("sqlite", tmp_path / "a"), opened("file", tmp_path / "b")
    fill(here, 3)

    Walk(here, there).run(located.encode(Location("file", move=2)), epoch="back")

    assert (mark(there).epoch, mark(there).hash) == ("back", mark(here).hash)


@pytest.mark.parametrize("extra", [0, 1])
def test_a_target_that_holds_something_else_is_refused(tmp_path: Path, extra: int):
    here, there = opened("file", tmp_path / "a"), opened("sqlite", tmp_path / "b")
    fill(here, 3)
    fill(there, 3 + extra)
    write(there, plain.edited(uid(1), title="Another course"))
    before = mark(there)

    with pytest.raises(errors.Refused) as told:
        Walk(here, there).run(ADDRESS)

    assert told.value.code == "foreign_target"
    assert mark(there) == before
    assert located.read(tmp_path / "a").backend == "file"


def test_a_document_that_arrives_otherwise_stops_the_move(tmp_path: Path):
    def careless(document: Any, recorded: Any) -> Any:
        made = evolve(document, recorded)
        if made.uid == uid(2):
            made.body["title"] = "Otherwise"
        return made

    here = opened("file", tmp_path / "a")
    there = cast(Store, load(BACKENDS["sqlite"])(tmp_path / "b", evolve=careless, summarise=summary.row))
    fill(here, 3)

    with pytest.raises(errors.Damaged) as told:
        Walk(here, there).run(ADDRESS)

    assert told.value.code == "not_the_same"
    assert located.read(tmp_path / "a").backend == "file"
    write(here, plain.edited(uid(1), title="Work goes on"))


def test_last_events_that_are_not_carried_stop_the_move(tmp_path: Path):
    class Forgetful(Walk):
        def _carry_last(self, alone: Any, epoch: str) -> None:
            """Carry nothing."""

    here, there = opened("file", tmp_path / "a"), opened("sqlite", tmp_path / "b")
    fill(here, 12)

    with pytest.raises(errors.Damaged):
        Forgetful(cast(Store, Beside(here, 1000)), there).run(ADDRESS)

    assert located.read(tmp_path / "a").backend == "file"


def test_a_writer_that_does_not_end_is_waited_for_no_longer_than_said(tmp_path: Path):
    here, there = opened("file", tmp_path / "a"), opened("sqlite", tmp_path / "b")
    fill(here, 3)
    told: list[str] = []
    walk = Walk(here, there, pace=Pace(gate=0.02, rest=0.001, tries=3), tell=lambda phase, *_: told.append(phase))

    with here.transaction(stamp()), pytest.raises(errors.Busy):
        walk.run(ADDRESS)

    assert told.count("waiting") == 3
    assert located.read(tmp_path / "a").backend == "file"
    Walk(here, there).run(ADDRESS)
    assert mark(there) == mark(here)


def test_a_change_that_takes_too_long_lets_go_and_tries_again(tmp_path: Path):
    here, there = opened("file", tmp_path / "a"), opened("sqlite", tmp_path / "b")
    fill(here, 12)
    told: list[str] = []
    pace = Pace(change=0.0, longest=0.0, rest=0.001, tries=2)
    walk = Walk(here, there, pace=pace, tell=lambda phase, *_: told.append(phase))

    with pytest.raises(errors.Busy) as problem:
        walk.run(ADDRESS)

    assert "took longer" in problem.value.why
    assert told.count("waiting") == 2
    write(here, plain.edited(uid(1), title="Work goes on"))


def test_where_every_write_takes_long_the_change_may_take_longer_after_some_tries(tmp_path: Path):
    class Slow(Walk):
        """Needs three times as long as may be at first."""

        def _carry_last(self, alone: Any, epoch: str) -> None:
            super()._carry_last(alone, epoch)
            time.sleep(3 * 0.02)

    here, there = opened("sqlite", tmp_path / "a"), opened("sqlite", tmp_path / "b")
    fill(here, 3)
    told: list[str] = []
    pace = Pace(change=0.02, longest=0.02, rest=0.0, pause=0.0)

    Slow(here, there, pace=pace, tell=lambda phase, *_: told.append(phase)).run(ADDRESS)

    assert told.count("waiting") >= 2 * Walk.patience
    assert mark(there) == mark(here)


def test_a_target_slower_than_those_who_write_catches_up(tmp_path: Path):
    class Ever(Walk):
        """Finds ten times as much as may be left, whenever it has let go."""

        few = 5

        def copy(self) -> None:
            super().copy()
            for number in range(50 if self.turns else 0):
                write(here, plain.edited(uid(1), title=f"{self.turns}, {number}"))
            self.turns -= 1 if self.turns else 0

        turns = 0

    here, there = opened("file", tmp_path / "a"), opened("sqlite", tmp_path / "b")
    fill(here, 3)
    walk = Ever(here, there, pace=Pace(rest=0.001, pause=0.001))
    walk.begin()
    walk.turns = 3

    walk.change_over(ADDRESS, None)

    assert lines(there) == lines(here)
    assert located.read(tmp_path / "a").backend == "sqlite"


@pytest.mark.parametrize(("source", "target"), [("file", "sqlite"), ("sqlite", "file")])
def test_who_types_into_a_file_meanwhile_stops_no_move(tmp_path: Path, source: str, target: str):
    here, there = opened(source, tmp_path / "a"), opened(target, tmp_path / "b")
    fill(here, 3)
    walk = Walk(here, there)
    walk.begin()
    walk.copy()
    active = tmp_path / ("a" if source == "file" else "b") / "active" / "milestone-002.yaml"
    active.write_text(active.read_text().replace("Ship it", "Typed"))

    walk.run(ADDRESS if target == "sqlite" else located.encode(Location("file", move=1)))

    assert lines(there) == lines(here)
    assert "Typed" in active.read_text()


def test_records_that_always_change_do_not_keep_a_move_comparing(tmp_path: Path):
    class Ever(Walk):
        """More records than may be left change while it looks."""

        few = 2

        def copy(self) -> None:
            if not self.quiet:
                for number in range(1, 7):
                    write(here, plain.edited(uid(number), title="Again"))
            super().copy()

        def change_over(self, address: str, epoch: str | None) -> Mark:
            self.quiet = True
            return super().change_over(address, epoch)

        quiet = False

    here, there = opened("file", tmp_path / "a"), opened("sqlite", tmp_path / "b")
    fill(here, 6)

    Ever(here, there).run(ADDRESS)

    assert lines(there) == lines(here)
