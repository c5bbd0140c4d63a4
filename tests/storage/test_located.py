"""Where the store of a clone is: a note in `local/`, kept by the left store too."""

from pathlib import Path

import pytest

from milestone import errors
from milestone.storage import located
from milestone.storage.file import FileStore
from milestone.storage.located import Location
from milestone.testing import plain
from milestone.testing.transactions import stamp, write


def test_without_a_note_the_files_are_the_store(root: Path):
    assert located.read(root) == Location("file")


def test_a_note_is_read_again(root: Path):
    location = Location("postgres", "postgresql://ana@db/plan", 3, located.place_of(root))

    located.write(root, location)

    assert located.read(root) == location
    assert located.decode(located.encode(location)) == location


def test_what_names_no_store_is_no_address():
    for text in ("elsewhere", "[]", "{}", '{"backend": 1}'):
        with pytest.raises(ValueError):
            located.decode(text)


def test_a_left_file_store_takes_no_writes_and_is_read_on(store: FileStore, root: Path):
    write(store, plain.created("0" * 31 + "a", 1, status="planned"))
    with store.alone(limit=1) as alone:
        alone.forward(located.encode(Location("sqlite", move=1)))
    log = (root / "logs" / "events" / "1.jsonl").read_bytes()
    (root / "active" / "milestone-001.yaml").unlink()

    with pytest.raises(errors.StoreMoved), store.transaction(stamp()):
        pass

    assert (root / "logs" / "events" / "1.jsonl").read_bytes() == log
    with store.reading() as reading:
        assert reading.seq == 1


def test_the_left_store_says_where_it_went_when_the_note_is_lost(store: FileStore, root: Path):
    with store.alone(limit=1) as alone:
        alone.forward(located.encode(Location("sqlite", move=1)))

    (root / "local" / "backend.json").unlink()

    assert located.read(root).backend == "sqlite"


def test_a_store_in_use_again_takes_writes(store: FileStore, root: Path):
    for address in (located.encode(Location("sqlite", move=1)), None):
        with store.alone(limit=1) as alone:
            alone.forward(address)
    located.write(root, Location("file", move=2))

    assert write(store, plain.created("0" * 31 + "a", 1, status="planned")) == [1]
    assert not (root / "logs" / "moved.json").exists()


def test_who_fails_while_alone_leaves_the_store_where_it_was(store: FileStore, root: Path):
    with pytest.raises(RuntimeError), store.alone(limit=1) as alone:
        alone.forward(located.encode(Location("sqlite", move=1)))
        raise RuntimeError

    assert located.read(root) == Location("file")
