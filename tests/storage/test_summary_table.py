"""The columns of a summary answer as plain entries do, whatever came, changed and was read again."""

import random
import zlib
from pathlib import Path

import pytest

from milestone.storage import summary_file
from milestone.storage.index_file import Index, check_of
from milestone.storage.index_table import IndexTable
from milestone.storage.summary_entry import Entries, Entry, quote
from milestone.storage.summary_file import Summary
from milestone.storage.summary_table import Table
from milestone.storage.summary_writing import sealed, whole

WORDS = ("release", "Größe", "zwei wörter", "%")


def an_entry(uid: int, name: str, *, kind: str = "milestone", row: str = '{"a":1}', flags: str = "") -> Entry:
    path = f"active/{name}.yaml" if uid % 5 else ""
    signature = "~1,2,3,4" if uid % 3 == 0 else f"1,2,3,{uid}"
    fields = [kind, f"u{uid}", "1", flags, quote(name), quote(path), signature, "d" * 8, "c"]
    return Entry.of(fields, row, "[]" if row else "")


def some(seed: int, count: int) -> list[Entry]:
    """Return entries, several of one record, of some kinds, live and gone, with ids of all sorts."""
    chance = random.Random(seed)
    found = []
    for _ in range(count):
        number = chance.randrange(60)
        name = chance.choice([f"milestone-{chance.randrange(1, 200):03d}", *WORDS])
        kind = chance.choice(["milestone", "milestone", "session"])
        found.append(an_entry(number, name, kind=kind, row=chance.choice(["", '{"a":1}', '{"b":[]}']), flags="l"))
    return found


def put(table: Table | Entries, entries: list[Entry]) -> None:
    for entry in entries:
        table[entry.key] = entry


def read_again(table: Table) -> Table:
    text, rows = table.text()
    return Table.of(text, memoryview(rows))


@pytest.mark.parametrize("seed", range(20))
def test_a_table_answers_as_the_entries_it_was_given(seed: int):
    plain, table = Entries(), Table()
    for number, part in enumerate((some(seed, 40), some(seed + 100, 30), some(seed + 200, 90))):
        put(plain, part)
        put(table, part)
        for young in plain.young()[:3]:
            plain.settle(young.key)
            table.settle(young.key)
        if number == 1:
            table = read_again(table)

        assert {entry.key: entry.line() for entry in table.values()} == {k: e.line() for k, e in plain.items()}
        for kind in ("milestone", "session"):
            ids = [table.id_of(place) for place in table.live(kind)]
            assert ids == [entry.id for entry in plain.live(kind)]
            assert [table.is_linked(place) for place in table.live(kind)] == [True] * len(ids)
        assert table.signatures().keys() == plain.signatures().keys() == table.owners().keys()
        assert sorted(entry.key for entry in table.young()) == sorted(entry.key for entry in plain.young())
        assert sorted(table.without_file()) == sorted(plain.without_file())


def test_an_index_is_read_in_the_order_of_ids_whatever_order_it_was_written_in(tmp_path: Path):
    given = [an_entry(n, f"milestone-{number:03d}") for n, number in enumerate((7, 1000, 2, 30), 1)]
    index = Index(str(tmp_path / "index.db"))
    rows = [
        (n, f"{entry.head}\t{check_of(entry.row, entry.tasks)}", '{"id":1}', 0) for n, entry in enumerate(given, 1)
    ]

    table = IndexTable.read(index.fetch, rows)
    put(table, [an_entry(3, "milestone-031"), an_entry(9, "milestone-008")])

    ids = [table.id_of(place) for place in table.live()]
    assert ids == [f"milestone-{number:03d}" for number in (7, 8, 30, 31, 1000)]
    assert [table.asked_of(place) for place in table.live()] == ['{"id":1}', None, '{"id":1}', None, '{"id":1}']
    assert table["milestone", "u4"].path == "active/milestone-030.yaml"


@pytest.mark.parametrize("harm", ["gap", "short", "twice"])
def test_an_index_that_lacks_something_is_none(harm: str, tmp_path: Path):
    heads = [f"{an_entry(n, f'milestone-{n:03d}').head}\t7" for n in (1, 2)]
    rows = {
        "gap": [(1, heads[0], "", 0), (3, heads[1], "", 0)],
        "short": [(1, heads[0], "", 0), (2, heads[1][:-2], "", 0)],
        "twice": [(1, heads[0], "", 0), (2, heads[0], "", 0)],
    }[harm]

    with pytest.raises(ValueError, match="entr"):
        IndexTable.read(Index(str(tmp_path / "index.db")).fetch, rows)


def test_an_entry_that_was_handed_out_stays_as_it_was():
    table = Table()
    put(table, [an_entry(1, "milestone-001")])
    before = table["milestone", "u1"]

    put(table, [an_entry(1, "milestone-009")])

    assert (before.id, table["milestone", "u1"].id) == ("milestone-001", "milestone-009")
    assert table.get(("milestone", "u2")) is None


def test_a_summary_is_read_as_it_was_written_with_what_was_added_behind_it():
    summary = Summary()
    put(summary.entries, some(1, 50))
    summary.seal = {"seq": 1}
    data = sealed(summary_file.HEADER + whole(summary), summary)
    summary.seal = {"seq": 2}
    later = an_entry(61, "milestone-500")
    put(summary.entries, [later])

    found = summary_file.parse(data + sealed(later.line(), summary))

    assert found is not None
    assert (found.seq, found.lines) == (2, len(summary.entries))
    assert [entry.line() for entry in found.live()] == [entry.line() for entry in summary.live()]


@pytest.mark.parametrize("end", [b"E\t", b"\nE\t", b"C\t9\t9\n"])
def test_what_looks_like_a_seal_inside_a_row_ends_nothing(end: bytes):
    summary = Summary()
    put(summary.entries, [an_entry(1, "milestone-001", row='{"a":"E\\tE\\t"}')])
    summary.seal = {"seq": 1}
    data = sealed(summary_file.HEADER + whole(summary), summary)

    found = summary_file.parse(data + end)

    assert found is not None
    assert [entry.row for entry in found.live()] == ['{"a":"E\\tE\\t"}']


def test_a_summary_that_was_cut_or_flipped_anywhere_is_none():
    summary = Summary()
    put(summary.entries, some(2, 12))
    summary.seal = {"seq": 1, "size": zlib.crc32(b"x")}
    data = sealed(summary_file.HEADER + whole(summary), summary)

    for at in range(len(data)):
        assert summary_file.parse(data[:at]) is None
        assert summary_file.parse(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]) is None
