"""Whoever has a store open goes on in the next one when it moves, wherever a migration was killed."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import cast

import pytest

from milestone import errors
from milestone.storage import located
from milestone.storage.base import Stamp, Store, Txn
from milestone.storage.file import FileStore
from milestone.storage.located import Location
from milestone.testing import plain
from milestone.testing.transactions import a_model, stamp, write
from milestone.workspace.following import FollowingStore


class World:
    """A clone with a file store and two that stand for databases."""

    def __init__(self, root: Path) -> None:
        self.root = root
        files = FileStore(root, evolve=plain.evolve, summarise=plain.row)
        self.stores: dict[str, Store] = {"file": files, "sqlite": a_model(), "postgres": a_model()}
        self.opened: list[str] = []
        self.store = self.follower()

    def follower(self) -> Store:
        return cast(Store, FollowingStore(self.root, self._open))

    def _open(self, location: Location) -> Store:
        self.opened.append(location.backend)
        return self.stores[location.backend]

    def location(self, backend: str, move: int) -> Location:
        return Location(backend, None, move, located.place_of(self.root))

    def copy(self, source: str, target: str) -> None:
        with self.stores[target].reading() as there, self.stores[source].reading() as reading:
            lines = list(reading.lines(there.seq))
        self.stores[target].receive(lines, epoch=reading.epoch)

    def leave(self, source: str, target: str, move: int) -> None:
        """Do the one write that counts, and be killed."""
        self.copy(source, target)
        with self.stores[source].alone(limit=1) as alone:
            alone.forward(located.encode(self.location(target, move)))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / ".milestones")


def seqs(store: Store) -> list[int]:
    with store.reading() as reading:
        return [recorded.seq for recorded in reading.events()]


def test_a_clone_without_a_note_uses_its_files(world: World):
    assert write(world.store, plain.created("a1", 1)) == [1]
    assert world.opened == ["file"]
    assert seqs(world.stores["file"]) == [1]


def test_an_open_store_goes_on_where_it_moved(world: World):
    write(world.store, plain.created("a1", 1))
    world.leave("file", "sqlite", 1)

    assert seqs(world.store) == [1]
    assert write(world.store, plain.created("a2", 2)) == [2]
    assert seqs(world.stores["sqlite"]) == [1, 2]
    assert seqs(world.stores["file"]) == [1]


def test_a_move_between_finding_the_store_and_holding_it_is_followed(world: World):
    write(world.store, plain.created("a1", 1))
    files = world.stores["file"]

    class Late:
        """Hands out the files, but by the time somebody holds them the store has moved."""

        def transaction(self, stamp: Stamp, *, timeout: float) -> AbstractContextManager[Txn]:
            world.stores["file"] = files
            world.leave("file", "sqlite", 1)
            return files.transaction(stamp, timeout=timeout)

    world.stores["file"] = cast(Store, Late())

    assert write(world.follower(), plain.created("a2", 2)) == [2]
    assert seqs(world.stores["sqlite"]) == [1, 2]


def test_an_address_without_a_note_is_followed_and_noted_by_the_next_writer(world: World):
    write(world.store, plain.created("a1", 1))
    world.leave("file", "sqlite", 1)
    world.leave("sqlite", "postgres", 2)
    assert located.read(world.root).backend == "sqlite"

    assert seqs(world.store) == [1]
    assert located.read(world.root).backend == "sqlite"  # reading records nothing
    assert write(world.store, plain.created("a2", 2)) == [2]

    assert located.read(world.root) == world.location("postgres", 2)
    assert seqs(world.stores["postgres"]) == [1, 2]


def test_the_way_back_to_files_without_a_note_is_followed(world: World):
    write(world.store, plain.created("a1", 1))
    world.leave("file", "sqlite", 1)
    write(world.store, plain.created("a2", 2))
    world.leave("sqlite", "file", 2)

    assert write(world.store, plain.created("a3", 3)) == [3]
    assert seqs(world.stores["file"]) == [1, 2, 3]
    assert located.read(world.root).backend == "file"


def test_an_old_address_in_a_store_that_is_in_use_again_is_void(world: World):
    write(world.store, plain.created("a1", 1))
    world.leave("file", "sqlite", 1)
    world.leave("sqlite", "postgres", 2)
    located.write(world.root, world.location("postgres", 2))
    world.leave("postgres", "sqlite", 3)

    assert seqs(world.store) == [1]
    assert write(world.store, plain.created("a2", 2)) == [2]

    with world.stores["sqlite"].reading() as reading:
        assert reading.moved_to is None
        assert reading.seq == 2


def test_a_store_that_moved_into_the_files_of_another_clone_is_refused(world: World):
    located.write(world.root, Location("postgres", None, 5, located.place_of(world.root)))
    with world.stores["postgres"].alone(limit=1) as alone:
        alone.forward(located.encode(Location("sqlite", None, 2, "ben:/srv/plan")))

    with pytest.raises(errors.Refused) as told, world.store.transaction(stamp()):
        pass

    assert told.value.code == "store_moved"
    assert "ben:/srv/plan" in told.value.why


def test_what_a_body_raises_reaches_its_caller_and_nothing_is_stored(world: World):
    with pytest.raises(errors.Refused), world.store.transaction(stamp()) as txn:
        txn.append([plain.created("a1", 1)])
        raise errors.Refused("No.")

    assert seqs(world.store) == []
