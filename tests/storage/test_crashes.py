"""Killed at every third call that changes the store, with `FAULTS=all` at every one.

Whatever was acknowledged is there, what was not is there whole or not at all, and nobody is said to have edited
a file.
"""

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from milestone import errors
from milestone.domain import summary
from milestone.domain.document import Document, Event
from milestone.domain.evolve import evolve
from milestone.storage import commit, disk, summary_file, transaction, yaml_reader
from milestone.storage.file import FileStore
from milestone.storage.moment import Moment
from milestone.testing import faults, plain
from milestone.testing.store_contract import load, stamp, write

A, B = "0" * 31 + "a", "0" * 31 + "b"
TASKS = [{"id": "task-001", "title": "Write it", "status": "in_progress"}]
DONE = Event(
    kind="task.completed", document="milestone", uid=A, milestone="milestone-001", task="task-001", data={}
)
CHANGES: dict[str, list[Event]] = {
    "create": [plain.created(B, 2, title="Pay", status="planned")],
    "update": [plain.edited(A, title="Sign in", priority="low")],
    "task done": [DONE],
    "archive": [plain.marked("milestone.archived", A)],
    "two at once": [plain.edited(A, title="Sign in"), plain.created(B, 2, title="Pay", status="planned")],
    "delete": [plain.marked("milestone.deleted", A)],
}
EVERY = 1 if os.environ.get("FAULTS") == "all" else 3

Check = Callable[[Path], None]


def opened(root: Path) -> FileStore:
    return FileStore(root, evolve=evolve, summarise=summary.row)


def prepared(root: Path) -> None:
    shutil.rmtree(root, ignore_errors=True)
    write(opened(root), plain.created(A, 1, title="Log in", status="planned", tasks=TASKS))


def present(root: Path) -> dict[str, Document | None]:
    with opened(root).reading() as reading:
        return {uid: reading.load("milestone", uid) for uid in (A, B)}


def look(root: Path, outcome: int, before: dict, after: dict) -> None:
    """Hold the store to its word after one change ended so."""
    assert outcome != faults.BROKEN
    now = present(root)
    assert now == after if outcome == faults.DONE else now in (before, after)
    with opened(root).reading() as reading:
        assert reading.unrecorded == 0
    with opened(root).transaction(stamp()) as txn:
        assert txn.adopted == (), "recovery is not an edit by hand"
        assert {uid: txn.load("milestone", uid) for uid in (A, B)} == now
    write(opened(root), plain.edited(A, description="goes on"))
    verified = opened(root).verify()
    assert verified["ok"], verified
    agreed(root)


def agreed(root: Path) -> None:
    """Every record has one file, that says what the store says; nothing else lies about."""
    with opened(root).reading() as reading:
        documents = list(reading.find("milestone"))
        assert len(list(reading.rows())) == len(documents)
    files = {f"{'completed' if d.archived else 'active'}/{d.body['id']}.yaml": d for d in documents}
    there = [str(p.relative_to(root)) for name in ("active", "completed") for p in (root / name).glob("*")]
    assert sorted(there) == sorted(files)
    for path, document in files.items():
        said = yaml_reader.read_record((root / path).read_text(), path).body
        assert {**said, "status": None} == {**document.body, "status": None}
    assert not list((root / "local" / "drafts").iterdir())
    assert summary_file.read(str(root)) is not None


def outcomes(root: Path, name: str) -> tuple[dict, dict, list[str]]:
    """Return the records before and after a change, and the calls it makes."""
    prepared(root)
    before = present(root)
    calls = faults.calls_of(lambda: change(root, name))
    return before, present(root), calls


def change(root: Path, name: str) -> None:
    write(opened(root), *CHANGES[name])


def run(root: Path, name: str, effect: faults.Effect, every: int = EVERY) -> int:
    before, after, calls = outcomes(root, name)
    for at in range(1, len(calls) + 2, every):
        prepared(root)
        outcome = faults.in_child(lambda: change(root, name), at, effect)
        try:
            look(root, outcome, before, after)
        except Exception as problem:
            raise AssertionError(
                f"{name}, call {at} of {len(calls)} ({[*calls, 'end'][at - 1]}): {problem!r}"
            ) from problem
    return len(calls)


@pytest.mark.parametrize("effect", [faults.killed, faults.torn], ids=["killed", "torn"])
@pytest.mark.parametrize("name", CHANGES)
def test_killed_at_every_call(root: Path, name: str, effect: faults.Effect):
    assert run(root, name, effect) > 10


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS])
@pytest.mark.parametrize("name", ["create", "update", "archive"])
def test_a_disk_that_refuses_a_call_leaves_old_or_new(root: Path, name: str, number: int):
    assert run(root, name, faults.refused(number)) > 10


@pytest.mark.slow
@pytest.mark.parametrize("name", CHANGES)
def test_recovery_killed_at_every_call_too(root: Path, name: str):
    before, after, calls = outcomes(root, name)
    for at in range(1, len(calls) + 1):
        prepared(root)
        faults.in_child(lambda: change(root, name), at, faults.torn)
        kept = root.with_name("kept")
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(root, kept, symlinks=True)
        for again in range(1, 60):
            outcome = faults.in_child(lambda: open_and_close(root), again, faults.torn)
            assert present(root) in (before, after), (at, calls[at - 1], again, present(root))
            look(root, faults.KILLED, before, after)
            shutil.rmtree(root)
            shutil.copytree(kept, root, symlinks=True)
            if outcome == faults.DONE:
                break


def open_and_close(root: Path) -> None:
    with opened(root).transaction(stamp()):
        pass


# The rig itself: each of these mistakes must be found.


def bites(root: Path, name: str = "update") -> bool:
    try:
        run(root, name, faults.torn, every=1)
    except AssertionError:
        return True
    return False


def test_the_rig_finds_a_store_without_recovery(root: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Moment, "catch_up", lambda self: None)
    assert bites(root)


def test_the_rig_finds_files_written_before_the_log(root: Path, monkeypatch: pytest.MonkeyPatch):
    real = commit.commit

    def files_first(moment, stamp, summary, found):
        for stored in list(moment.changed.values()):
            commit.apply(moment, [commit.plan(moment, stored, set(found))])
        return real(moment, stamp, summary, found)

    monkeypatch.setattr(transaction, "commit", files_first)
    assert bites(root)


def test_the_rig_finds_files_written_in_place(root: Path, monkeypatch: pytest.MonkeyPatch):
    def in_place(path, data, drafts, *, sync=True, ready=None) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        disk.write_all(descriptor, data)
        os.close(descriptor)

    monkeypatch.setattr(disk, "replace", in_place)
    assert bites(root)


def test_the_rig_finds_a_change_acknowledged_before_it_is_in_the_log(root: Path, monkeypatch: pytest.MonkeyPatch):
    real = transaction.FileTxn.finish

    def lost(self):
        if len(self.staged) == 1 and self.staged[0].event.data.get("set", {}).get("priority"):
            return
        real(self)

    monkeypatch.setattr(transaction.FileTxn, "finish", lost)
    before, _, _ = outcomes(root, "task done")
    prepared(root)
    outcome = faults.in_child(lambda: change(root, "update"), 0, faults.killed)
    after = {**before, A: None}
    with pytest.raises(AssertionError):
        look(root, outcome, before, after)


def test_an_unreadable_snapshot_is_folded_anew(root: Path):
    prepared(root)
    for path in (root / "local" / "documents" / "milestone").iterdir():
        path.write_bytes(b"\0" * 100)

    document = load(opened(root), A)

    assert document is not None
    assert document.body["title"] == "Log in"


def test_a_store_whose_local_folder_is_gone_is_read_from_the_log(root: Path):
    prepared(root)
    shutil.rmtree(root / "local")

    with opened(root).reading() as reading:
        assert (reading.seq, reading.unrecorded, len(reading.rows())) == (1, 0, 1)
    look(root, faults.KILLED, present(root), present(root))


def test_a_text_no_file_can_hold_is_refused_and_nothing_changed(root: Path):
    prepared(root)
    before = present(root)

    with pytest.raises(errors.InvalidRequest):
        write(opened(root), plain.edited(A, title="bad \udcff"))

    assert present(root) == before
