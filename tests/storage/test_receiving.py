"""A file store takes in what another store recorded; files that lie there already are not lost."""

import os
from pathlib import Path

from milestone.domain.document import Event
from milestone.storage.base import Store
from milestone.storage.file import FileStore
from milestone.storage.snapshots import Snapshots, Stored
from milestone.testing import plain
from milestone.testing.transactions import a_model, load, stamp, write

COUNT = 30


def lines_of(store: Store, after: int = 0) -> tuple[list[bytes], str]:
    with store.reading() as reading:
        return list(reading.lines(after)), reading.epoch


def a_source() -> Store:
    source = a_model()
    write(source, *(plain.created(f"{n:032x}", n, status="planned") for n in range(1, COUNT + 1)))
    return source


def adopted(store: FileStore) -> list[Event]:
    with store.transaction(stamp()) as txn:
        return [recorded.event for recorded in txn.adopted]


def test_every_record_gets_its_file(store: FileStore, root: Path):
    lines, epoch = lines_of(a_source())

    store.receive(lines, epoch=epoch)

    names = sorted(path.name for path in (root / "active").iterdir())
    assert names == [f"milestone-{n:03d}.yaml" for n in range(1, COUNT + 1)]
    assert adopted(store) == []
    assert not list((root / "local" / "drafts").iterdir())


def test_files_that_say_the_same_are_taken_as_they_are(store: FileStore, root: Path, tmp_path: Path):
    lines, epoch = lines_of(a_source())
    store.receive(lines, epoch=epoch)
    other = tmp_path / "other"
    (other / "active").mkdir(parents=True)
    for path in (root / "active").iterdir():
        (other / "active" / path.name).write_bytes(path.read_bytes())
    inodes = {path.name: path.stat().st_ino for path in (other / "active").iterdir()}

    clone = FileStore(other, evolve=store.evolve, summarise=store.summarise)
    clone.receive(lines, epoch=epoch)

    assert {path.name: path.stat().st_ino for path in (other / "active").iterdir()} == inodes
    assert adopted(clone) == []


def test_an_edited_file_is_joined_by_the_next_transaction(store: FileStore, root: Path):
    source = a_source()
    lines, epoch = lines_of(source)
    store.receive(lines, epoch=epoch)
    first = root / "active" / "milestone-001.yaml"
    first.write_text(first.read_text().replace("Ship it", "Ship it soon"))
    uid = f"{1:032x}"
    write(source, plain.edited(uid, priority="high"))

    store.receive(lines_of(source, after=COUNT)[0], epoch=epoch)

    assert "Ship it soon" in first.read_text()
    assert [event.data["set"] for event in adopted(store)] == [{"title": "Ship it soon"}]
    document = load(store, uid)
    assert document is not None
    assert (document.body["title"], document.body["priority"]) == ("Ship it soon", "high")
    assert "priority: high" in first.read_text()


def test_what_a_killed_receiver_left_is_finished(store: FileStore, root: Path):
    source = a_source()
    lines, epoch = lines_of(source)
    store.receive(lines, epoch=epoch)
    (root / "local" / "summary").unlink()
    for n in range(1, 11):
        (root / "active" / f"milestone-{n:03d}.yaml").unlink()
        (root / "local" / "documents" / "milestone" / f"{n:032x}.json").unlink()
    write(source, plain.edited(f"{1:032x}", title="Later"))

    store.receive(lines_of(source, after=COUNT)[0], epoch=epoch)

    assert len(list((root / "active").iterdir())) == COUNT
    assert "Later" in (root / "active" / "milestone-001.yaml").read_text()
    assert adopted(store) == []
    assert store.verify()["ok"]


def test_an_older_edit_of_a_record_that_did_not_change_is_joined_too(store: FileStore, root: Path):
    source = a_source()
    lines, epoch = lines_of(source)
    store.receive(lines, epoch=epoch)
    first = root / "active" / "milestone-001.yaml"
    write(source, plain.edited(f"{2:032x}", title="Another"))
    first.write_text(first.read_text().replace("Ship it", "Ship it soon"))
    os.utime(first, (1, 1))

    store.receive(lines_of(source, after=COUNT)[0], epoch=epoch)

    assert [event.data["set"] for event in adopted(store)] == [{"title": "Ship it soon"}]


def test_what_was_written_beside_a_database_is_no_edit(store: FileStore, root: Path):
    source = a_source()
    lines, epoch = lines_of(source)
    store.receive(lines, epoch=epoch)
    uid, path = f"{1:032x}", root / "active" / "milestone-001.yaml"
    write(source, plain.edited(uid, title="Beside a database"))
    known = load(source, uid)
    assert known is not None
    text = path.read_text().replace("Ship it", "Beside a database")
    path.write_text(text)
    shelf = Snapshots(str(root / "local" / "copy"), str(root / "local" / "drafts"))
    shelf.write(Stored(document=known, path="active/milestone-001.yaml", base=text, base_revision=2))
    write(source, plain.edited(uid, title="Later still"))

    store.receive(lines_of(source, after=COUNT)[0], epoch=epoch)

    assert "Later still" in path.read_text()
    assert adopted(store) == []


def test_an_edit_of_what_was_written_beside_a_database_is_joined(store: FileStore, root: Path):
    source = a_source()
    lines, epoch = lines_of(source)
    store.receive(lines, epoch=epoch)
    uid, path = f"{1:032x}", root / "active" / "milestone-001.yaml"
    write(source, plain.edited(uid, title="Beside a database"))
    known = load(source, uid)
    assert known is not None
    text = path.read_text().replace("Ship it", "Beside a database")
    shelf = Snapshots(str(root / "local" / "copy"), str(root / "local" / "drafts"))
    shelf.write(Stored(document=known, path="active/milestone-001.yaml", base=text, base_revision=2))
    path.write_text(text.replace("status: planned", "status: planned\npriority: high"))
    write(source, plain.edited(uid, title="Later still"))

    store.receive(lines_of(source, after=COUNT)[0], epoch=epoch)

    assert [event.data["set"] for event in adopted(store)] == [{"priority": "high"}]
    document = load(store, uid)
    assert document is not None
    assert document.body["title"] == "Later still"
    assert "conflicts" not in document.body


def test_what_was_written_beside_a_database_is_no_edit_in_many_slices(store: FileStore, root: Path):
    source = a_source()
    lines, epoch = lines_of(source)
    store.receive(lines, epoch=epoch)
    uid, path = f"{1:032x}", root / "active" / "milestone-001.yaml"
    for number in range(4):
        write(source, plain.edited(uid, title=f"Title {number}"))
    known = load(source, uid)
    assert known is not None
    text = path.read_text().replace("Ship it", "Title 3")
    path.write_text(text)
    shelf = Snapshots(str(root / "local" / "copy"), str(root / "local" / "drafts"))
    shelf.write(Stored(document=known, path="active/milestone-001.yaml", base=text, base_revision=5))

    for line in lines_of(source, after=COUNT)[0]:
        store.receive([line], epoch=epoch)

    assert path.read_text() == text
    assert adopted(store) == []
