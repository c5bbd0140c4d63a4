"""Full segments become gzip: read the same, packed only when proven, killed or refused at any step."""

import errno
import gzip
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from milestone import errors
from milestone.storage import disk, log_packing
from milestone.storage.event_log import START, EventLog, Head
from milestone.storage.log_line import encode, make
from milestone.testing import faults, plain
from milestone.testing.store_contract import stamp

LINES = 40
SMALL = 4_000  # bytes of a segment here


def a_line(head: Head, number: int) -> tuple[bytes, str, int]:
    recorded = stamp().on(plain.created(f"{number:032x}", number, status="planned"), head.seq + 1)
    line = make(stamp(), head.hash, [recorded], [])
    return (*encode(line), line.last_seq)


def grown(folder: Path, lines: int = LINES, head: Head = START) -> tuple[EventLog, Head]:
    """Return a log of small segments, and where it ends."""
    log = EventLog(str(folder), segment_bytes=SMALL)
    for number in range(head.seq + 1, head.seq + lines + 1):
        head = log.append(head, *a_line(head, number))
    return log, head


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "events"
    folder.mkdir()
    return folder


def test_every_segment_but_the_last_is_packed_and_reads_as_before(folder: Path):
    log, head = grown(folder)

    names = sorted(os.listdir(folder))
    plain_ones = [name for name in names if name.endswith(".jsonl")]
    assert len(names) > 2 and plain_ones == [f"{head.segment}.jsonl"]
    assert log.since(START)[1] == head
    assert [line.seq for line in log.lines(0, head)] == list(range(1, LINES + 1))
    assert [line.seq for line in log.newest(head)] == list(range(LINES, 0, -1))
    assert [line.seq for line in log.lines(LINES - 15, head)] == list(range(LINES - 14, LINES + 1))


def test_a_reader_that_listed_a_segment_before_it_was_packed_reads_on(folder: Path):
    log, head = grown(folder, 10)
    walk = log.walk(START)
    first = next(walk)[0].seq
    grown(folder, 30, head)

    assert [first, *(line.seq for line, _ in walk)][:10] == list(range(1, 11))


def test_a_packed_segment_is_gzip_that_others_read(folder: Path):
    grown(folder)

    packed = folder / "1.jsonl.gz"
    assert packed.read_bytes()[:2] == b"\x1f\x8b"
    assert packed.read_bytes()[4:8] == b"\0\0\0\0"  # no time stamp: the same bytes, the same file
    assert packed.stat().st_size < SMALL / 2


@pytest.mark.parametrize("effect", [faults.killed, faults.torn], ids=["killed", "torn"])
def test_killed_at_every_step_of_packing_nothing_is_lost_or_doubled(folder: Path, effect: faults.Effect):
    assert killed_at_every_step(folder, log_packing.pack, effect) > 5


def test_the_rig_finds_a_packing_that_removes_before_it_is_proven(folder: Path):
    def hasty(path: str) -> None:
        data = disk.read(path) or b""
        disk.remove(path)
        disk.write_new(path + ".gz", gzip.compress(data))

    with pytest.raises((AssertionError, errors.Damaged)):
        killed_at_every_step(folder, hasty, faults.killed)


def killed_at_every_step(folder: Path, pack: Callable[[str], None], effect: faults.Effect) -> int:
    """Pack a full segment, killed at each call; return how many calls there are."""
    log, head = grown(folder, 10)
    full = log.segments()[-2]
    data = log.read(full)
    shutil.copytree(folder, folder.with_name("kept"))
    at, ended = 0, faults.KILLED
    while ended == faults.KILLED:
        at += 1
        _as_kept(folder, full, data)
        ended = faults.in_child(lambda: pack(log.path(full)), at, effect)
        assert [line.seq for line in log.lines(0, head)] == list(range(1, 11)), at
        assert log.since(START)[1] == head
        assert grown(folder, 5, head)[0].since(START)[1].seq == 15  # and the next writer goes on
    return at


def _as_kept(folder: Path, full: int, data: bytes) -> None:
    """Put the log as it was before one full segment was packed."""
    shutil.rmtree(folder)
    shutil.copytree(folder.with_name("kept"), folder)
    (folder / f"{full}.jsonl").write_bytes(data)
    (folder / f"{full}.jsonl.gz").unlink()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_a_disk_that_refuses_to_pack_leaves_the_plain_segment_and_the_change_stands(folder: Path, number: int):
    log, head = grown(folder, 6)
    text, name, seq = a_line(head, 7)
    full = head.segment
    last = 4  # open, write, fsync of the line, fsync of the folder: behind them only packing can be refused
    for at in range(last + 1, 12):
        shutil.rmtree(folder.with_name("trial"), ignore_errors=True)
        shutil.copytree(folder, folder.with_name("trial"))
        small = EventLog(str(folder.with_name("trial")), segment_bytes=1)
        with faults.Faults(at, faults.refused(number)).installed():
            after = small.append(head, text, name, seq)
        assert small.since(START)[1] == after
        assert small.read(full) == log.read(full)


def test_a_packed_segment_that_was_changed_or_cut_is_named(folder: Path):
    log, _ = grown(folder)
    packed = folder / "1.jsonl.gz"
    whole = packed.read_bytes()

    for wrong in (whole[:-1], whole[:40], b"", whole + b"x", whole[:60] + bytes([whole[60] ^ 1]) + whole[61:]):
        packed.write_bytes(wrong)
        with pytest.raises(errors.Damaged, match="log"):
            log.since(START)
    packed.unlink()
    with pytest.raises(errors.Damaged):
        log.since(START)


def test_a_log_whose_last_segment_is_packed_goes_on_in_a_new_one(folder: Path):
    log, head = grown(folder)
    log_packing.pack(log.path(head.segment))

    _, after = grown(folder, 1, head)
    assert after.segment == head.seq + 1
    assert log.since(START)[1] == after


def test_a_log_cut_back_into_a_packed_segment_is_plain_there_again(folder: Path):
    log, _ = grown(folder)
    _, head = next(log.walk(START))

    assert log.cut(head)
    assert sorted(os.listdir(folder)) == ["1.jsonl"]
    assert log.since(START)[1] == head
