"""A file that says no uid belongs to the record whose place it has, or to the one that is gone."""

from pathlib import Path

import pytest

from milestone.domain.document import Actor
from milestone.domain.evolve import evolve
from milestone.domain.summary import row
from milestone.storage.base import Stamp
from milestone.storage.file import FileStore

STAMP = Stamp(actor=Actor(name="ana"), at="2026-11-20T12:00:00.000Z")
TEXT = "uid: 0123456789abcdef0123456789abcdef\nid: milestone-001\ntitle: A\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "active").mkdir()
    return tmp_path


def written(root: Path) -> dict[str, tuple[str, str]]:
    """Take in what changed; return uid and title by id."""
    store = FileStore(root, evolve=evolve, summarise=row)
    with store.transaction(STAMP):
        pass
    with store.reading() as reading:
        return {str(found["id"]): (str(found["uid"]), str(found["title"])) for found in reading.rows()}


def test_a_uid_that_was_deleted_makes_no_second_record(root):
    (root / "active/milestone-001.yaml").write_text(TEXT)
    before = written(root)
    (root / "active/milestone-001.yaml").write_text("id: milestone-001\ntitle: B\n")

    assert written(root) == {"milestone-001": (before["milestone-001"][0], "B")}


def test_a_file_without_uid_may_be_renamed(root):
    (root / "active/shop.yaml").write_text("id: shop\ntitle: A\n")
    uid = written(root)["shop"][0]
    (root / "active/shop.yaml").rename(root / "active/web-shop.yaml")

    assert written(root) == {"shop": (uid, "A")}


def test_one_without_uid_and_id_may_be_renamed_as_it_is(root):
    (root / "active/shop.yaml").write_text("title: A\n")
    uid = written(root)["shop"][0]
    (root / "active/shop.yaml").rename(root / "active/web-shop.yaml")

    assert written(root) == {"shop": (uid, "A")}  # people know it by that name


def test_a_copy_is_a_record_of_its_own(root):
    (root / "active/shop.yaml").write_text("id: shop\ntitle: A\n")
    uid = written(root)["shop"][0]
    (root / "active/shop-2.yaml").write_text("id: shop\ntitle: A\n")

    found = written(root)

    assert found["shop"] == (uid, "A")
    assert len(found) == 2
