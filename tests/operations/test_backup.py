"""Backups: complete, proven by restoring, bounded, and everything comes back from them."""

import os
import shutil
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from milestone import errors
from milestone.clock import FrozenClock
from milestone.config import Setting, Settings
from milestone.domain import summary
from milestone.domain.document import Actor, Event
from milestone.domain.evolve import evolve
from milestone.operations import backup, executing, running, scheduled, undo
from milestone.operations.executing import Execution
from milestone.operations.migrate import migrate
from milestone.storage import disk, located
from milestone.storage.backups import keeping, taking
from milestone.storage.backups.manifest import Manifest
from milestone.storage.base import Store
from milestone.storage.file import FileStore
from milestone.storage.hybrid import HybridStore
from milestone.storage.located import Location
from milestone.storage.sqlite import SqliteStore
from milestone.testing import plain
from milestone.workspace.base import Workspace
from milestone.workspace.opening import open_workspace

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
A, B = "0" * 31 + "a", "0" * 31 + "b"
KINDS = {"file": FileStore, "hybrid": HybridStore, "sqlite": SqliteStore}


def open_project(folder: Path, kind: str = "file", **settings) -> Workspace:
    root = folder / ".milestones"
    root.mkdir(parents=True, exist_ok=True)
    store: Store = KINDS[kind](root, evolve=evolve, summarise=summary.row)
    chosen = {key.replace("__", "."): value for key, value in settings.items()}
    found = Settings({key: Setting(key=key, value=value) for key, value in chosen.items()})
    return Workspace(root, store, found, FrozenClock(NOON), Actor(name="ana", source="flag"))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    opened = open_project(tmp_path / "shop")
    fill(opened)
    return opened


def fill(workspace: Workspace) -> None:
    write(workspace, plain.created(A, 1, title="Log in", status="planned"))
    write(workspace, plain.created(B, 2, title="Pay", status="planned"))
    write(workspace, plain.edited(A, title="Log in safely"))


def write(workspace: Workspace, *events: Event) -> None:
    workspace.write(lambda _txn, _ctx: list(events))


def later(workspace: Workspace, **delta: float) -> None:
    workspace.clock.moment += timedelta(**delta)


def state(workspace: Workspace) -> tuple:
    with workspace.reading() as reading:
        return taking.digest(reading), [row["title"] for row in reading.rows()]


@pytest.mark.parametrize("kind", KINDS)
def test_a_backup_of_every_backend_is_the_same_and_proven(tmp_path, kind):
    workspace = open_project(tmp_path, kind)
    fill(workspace)

    made = backup.create(workspace)

    assert (made.manifest.seq, made.manifest.kind, made.problems) == (3, "full", ())
    assert made.verified
    with workspace.reading() as reading:
        assert (made.manifest.hash, made.manifest.epoch) == (reading.mark.hash, reading.epoch)
    assert [one.row["id"] for one in backup.listing(workspace)] == ["backup-20261120-001"]


def test_what_two_backups_have_in_common_is_kept_once(workspace, monkeypatch):
    monkeypatch.setattr(taking, "CHUNK", 500)  # so that three lines fill chunks
    for number in range(10):
        write(workspace, plain.edited(B, title=f"Pay {number}"))
    first = backup.create(workspace).manifest
    later(workspace, hours=1)
    write(workspace, plain.edited(B, title="Pay once"))

    second = backup.create(workspace).manifest

    assert (first.kind, second.kind) == ("full", "incremental")
    closed = [chunk for chunk in first.lines if chunk.closed]
    assert len(closed) > 2
    assert list(second.lines[: len(closed)]) == closed
    assert len(second.names - first.names) == 2  # the end of the log, and one file


def test_a_full_one_mends_a_content_that_went_bad(workspace):
    first = backup.create(workspace).manifest
    shelf = backup.shelf_of(workspace)
    Path(shelf.objects.path(first.lines[0].name)).write_bytes(b"rot")
    assert backup.verify(workspace, first.id)[0].problems

    later(workspace, days=8)
    second = backup.create(workspace)

    assert (second.manifest.kind, second.problems) == ("full", ())
    assert not backup.verify(workspace, first.id)[0].problems


@pytest.mark.parametrize("harm", ["flip", "cut", "delete", "manifest"])
def test_a_damaged_backup_is_found_and_not_brought_back(workspace, harm):
    made = backup.create(workspace).manifest
    shelf = backup.shelf_of(workspace)
    path = (
        Path(shelf.folder) / f"{made.id}.json"
        if harm == "manifest"
        else Path(shelf.objects.path(made.files[0].name))
    )
    data = path.read_bytes()
    if harm == "delete":
        path.unlink()
    else:
        path.write_bytes(
            data[: len(data) // 2] if harm == "cut" else data[:40] + bytes([data[40] ^ 1]) + data[41:]
        )

    if harm == "manifest":
        assert backup.damaged(workspace) == [made.id]
        with pytest.raises(errors.NotFound):
            backup.restore(workspace, made.id)
    else:
        assert backup.verify(workspace)[0].problems
        with pytest.raises(errors.Damaged):
            backup.restore(workspace, made.id)
    assert state(workspace)[1] == ["Log in safely", "Pay"]


def test_a_backup_whose_log_was_forged_is_found(workspace):
    """The rig bites: a line whose content was changed and named anew breaks the chain."""
    made = backup.create(workspace).manifest
    shelf = backup.shelf_of(workspace)
    data = shelf.objects.read(made.lines[0].name)
    name = shelf.objects.add(data.replace(b"Log in safely", b"Log in madly!"))
    forged = Manifest(**{f: getattr(made, f) for f in Manifest.__struct_fields__ if f != "lines"}, lines=())
    chunk = made.lines[0]
    chunk = type(chunk)(**{f: getattr(chunk, f) for f in type(chunk).__struct_fields__ if f != "name"}, name=name)
    shelf.put(
        type(forged)(**{f: getattr(made, f) for f in Manifest.__struct_fields__ if f != "lines"}, lines=(chunk,))
    )

    assert "broken" in backup.verify(workspace, made.id)[0].problems[0]


@pytest.mark.parametrize("kind", ["file", "hybrid"])
def test_a_restored_backup_is_the_state_then_in_a_new_epoch(tmp_path, kind):
    workspace = open_project(tmp_path, kind)
    fill(workspace)
    file = workspace.root / "active" / "milestone-001.yaml"
    file.write_text(file.read_text() + "# talk to Bo first\n")
    (workspace.root / "deliverables").mkdir()
    (workspace.root / "deliverables" / "a.txt").write_text("first")
    name = backup.create(workspace).manifest.id
    before = state(workspace)
    with workspace.reading() as reading:
        epoch = reading.epoch
    write(workspace, plain.edited(A, title="Other"), plain.marked("milestone.deleted", B))
    write(workspace, plain.created("0" * 31 + "c", 3, title="Third", status="planned"))
    (workspace.root / "deliverables" / "a.txt").write_text("second")

    done = backup.restore(workspace, name)

    assert state(workspace) == before
    with workspace.reading() as reading:
        assert reading.epoch != epoch
        assert reading.unrecorded == 0
        assert [r.event.kind for r in reading.events(newest=True, limit=1)] == ["store.restored"]
    assert workspace.store.verify()["ok"]
    assert file.read_text().endswith("# talk to Bo first\n")
    assert not (workspace.root / "active" / "milestone-003.yaml").exists()
    assert (workspace.root / "deliverables" / "a.txt").read_text() == "first"
    aside = workspace.root / done.returned.aside
    assert (aside / "active" / "milestone-003.yaml").exists()
    assert (aside / "deliverables" / "a.txt").read_text() == "second"
    assert done.before is not None


def test_what_was_replaced_comes_back_from_the_backup_made_before(workspace):
    name = backup.create(workspace).manifest.id
    write(workspace, plain.edited(A, title="Other"))
    done = backup.restore(workspace, name)

    backup.restore(workspace, done.before)

    assert state(workspace)[1] == ["Other", "Pay"]


def test_a_store_that_cannot_be_read_is_brought_back(workspace):
    name = backup.create(workspace).manifest.id
    before = state(workspace)
    log = workspace.root / "logs" / "events" / "1.jsonl"
    log.write_bytes(log.read_bytes().replace(b"Pay", b"Pxy")[:-200])
    with pytest.raises(errors.Damaged):
        write(workspace, plain.edited(A, title="Other"))

    done = backup.restore(workspace, name)

    assert (state(workspace), done.before) == (before, None)
    assert (workspace.root / done.returned.aside / "logs" / "events" / "1.jsonl").read_bytes().count(b"Pxy") > 0


def test_everything_comes_back_from_the_mirror_after_git_clean(tmp_path):
    mirror = tmp_path / "elsewhere"
    mirror.mkdir()
    workspace = open_project(tmp_path / "shop", backup__mirror=str(mirror), project__name="The shop")
    fill(workspace)
    (workspace.root / ".gitignore").write_text("local/\nlogs/\nbackups/\ntemp/\n")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-C", str(tmp_path / "shop")]
    for line in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *line], check=True)
    write(workspace, plain.edited(A, title="Not committed"))
    backup.create(workspace)
    before = state(workspace)

    subprocess.run([*git, "clean", "-qfdx"], check=True)
    subprocess.run([*git, "checkout", "-q", "."], check=True)
    assert not (workspace.root / "logs").exists()
    found = backup.listing(workspace)
    assert [made.where for made in found] == ["mirror"]
    backup.restore(workspace, "last")

    assert state(workspace) == before
    with workspace.reading() as reading:
        assert [r.event.kind for r in reading.events()][-2:] == ["milestone.edited", "store.restored"]
    made = backup.create(workspace)
    assert made.manifest.id not in {each.manifest.id for each in found}  # none in the mirror is overwritten


def test_no_secret_is_kept(tmp_path):
    workspace = open_project(tmp_path)
    config = workspace.root / "config"
    config.mkdir()
    (config / "storage-config.yaml").write_text("backend: {dsn: 'postgres://u:canary-1@h/d'}\n")
    (config / "signing.key").write_text("canary-2")
    (config / "milestone-config.local.yaml").write_text("x: canary-3")
    layer = Setting(key="backend.dsn", value="postgres://u:canary-1@h/d")
    workspace.settings = Settings({}, layers=[layer])
    made = backup.create(workspace).manifest

    shelf = backup.shelf_of(workspace)
    kept = {file.path: shelf.objects.read(file.name) for file in made.files}
    assert sorted(kept) == ["config/storage-config.yaml"]
    assert b"canary" not in b"".join(kept.values())


def test_backups_under_load_are_each_one_moment(workspace):
    """Writers go on while backups are made; each is proven and holds what was acknowledged before it began."""
    stop = threading.Event()
    acknowledged: list[int] = []

    def work() -> None:
        other = open_project(workspace.root.parent)
        number = 0
        while not stop.is_set():
            number += 1
            write(other, plain.edited(A, title=f"t{number}"), plain.edited(B, title=f"t{number}"))
            acknowledged.append(number)
            stop.wait(0.01)  # a writer that never rests keeps others from their turn on a loaded machine

    writer = threading.Thread(target=work)
    writer.start()
    try:
        for _ in range(8):
            known = len(acknowledged)
            made = backup.create(workspace)
            assert made.problems == ()
            assert made.manifest.seq >= 3 + 2 * known
            later(workspace, seconds=1)
    finally:
        stop.set()
        writer.join()
    assert all(not made.problems for made in backup.verify(workspace))


def test_backup_frequency(tmp_path):
    workspace = open_project(
        tmp_path, backend__cluster_configuration__backup_frequency="6h", backup__frequency="1h"
    )
    fill(workspace)
    assert scheduled.is_due(workspace)
    scheduled.keep_up(workspace)
    later(workspace, hours=5)
    assert not scheduled.is_due(workspace)
    later(workspace, hours=1)
    assert scheduled.is_due(workspace)

    workspace.settings = Settings({"backup.frequency": Setting(key="backup.frequency", value="2 days")})
    later(workspace, hours=30)
    assert not scheduled.is_due(workspace)


def test_a_critical_change_is_backed_up_at_once(workspace):
    scheduled.keep_up(workspace)
    later(workspace, minutes=1)
    assert scheduled.keep_up(workspace) == []
    write(workspace, plain.marked("milestone.archived", A))

    scheduled.keep_up(workspace, critical=True)

    assert [made.manifest.kind for made in backup.listing(workspace)] == ["critical", "full"]
    assert backup.listing(workspace)[0].verified is None  # nobody waits for its trial
    later(workspace, days=1)
    scheduled.keep_up(workspace)
    assert backup.listing(workspace)[0].manifest.kind == "incremental"
    assert all(made.verified for made in backup.listing(workspace))  # it is made up for


def test_backup_enabled(tmp_path):
    workspace = open_project(tmp_path, backup__enabled=False)
    fill(workspace)
    scheduled.keep_up(workspace, critical=True)
    assert backup.listing(workspace) == []
    backup.create(workspace)
    assert len(backup.listing(workspace)) == 1


def manifests(*made: tuple[str, str, str]) -> list[Manifest]:
    fields = {"project": "", "epoch": "", "seq": 1, "hash": "", "backend": "file"}
    return [Manifest(id=name, at=f"{at}T12:00:00.000Z", kind=kind, **fields) for name, at, kind in made]


def test_backup_keep_days_and_weeks():
    found = manifests(
        ("old-full", "2026-08-01", "full"),
        ("week-a", "2026-11-02", "full"),
        ("week-b", "2026-11-04", "full"),
        ("day-a1", "2026-11-18", "incremental"),
        ("day-a2", "2026-11-18", "incremental"),
        ("critical", "2026-10-01", "critical"),
        ("last", "2026-11-20", "incremental"),
    )
    policy = keeping.Policy(days=14, weeks=8)

    assert keeping.superfluous(found, ["last"], NOON, policy) == ["old-full", "week-a", "day-a1"]
    assert "old-full" not in keeping.superfluous(found, ["old-full"], NOON, policy)  # the last proven one stays
    assert "day-a2" in keeping.superfluous(found, [], NOON, keeping.Policy(days=1, weeks=8))


def test_backup_max_megabytes(tmp_path):
    workspace = open_project(tmp_path, backup__max_megabytes=1)
    fill(workspace)
    folder = workspace.root / "deliverables"
    folder.mkdir()
    backup.create(workspace)
    (folder / "big").write_bytes(os.urandom(1_500_000))
    later(workspace, days=1)

    with pytest.raises(errors.Refused) as refused:
        backup.create(workspace)
    assert refused.value.code == "backup_paused"
    assert "backup.max_megabytes" in (backup.paused(workspace.root) or "")
    assert [made.manifest.id for made in backup.listing(workspace)] == ["backup-20261120-001"]  # still there
    assert not backup.verify(workspace)[0].problems
    assert "No backup was made" in scheduled.keep_up(workspace)[0]

    (folder / "big").unlink()
    backup.create(workspace)
    assert backup.paused(workspace.root) is None


def test_a_second_process_does_not_make_one_at_the_same_time(workspace):
    with backup.shelf_of(workspace).alone(), pytest.raises(errors.Busy):
        backup.create(workspace)


class Killed(BaseException):
    """The process died."""


class Kill:
    """Let a number of calls through, then die."""

    def __init__(self, step: int) -> None:
        self.left = step

    def __call__(self, real, *args, **kwargs):
        self.left -= 1
        if self.left == 0:
            raise Killed
        return real(*args, **kwargs)


def test_a_killed_restore_leaves_the_old_state_or_is_done_again(workspace, monkeypatch):
    name = backup.create(workspace).manifest.id
    before = state(workspace)
    for number in range(30):
        write(workspace, plain.edited(A, title=f"Other {number}"))
    shutil.copytree(workspace.root, workspace.root.parent / "kept")

    for step in range(1, 60, 4):
        shutil.rmtree(workspace.root)
        shutil.copytree(workspace.root.parent / "kept", workspace.root)
        count = Kill(step)

        with monkeypatch.context() as patched:
            for call in ("replace", "remove"):
                patched.setattr(disk, call, partial(count, getattr(disk, call)))
            try:
                backup.restore(workspace, name)
                break
            except Killed:
                pass
        backup.restore(workspace, name)
        assert state(workspace) == before, step
    assert step > 5


def test_a_project_in_a_database_comes_back_on_files_and_others_follow(tmp_path):
    folder = tmp_path / "shop"
    workspace = open_project(folder, "sqlite")
    fill(workspace)
    located.write(workspace.root, Location("sqlite", None, 1, located.place_of(workspace.root)))
    workspace = open_workspace(folder, environ={"HOME": str(tmp_path)})
    other = open_workspace(folder, environ={"HOME": str(tmp_path)})
    name = backup.create(workspace).manifest.id
    write(other, plain.edited(A, title="Other"))
    assert state(other)[1] == ["Other", "Pay"]

    done = backup.restore(workspace, name)

    assert (done.left, backup.backend_of(other)) == ("sqlite", "file")
    assert state(workspace)[1] == state(other)[1] == ["Log in safely", "Pay"]
    write(other, plain.edited(A, title="Goes on"))
    assert state(workspace)[1][0] == "Goes on"
    assert (workspace.root / done.returned.aside / "database" / "milestones.db").exists()
    assert workspace.store.verify()["ok"]


def test_a_database_that_is_damaged_is_set_aside(tmp_path):
    folder = tmp_path / "shop"
    fill(open_project(folder, "sqlite"))
    root = folder / ".milestones"
    located.write(root, Location("sqlite", None, 1, located.place_of(root)))
    workspace = open_workspace(folder, environ={"HOME": str(tmp_path)})
    name = backup.create(workspace).manifest.id
    workspace.store.close()
    (root / "database" / "milestones.db").write_bytes(b"rot" * 5000)

    done = backup.restore(open_workspace(folder, environ={"HOME": str(tmp_path)}), name)

    assert done.before is None
    again = open_workspace(folder, environ={"HOME": str(tmp_path)})
    assert state(again)[1] == ["Log in safely", "Pay"]
    assert (root / done.returned.aside / "database" / "milestones.db").read_bytes().startswith(b"rot")


def test_what_a_killed_backup_left_is_tidied_up(workspace):
    shelf = backup.shelf_of(workspace)
    backup.create(workspace)
    drafts = [
        Path(shelf.objects.folder) / "backup-x.json",
        Path(shelf.objects.path("ab" * 32)).with_suffix(".z.77"),
    ]
    for draft in drafts:
        draft.parent.mkdir(exist_ok=True)
        draft.write_bytes(b"half")

    assert backup.create(workspace).problems == ()

    assert not any(draft.exists() for draft in drafts)


def test_a_long_run_makes_the_backup_that_is_due_beside_its_work(tmp_path, monkeypatch):
    workspace = open_project(tmp_path)
    fill(workspace)
    made = threading.Event()
    calls: list[str] = []

    def keep_up() -> None:
        calls.append(threading.current_thread().name)
        scheduled.keep_up(workspace)
        made.set()

    setup = running.setup_of(workspace, "e")
    execution = Execution(
        running.ledger_of(workspace), setup, [], tell=lambda _said: None, after=0, waits=False, keep_up=keep_up
    )
    execution.save_in_time()
    assert calls == []  # a run that has just begun has nothing to keep up
    monkeypatch.setattr(executing, "SAVE_EVERY", 0.0)
    execution.save_in_time()

    assert made.wait(30)
    assert calls == ["backup"]
    assert len(backup.listing(workspace)) == 1


def test_last_is_the_newest_proven_one(workspace):
    proven = backup.create(workspace).manifest.id
    later(workspace, minutes=1)
    backup.create(workspace, prove=False)

    assert backup.find(workspace, "last")[1].id == proven
    backup.shelf_of(workspace).verified(proven, None)
    assert backup.find(workspace, "last")[1].id == "backup-20261120-002"


def test_a_record_deleted_right_after_a_move_does_not_come_back_from_its_left_over_file(tmp_path):
    folder = tmp_path / "shop"
    fill(open_project(folder))
    workspace = open_workspace(folder, environ={"HOME": str(tmp_path)})
    migrate(workspace, "sqlite")
    write(workspace, plain.marked("milestone.deleted", B))

    backup.create(workspace)  # looks at the files beside the database for the first time

    assert state(workspace)[1] == ["Log in safely"]
    assert not (workspace.root / "active" / "milestone-002.yaml").exists()
    undo.undo(workspace)
    backup.create(workspace)
    assert state(workspace)[1] == ["Log in safely", "Pay"]
    assert (workspace.root / "active" / "milestone-002.yaml").exists()
