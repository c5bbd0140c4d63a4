"""Killed at every third call that changes the store, with `FAULTS=all` at every one, on every backend.

Whatever was acknowledged is there, what was not is there whole or not at all, and nobody is said to have edited
a file.
"""

import errno
import os
import shutil
from pathlib import Path

import pytest

from milestone import errors
from milestone.domain import summary
from milestone.domain.evolve import evolve
from milestone.storage import commit, disk, sqlite_connections, transaction
from milestone.storage.file import FileStore
from milestone.storage.moment import Moment
from milestone.storage.sqlite_connection import SqliteConnection
from milestone.testing import faults, plain
from milestone.testing.store_contract import load, stamp, write
from storage.rigs import CHANGES, KINDS, LONG, A, Rig

EVERY = 1 if LONG else 5
NAMES = list(CHANGES) if LONG else ["update", "create", "archive"]


@pytest.fixture
def rig(root: Path) -> Rig:
    return Rig("file", root)


@pytest.mark.parametrize("effect", [faults.killed, faults.torn], ids=["killed", "torn"])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", KINDS)
def test_killed_at_every_call(root: Path, kind: str, name: str, effect: faults.Effect):
    assert Rig(kind, root).run(name, effect, EVERY) > 10


@pytest.mark.parametrize("number", faults.REFUSALS if LONG else [errno.ENOSPC, errno.EIO, errno.EROFS])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_disk_that_refuses_a_call_leaves_old_or_new(root: Path, kind: str, name: str, number: int):
    assert Rig(kind, root).run(name, faults.refused(number), EVERY) > 10


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("kind", KINDS)
def test_recovery_killed_at_every_call_too(root: Path, kind: str, name: str):
    rig = Rig(kind, root)
    before, after, calls = rig.outcomes(name)
    for at in range(1, len(calls) + 1):
        rig.prepare()
        faults.in_child(lambda: rig.change(name), at, faults.torn)
        kept = root.with_name("kept")
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(root, kept, symlinks=True)
        for again in range(1, 60):
            outcome = faults.in_child(rig.open_and_close, again, faults.torn)
            assert rig.present() in (before, after), (at, calls[at - 1], again, rig.present())
            rig.look(faults.KILLED, before, after)
            shutil.rmtree(root)
            shutil.copytree(kept, root, symlinks=True)
            if outcome == faults.DONE:
                break


@pytest.mark.parametrize("kind", ["file", "hybrid"])
def test_a_line_in_the_log_counts_though_its_file_is_not_replaced(
    root: Path, kind: str, monkeypatch: pytest.MonkeyPatch
):
    """The disk is full from the moment on at which the log has the line."""
    rig = Rig(kind, root)
    rig.prepare()

    def full(*_args: object, **_more: object) -> bool:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(disk, "replace", full)
        with rig.store().transaction(stamp()) as txn:
            txn.append([plain.edited(A, title="Sign in")])
        assert [warning.code for warning in txn.warnings] == ["file_not_written"]

    after = rig.present()
    assert after[A] is not None
    assert after[A].body["title"] == "Sign in"
    rig.look(faults.DONE, after, after)


# The rig itself: each of these mistakes must be found.


def bites(rig: Rig, name: str = "update") -> bool:
    try:
        rig.run(name, faults.torn, every=1)
    except AssertionError:
        return True
    return False


def test_the_rig_finds_a_store_without_recovery(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Moment, "catch_up", lambda self: None)
    assert bites(rig)


def test_the_rig_finds_files_written_before_the_log(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    real = commit.commit

    def files_first(moment, stamp, summary, found):
        for stored in list(moment.changed.values()):
            commit.apply(moment, [commit.plan(moment, stored, set(found))])
        return real(moment, stamp, summary, found)

    monkeypatch.setattr(transaction, "commit", files_first)
    assert bites(rig)


def test_the_rig_finds_files_written_in_place(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    def in_place(path, data, drafts, *, sync=True, ready=None) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        disk.write_all(descriptor, data)
        os.close(descriptor)

    monkeypatch.setattr(disk, "replace", in_place)
    assert bites(rig)


def test_the_rig_finds_a_change_acknowledged_before_it_is_in_the_log(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    real = transaction.FileTxn.finish

    def lost(self):
        if len(self.staged) == 1 and self.staged[0].event.data.get("set", {}).get("priority"):
            return
        real(self)

    monkeypatch.setattr(transaction.FileTxn, "finish", lost)
    before, _, _ = rig.outcomes("task done")
    rig.prepare()
    outcome = faults.in_child(lambda: rig.change("update"), 0, faults.killed)
    with pytest.raises(AssertionError):
        rig.look(outcome, before, {**before, A: None})


def test_the_rig_finds_a_database_without_recovery(root: Path, monkeypatch: pytest.MonkeyPatch):
    """The seeded fault: whoever opens the database throws its write-ahead log away."""
    real = sqlite_connections.opened

    def forgetful(path: str) -> SqliteConnection:
        Path(f"{path}-wal").unlink(missing_ok=True)
        return real(path)

    monkeypatch.setattr(sqlite_connections, "opened", forgetful)
    with pytest.raises((AssertionError, errors.Damaged)):
        Rig("sqlite", root).run("update", faults.torn, every=1)


def test_the_rig_finds_a_change_acknowledged_before_its_commit(root: Path, monkeypatch: pytest.MonkeyPatch):
    real, parent = SqliteConnection.commit, os.getpid()
    monkeypatch.setattr(SqliteConnection, "commit", lambda self: real(self) if os.getpid() == parent else None)
    assert bites(Rig("sqlite", root))


def opened(root: Path) -> FileStore:
    return FileStore(root, evolve=evolve, summarise=summary.row)


def test_an_unreadable_snapshot_is_folded_anew(root: Path):
    Rig("file", root).prepare()
    for path in (root / "local" / "documents" / "milestone").iterdir():
        path.write_bytes(b"\0" * 100)

    document = load(opened(root), A)

    assert document is not None
    assert document.body["title"] == "Log in"


def test_a_store_whose_local_folder_is_gone_is_read_from_the_log(root: Path):
    Rig("file", root).prepare()
    shutil.rmtree(root / "local")

    with opened(root).reading() as reading:
        assert (reading.seq, reading.unrecorded, len(reading.rows())) == (1, 0, 1)
    rig = Rig("file", root)
    rig.look(faults.KILLED, rig.present(), rig.present())


def test_a_text_no_file_can_hold_is_refused_and_nothing_changed(root: Path):
    Rig("file", root).prepare()
    before = Rig("file", root).present()

    with pytest.raises(errors.InvalidRequest):
        write(opened(root), plain.edited(A, title="bad \udcff"))

    assert Rig("file", root).present() == before
