"""Care for a database makes it small and sound, beside those who use it, and changes nothing it says."""

import sqlite3
from pathlib import Path

import pytest

from milestone import errors
from milestone.domain import summary
from milestone.domain.evolve import evolve
from milestone.storage import index_file, sqlite_care
from milestone.storage.care import Care
from milestone.storage.hybrid import HybridStore
from milestone.storage.sqlite import DATABASE, SqliteStore
from milestone.testing import plain
from milestone.testing.store_contract import load, stamp, write


def opened(root: Path) -> SqliteStore:
    return SqliteStore(root, evolve=evolve, summarise=summary.row)


def care(root: Path, timeout: float = 10.0) -> Care:
    return sqlite_care.of_store(str(root), evolve=evolve, summarise=summary.row, timeout=timeout)


def done(found: Care) -> list[str]:
    return [step.name for step in found.steps if step.done]


def test_a_database_with_gaps_becomes_small(root: Path):
    store = opened(root)
    for number in range(1, 4):
        write(store, plain.created(f"a{number}", number, title="x" * 200_000))
    for number in range(1, 4):
        write(store, plain.edited(f"a{number}", title="short"))
    with store.reading() as reading:
        before = [dict(row) for row in reading.rows()]
    store.close()
    with sqlite3.connect(root / DATABASE) as raw:
        raw.execute("CREATE TABLE ballast AS SELECT zeroblob(1000000) AS x")
        raw.execute("DROP TABLE ballast")
    raw.close()

    found = care(root)

    assert found.before is not None and found.after is not None
    assert found.after.bytes < found.before.bytes
    assert (found.after.free, found.after.pending) == (0, 0)
    assert done(found) == ["integrity", "analyze", "reindex", "vacuum", "checkpoint"]
    with opened(root).reading() as reading:
        assert [dict(row) for row in reading.rows()] == before
    assert opened(root).verify()["ok"]


def test_who_reads_meanwhile_keeps_its_moment(root: Path):
    store = opened(root)
    write(store, plain.created("a1", 1))

    with store.reading() as reading:
        assert len(reading.rows()) == 1
        found = care(root)
        write(store, plain.edited("a1", title="Other"))
        assert [row["title"] for row in reading.rows()] == ["Ship it"]

    assert "checkpoint" in [step.name for step in found.steps]
    assert load(store, "a1") is not None
    store.close()


def test_a_writer_is_waited_for_no_longer_than_said(root: Path):
    store = opened(root)
    write(store, plain.created("a1", 1))

    with store.transaction(stamp()) as txn:
        txn.append([plain.edited("a1", title="Other")])
        with pytest.raises(errors.Busy):
            care(root, timeout=0.05)
    store.close()


def test_answers_that_differ_from_the_records_are_made_anew(root: Path):
    store = opened(root)
    write(store, plain.created("a1", 1), plain.created("a2", 2))
    store.close()
    with sqlite3.connect(root / DATABASE) as raw:
        raw.execute("DELETE FROM milestone WHERE id = 'milestone-002'")
    raw.close()
    assert not opened(root).verify()["ok"]

    assert "index of questions" in done(care(root))

    assert opened(root).verify()["ok"]
    with opened(root).reading() as reading:
        assert len(list(reading.rows())) == 2


def test_a_damaged_database_is_left_as_it_is(root: Path):
    store = opened(root)
    for number in range(1, 30):
        write(store, plain.created(f"a{number}", number, title="x" * 3000))
    store.close()
    path = root / DATABASE
    data = bytearray(path.read_bytes())
    data[4096 * 5 : 4096 * 6] = b"\xff" * 4096
    path.write_bytes(data)

    with pytest.raises(errors.Damaged):
        care(root)

    assert path.read_bytes() == bytes(data)


def test_left_over_drafts_go(root: Path):
    write(opened(root), plain.created("a1", 1))
    (root / "local" / "drafts").mkdir(exist_ok=True)
    (root / "local" / "drafts" / "half").write_text("x")

    assert "left-overs" in done(care(root))
    assert not (root / "local" / "drafts" / "half").exists()


@pytest.mark.parametrize("spoilt", [False, True])
def test_the_index_of_a_hybrid_store_is_cared_for(root: Path, spoilt: bool):
    store = HybridStore(root, evolve=evolve, summarise=summary.row)
    write(store, plain.created("a1", 1))
    path = Path(index_file.path_in(str(root)))
    if spoilt:
        path.write_bytes(b"\0" * 5000)

    found = sqlite_care.of_index(str(root), timeout=10)

    assert found.backend == "hybrid"
    assert path.exists() is not spoilt
    with store.reading() as reading:
        assert [row["id"] for row in reading.rows()] == ["milestone-001"]


def test_where_nothing_was_written_there_is_nothing_to_do(root: Path):
    assert care(root) == Care(backend="sqlite")
    assert sqlite_care.of_index(str(root), timeout=1) == Care(backend="hybrid")
