"""Power goes for a real file system: writers on an ext4 of their own that is shut down under them.

Needs root and loop devices; where they are not at hand `test_power_cuts.py` shows the same by enumeration.
"""

import contextlib
import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from milestone import errors
from milestone.testing import plain
from milestone.testing.store_contract import stamp
from storage.rigs import KINDS, A, Rig

SHUTDOWN = 0x8004587D  # FS_IOC_SHUTDOWN
NO_FLUSH = (2).to_bytes(4, "little")  # what the journal did not write yet is lost, as in a power cut
CUTS = int(os.environ.get("POWER_CUTS", "2"))  # 50 under `make faults`


def tool(*words: str | Path) -> bool:
    return subprocess.run([str(word) for word in words], capture_output=True, check=False).returncode == 0


class Disk:
    """A small ext4 in a file, mounted."""

    def __init__(self, folder: Path) -> None:
        self.image, self.at = folder / "disk", folder / "mounted"
        self.at.mkdir()
        self.image.write_bytes(b"")
        os.truncate(self.image, 32_000_000)

    def make(self) -> bool:
        return bool(shutil.which("mkfs.ext4")) and tool("mkfs.ext4", "-q", self.image) and self.mount()

    def mount(self) -> bool:
        return tool("mount", "-o", "loop", self.image, self.at)

    def unmount(self) -> bool:
        return tool("umount", self.at)

    def cut_power(self) -> None:
        descriptor = os.open(self.at, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, SHUTDOWN, NO_FLUSH)
        finally:
            os.close(descriptor)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    made = Disk(tmp_path)
    if os.geteuid() != 0 or not made.make():
        pytest.skip("needs root, loop devices and mkfs.ext4")
    yield made
    made.unmount()


def write_on(rig: Rig, acknowledged: int) -> None:
    """Count up and tell of each change that was acknowledged, until the disk is gone."""
    for count in range(1, 10_000):
        with closing(rig.store()) as store, store.transaction(stamp()) as txn:
            txn.append([plain.edited(A, count=count)])
        os.write(acknowledged, b"x")


def cut(disk: Disk, kind: str, number: int) -> int:
    """Let power go while somebody writes; return after how many changes it went."""
    rig = Rig(kind, disk.at / f"{kind}-{number}" / ".milestones")
    rig.prepare()
    told, teller = os.pipe()
    writer = os.fork()
    if writer == 0:
        try:
            write_on(rig, teller)
        finally:
            os._exit(0)
    os.close(teller)
    os.read(told, 1)
    time.sleep(0.05 + 0.02 * (number % 7))  # anywhere in a change
    os.set_blocking(told, False)
    acknowledged = 1 + len(_rest(told))
    disk.cut_power()
    os.waitpid(writer, 0)
    os.set_blocking(told, True)
    # The process lives on for a moment without power; what it is told then no machine would have heard.
    last = acknowledged + len(_rest(told)) + 1
    os.close(told)
    assert disk.unmount()
    assert disk.mount()
    look(rig, acknowledged, last)
    return acknowledged


def look(rig: Rig, acknowledged: int, last: int) -> None:
    with closing(rig.store()) as store:
        with store.reading() as reading:
            document = reading.load("milestone", A)
            assert document is not None, "the record is gone"
            assert acknowledged <= int(document.body.get("count") or 0) <= last
        with store.transaction(stamp()) as txn:
            assert txn.adopted == ()
        assert store.verify()["ok"]


pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_acknowledged_is_there_when_power_is_back(disk: Disk, kind: str):
    for number in range(CUTS):
        print(f"{kind}: power cut after {cut(disk, kind, number)} changes")


def test_the_rig_finds_a_log_that_is_not_synced(disk: Disk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)

    with pytest.raises((AssertionError, errors.Damaged)):
        cut(disk, "file", 0)


def _rest(told: int) -> bytes:
    """Return what is in a pipe: all until its end, or where it does not block what is there now."""
    found = b""
    with contextlib.suppress(BlockingIOError):
        while chunk := os.read(told, 65536):
            found += chunk
    return found
