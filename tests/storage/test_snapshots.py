"""Kept documents prove themselves, and spare a lost summary the work of making rows."""

from pathlib import Path
from typing import Any

import pytest

from milestone.domain import summary
from milestone.domain.evolve import evolve
from milestone.storage import snapshots
from milestone.storage.file import FileStore
from milestone.testing import plain
from milestone.testing.store_contract import load, stamp, write

UID = f"{1:032x}"


def kept(root: Path) -> Path:
    return root / "local" / "documents" / "milestone" / f"{UID}.json"


@pytest.mark.parametrize("place", [0, 12, 60, -30])
def test_a_kept_document_with_a_flipped_bit_is_folded_anew(store: FileStore, root: Path, place: int):
    write(store, plain.created(UID, 1, title="Log in"))
    expected = load(store, UID)
    data = bytearray(kept(root).read_bytes())
    data[place] ^= 1
    kept(root).write_bytes(data)

    assert load(store, UID) == expected


def test_a_lost_summary_is_made_without_making_rows(root: Path):
    made: list[str] = []

    def summarise(document: Any) -> dict[str, Any]:
        made.append(document.uid)
        return summary.row(document)

    store = FileStore(root, evolve=evolve, summarise=summarise)
    write(store, plain.created(UID, 1, title="Log in", status="planned"))
    rows = [dict(row) for row in opened_rows(store)]
    made.clear()
    (root / "local" / "summary").unlink()

    with store.transaction(stamp()):
        pass

    assert made == []
    assert [dict(row) for row in opened_rows(store)] == rows


def test_a_row_in_another_shape_is_made_anew(store: FileStore, root: Path, monkeypatch: pytest.MonkeyPatch):
    write(store, plain.created(UID, 1, title="Log in", status="planned"))
    monkeypatch.setattr(snapshots, "SHAPE", snapshots.SHAPE + 1)

    found = store.place.snapshots.read("milestone", UID)

    assert found is not None
    assert found.row is None
    assert found.document == load(store, UID)


def test_what_is_archived_is_kept_compressed_and_read_as_before(store: FileStore, root: Path):
    write(store, plain.created(UID, 1, title="Log in", status="planned", description="A long story. " * 200))
    warm = kept(root).stat().st_size
    write(store, plain.marked("milestone.archived", UID))

    assert kept(root).read_bytes().startswith(snapshots.COLD)
    assert kept(root).stat().st_size < warm / 5
    found = store.place.snapshots.read("milestone", UID)
    assert found is not None
    assert found.document == load(store, UID)
    assert found.document.body["description"].startswith("A long story.")

    data = bytearray(kept(root).read_bytes())
    data[-20] ^= 1
    kept(root).write_bytes(data)
    assert store.place.snapshots.read("milestone", UID) is None
    assert load(store, UID) == found.document


def opened_rows(store: FileStore) -> Any:
    with store.reading() as reading:
        return reading.rows()
