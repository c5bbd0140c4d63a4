"""What the files of a left store say is kept as the base of the copy, without writing it again."""

from pathlib import Path

from milestone.domain import summary
from milestone.domain.evolve import evolve
from milestone.storage import copy_index
from milestone.storage.base import Mark
from milestone.storage.file import FileStore
from milestone.storage.moving import copied
from milestone.storage.snapshots import Snapshots
from milestone.testing import plain
from milestone.testing.transactions import write

UIDS = [f"{number:032x}" for number in (1, 2, 3)]


def left(root: Path) -> tuple[FileStore, Mark]:
    store = FileStore(root, evolve=evolve, summarise=summary.row)
    write(store, *(plain.created(uid, number, status="planned") for number, uid in enumerate(UIDS, 1)))
    with store.reading() as reading:
        return store, reading.mark


def shelf(root: Path) -> Snapshots:
    return Snapshots(str(root / "local" / "copy"), str(root / "local" / "moving"))


def test_each_file_is_known_and_one_that_was_edited_is_not(tmp_path: Path):
    store, mark = left(tmp_path)
    edited = tmp_path / "active" / "milestone-002.yaml"
    edited.write_text(edited.read_text().replace("Ship it", "Typed"))

    copied.keep(str(tmp_path), store, mark)

    assert set(copy_index.known(tmp_path)) == {"active/milestone-001.yaml", "active/milestone-003.yaml"}
    found = shelf(tmp_path).read("milestone", UIDS[0])
    assert found is not None
    assert found.base == (tmp_path / "active" / "milestone-001.yaml").read_text()


def test_the_base_stays_when_the_files_are_the_store_again(tmp_path: Path):
    store, mark = left(tmp_path)
    copied.keep(str(tmp_path), store, mark)
    before = shelf(tmp_path).read("milestone", UIDS[0])

    write(store, plain.edited(UIDS[0], title="Later"))

    assert shelf(tmp_path).read("milestone", UIDS[0]) == before


def test_a_base_that_the_left_store_lost_is_folded_anew(tmp_path: Path):
    store, mark = left(tmp_path)
    Path(store.place.snapshots.path("milestone", UIDS[0])).unlink()

    copied.keep(str(tmp_path), store, mark)

    found = shelf(tmp_path).read("milestone", UIDS[0])
    assert found is not None
    assert found.document.revision == 1
