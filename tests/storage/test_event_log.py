"""The log: cut anywhere, changed anywhere, in segments, from a newer program."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milestone import errors
from milestone.storage import log_line
from milestone.storage.event_log import START, EventLog
from milestone.storage.file import FileStore
from milestone.testing import plain
from milestone.testing.store_contract import stamp, write

A, B = "0" * 31 + "a", "0" * 31 + "b"


def a_log(root: Path) -> Path:
    return root / "logs" / "events" / "1.jsonl"


def test_a_log_cut_at_any_byte_of_its_last_line_loses_that_line_only(store: FileStore, root: Path):
    write(store, plain.created(A, 1, status="planned"))
    first = a_log(root).read_bytes()
    write(store, plain.created(B, 2, status="planned"))
    whole = a_log(root).read_bytes()
    log = EventLog(str(root / "logs" / "events"))

    for size in range(len(first), len(whole)):
        a_log(root).write_bytes(whole[:size])
        lines, head = log.since(START)
        assert ([line.seq for line in lines], head.size) == ([1], len(first))


def test_a_torn_line_is_cut_off_and_its_number_given_again(store: FileStore, root: Path):
    write(store, plain.created(A, 1, status="planned"))
    with open(a_log(root), "ab") as log:
        log.write(b'{"v":1,"seq":2,"prev":"torn' + b"x" * 5000)

    assert write(store, plain.edited(A, title="Sign in")) == [2]
    assert store.verify()["ok"]


def test_a_hole_left_by_a_power_cut_is_a_torn_line(store: FileStore, root: Path):
    write(store, plain.created(A, 1, status="planned"))
    with open(a_log(root), "ab") as log:
        log.write(b'{"v":1' + b"\0" * 500 + b'"}\n')

    assert write(store, plain.edited(A, title="Sign in")) == [2]


def test_a_byte_changed_anywhere_is_found(store: FileStore, root: Path):
    write(store, plain.created(A, 1, status="planned"))
    write(store, plain.edited(A, title="Sign in"))
    whole = a_log(root).read_bytes()

    for place in range(0, len(whole) - 1, 7):
        changed = bytearray(whole)
        changed[place] ^= 1
        a_log(root).write_bytes(bytes(changed))
        assert not store.verify()["ok"], place
    a_log(root).write_bytes(whole)
    assert store.verify()["ok"]


def test_a_line_taken_out_or_moved_is_found(store: FileStore, root: Path):
    for number in range(1, 5):
        write(store, plain.created(f"{number:032x}", number, status="planned"))
    lines = a_log(root).read_bytes().splitlines(keepends=True)

    for wrong in (lines[1:], lines[:1] + lines[2:], [lines[1], lines[0], *lines[2:]], [*lines, lines[-1]]):
        a_log(root).write_bytes(b"".join(wrong))
        assert not store.verify()["ok"]


def test_a_store_of_a_newer_program_is_refused_and_not_touched(store: FileStore, root: Path):
    write(store, plain.created(A, 1, status="planned"))
    [(line, head)] = list(EventLog(str(root / "logs" / "events")).walk(START))
    newer = log_line.make(stamp(), head.hash, line.recorded(), [])
    text, _ = log_line.encode(
        log_line.Line(**{**{f: getattr(newer, f) for f in newer.__struct_fields__}, "v": 2, "seq": 2})
    )
    with open(a_log(root), "ab") as log:
        log.write(text)
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}

    with pytest.raises(errors.StoreTooNew), store.transaction(stamp()):
        pass
    with pytest.raises(errors.StoreTooNew), store.reading():
        pass

    changed = {path for path, data in before.items() if path.read_bytes() != data}
    assert changed <= {root / "local" / "commit.lock"}


def test_a_full_segment_is_followed_by_another(root: Path, store: FileStore):
    store.place.log._segment_bytes = 2000
    for number in range(1, 13):
        write(store, plain.created(f"{number:032x}", number, status="planned"), operation=f"op-{number}")

    assert len(store.place.log.segments()) > 2
    again = FileStore(root, evolve=store.evolve, summarise=store.summarise)
    with again.reading() as reading:
        assert [r.seq for r in reading.events()] == list(range(1, 13))
        assert [r.seq for r in reading.events(after=7, limit=2)] == [8, 9]
        assert [r.seq for r in reading.events(limit=5, newest=True)] == [8, 9, 10, 11, 12]
        assert [r.seq for r in reading.operation("op-3")] == [3]
    assert again.verify()["ok"]
    (root / "local" / "summary").unlink()
    with again.reading() as reading:
        assert len(reading.rows()) == 12


@given(st.binary(max_size=300))
def test_no_bytes_are_more_than_a_broken_line(data: bytes):
    with pytest.raises(log_line.BrokenLine):
        log_line.decode(data)
