"""The local files beside a database under a disk that fails: the copy, its base, notes of where and how far.

Killed or refused at every fifth call that changes something, with `FAULTS=all` at every one: what was acknowledged
is in the database once, what a person typed into a file is taken in once, and afterwards files and database agree.
"""

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from milestone.domain.document import Document
from milestone.operations import beside, sync
from milestone.storage import copy_index, located, working_copy, yaml_reader
from milestone.storage.located import Location
from milestone.testing import faults, plain
from milestone.testing.postgres import Server
from milestone.testing.postgres_fixtures import address, empty, set_up
from milestone.workspace.base import Workspace
from milestone.workspace.opening import open_workspace

LONG = os.environ.get("FAULTS") == "all"
EVERY = 1 if LONG else 7
A, B, C = ("0" * 31 + name for name in "abc")
EFFECTS = {
    "killed": faults.killed,
    "torn": faults.torn,
    **{errno.errorcode[number]: faults.refused(number) for number in (errno.ENOSPC, errno.EIO, errno.EROFS)},
}
Work = Callable[[Workspace], object]


class Rig:
    """A project in a database, its files one edit behind it and one ahead."""

    def __init__(self, folder: Path, reset: Callable[[], None], kind: str, dsn: str) -> None:
        self.folder, self.reset, self.kind, self.dsn = folder, reset, kind, dsn
        self.root = folder / ".milestones"

    def open(self) -> Workspace:
        environ = {"HOME": str(self.folder), "MILESTONE_DSN": self.dsn} if self.dsn else {"HOME": str(self.folder)}
        return open_workspace(self.folder, environ=environ, as_="ana")

    def do(self, work: Work) -> None:
        workspace = self.open()
        work(workspace)
        workspace.store.close()

    def prepare(self) -> None:
        self.reset()
        shutil.rmtree(self.root, ignore_errors=True)
        (self.root / "local").mkdir(parents=True)
        located.write(self.root, Location(self.kind, None, 1, located.place_of(self.root)))
        made = (plain.created(uid, number, title=f"Title {number}") for number, uid in enumerate((A, B, C), 1))
        self.do(write(*made))
        self.do(synced)
        self.do(write(plain.edited(B, title="By command"), plain.marked("milestone.archived", C)))
        path = self.root / "active" / "milestone-001.yaml"
        path.write_text(path.read_text().replace("Title 1", "By hand"))

    def calls(self, work: Work) -> int:
        self.prepare()
        return len(faults.calls_of(lambda: self.do(work)))

    def check(self) -> None:
        """Bring all together without a fault, and look at what is there then."""
        self.do(synced)
        workspace = self.open()
        assert workspace.store.verify()["ok"]
        with workspace.reading() as reading:
            assert not reading.unrecorded, reading.warnings
            assert not reading.warnings
            edits = [r for r in reading.events() if "By hand" in str(r.event.data)]
            assert len(edits) == 1, "what was typed is taken in once"
            found = {document.uid: document for document in reading.find("milestone")}
        workspace.store.close()
        assert found[A].body["title"] == "By hand"
        assert found[B].body["title"] == "By command"
        assert self.files() == {
            uid: (document.body["title"], document.archived) for uid, document in found.items()
        }

    def files(self) -> dict[str, tuple[str, bool]]:
        found = {}
        for folder in ("active", "completed"):
            for path in (self.root / folder).glob("*.yaml"):
                record = yaml_reader.read_record(path.read_text(), f"{folder}/{path.name}")
                assert record.body["uid"] not in found, "one file a record"
                found[record.body["uid"]] = (record.body["title"], folder == "completed")
        return found

    def run(self, work: Work, effect: faults.Effect, after: Callable[[int], None], every: int = EVERY) -> int:
        count = self.calls(work)
        for at in range(1, count + 1, every):
            self.prepare()
            outcome = faults.in_child(lambda: self.do(work), at, effect)
            assert outcome != faults.BROKEN, f"call {at} of {count}"
            after(outcome)
            self.check()
        return count


def write(*events: object) -> Work:
    return lambda workspace: workspace.write(lambda _txn, _ctx: list(events))


def synced(workspace: Workspace) -> None:
    sync.sync(workspace, sync.SyncRequest(accept_removals=True))


def title_of(rig: Rig, uid: str) -> str:
    workspace = rig.open()
    with workspace.reading() as reading:
        document: Document | None = reading.load("milestone", uid)
    workspace.store.close()
    assert document is not None
    return str(document.body["title"])


@pytest.fixture(params=["sqlite", "postgres"])
def rig(
    request: pytest.FixtureRequest, tmp_path: Path, postgres_server: Server, postgres_schema: str
) -> Iterator[Rig]:
    if request.param == "sqlite":
        yield Rig(tmp_path, lambda: None, "sqlite", "")
        return
    set_up(postgres_server, postgres_schema)
    yield Rig(
        tmp_path,
        lambda: empty(postgres_server, postgres_schema),
        "postgres",
        address(postgres_server, postgres_schema),
    )


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("effect", EFFECTS)
def test_a_sync_that_fails_at_any_call_is_finished_by_the_next(rig: Rig, effect: str):
    assert rig.run(synced, EFFECTS[effect], lambda _outcome: None) > 20


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("effect", EFFECTS)
def test_a_change_is_stored_and_acknowledged_or_neither(rig: Rig, effect: str):
    def after(outcome: int) -> None:
        known = title_of(rig, C)
        if outcome == faults.DONE:
            assert known == "Acknowledged"
        elif outcome == faults.RAISED:
            assert known == "Title 3"

    assert rig.run(write(plain.edited(C, title="Acknowledged")), EFFECTS[effect], after, EVERY) > 0


@pytest.mark.parametrize("effect", EFFECTS)
def test_the_note_of_where_the_store_is_is_the_old_or_the_new_one(tmp_path: Path, effect: str):
    old, new = Location("file", place="here"), Location("postgres", "service=shop", 1, "here")
    located.write(tmp_path, old)
    count = len(faults.calls_of(lambda: located.write(tmp_path, new)))
    for at in range(1, count + 1):
        located.write(tmp_path, old)
        outcome = faults.in_child(lambda: located.write(tmp_path, new), at, EFFECTS[effect])
        assert located.read(tmp_path) in ((new,) if outcome == faults.DONE else (old, new))


def test_a_file_that_only_moved_is_archived_by_it_and_not_gone(tmp_path: Path):
    rig = Rig(tmp_path, lambda: None, "sqlite", "")
    rig.prepare()
    rig.check()
    (rig.root / "completed" / "milestone-003.yaml").rename(rig.root / "active" / "milestone-003.yaml")

    rig.do(synced)
    workspace = rig.open()
    with workspace.reading() as reading:
        document = reading.load("milestone", C)
        assert document is not None
        assert (document.away, document.archived, reading.unrecorded) == (False, False, 0)
    workspace.store.close()


# The rig itself: each of these mistakes must be found.


def bites(rig: Rig) -> bool:
    try:
        rig.run(synced, faults.killed, lambda _outcome: None, every=3)
    except AssertionError:
        return True
    return False


@pytest.fixture
def sqlite(tmp_path: Path) -> Rig:
    return Rig(tmp_path, lambda: None, "sqlite", "")


def test_the_rig_finds_files_written_before_they_are_taken_in(sqlite: Rig, monkeypatch: pytest.MonkeyPatch):
    real = working_copy.take_in

    def writes_first(txn, root, stamp, seen):
        moment = real(txn, root, stamp, seen)
        working_copy.write(moment)
        return moment

    monkeypatch.setattr(working_copy, "take_in", writes_first)
    assert beside.TAKE_IN.endswith("take_in")
    assert bites(sqlite)


def test_the_rig_finds_an_index_that_runs_ahead(sqlite: Rig, monkeypatch: pytest.MonkeyPatch):
    real = working_copy.renew

    def index_first(moment):
        files = {
            path: copy_index.entry(moment.place.root, path, entry.uid, entry.revision) or entry
            for path, entry in moment.index.files.items()
        }
        copy_index.write(moment.place.root, copy_index.Index(moment.epoch, moment.at, files), moment.place.drafts)
        return real(moment)

    monkeypatch.setattr(working_copy, "renew", index_first)
    assert bites(sqlite)
