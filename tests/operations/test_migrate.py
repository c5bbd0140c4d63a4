"""A project moves between stores and back; killed anywhere, the next call goes on where it was."""

import os
import signal
import subprocess
import sys
from itertools import permutations
from pathlib import Path

import pytest

from milestone import errors
from milestone.domain.document import Event
from milestone.operations import migrate
from milestone.storage import located, locks
from milestone.storage.base import Mark
from milestone.storage.moving import journal
from milestone.workspace import opening
from milestone.workspace.base import Workspace

LOCAL = ("file", "hybrid", "sqlite")
PLACES = (
    *("moving.begun", "moving.sliced", "moving.compared", "moving.alone", "moving.last", "moving.forwarded"),
    *("moving.noted", "moving.cleared", "moving.recorded"),
)
ENVIRON = {"MILESTONE_ACTOR": "ana", "TZ": "UTC", "PATH": os.environ["PATH"]}


def opened(folder: Path) -> Workspace:
    (folder / ".milestones").mkdir(exist_ok=True)
    return opening.open_workspace(folder, environ=ENVIRON)


def plan(workspace: Workspace, number: int) -> None:
    name, uid = f"milestone-{number:03d}", f"{number:032x}"
    body = {"id": name, "uid": uid, "title": f"Number {number}", "status": "planned", "tasks": []}
    event = Event(kind="milestone.created", document="milestone", uid=uid, milestone=name, data={"body": body})
    workspace.write(lambda _txn, _ctx: [event])


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = opened(tmp_path)
    for number in range(1, 6):
        plan(made, number)
    return made


def mark(workspace: Workspace) -> Mark:
    with workspace.reading() as reading:
        return reading.mark


def titles(workspace: Workspace) -> list[str]:
    with workspace.reading() as reading:
        return [row["title"] for row in reading.rows()]


def kinds(workspace: Workspace) -> list[str]:
    with workspace.reading() as reading:
        return [recorded.event.kind for recorded in reading.events()]


@pytest.mark.parametrize(("source", "target"), permutations(LOCAL, 2))
def test_a_project_moves_and_comes_back_with_what_was_written_since(
    workspace: Workspace, source: str, target: str
):
    if source != "file":
        migrate.migrate(workspace, source)
    before = mark(workspace)

    moved = migrate.migrate(workspace, target)

    assert (moved.state, moved.moved) == ("moved", before.seq)
    assert mark(workspace).epoch == before.epoch
    assert located.read(workspace.root).backend == target
    plan(workspace, 6)
    back = migrate.rollback(workspace)
    assert (back.state, located.read(workspace.root).backend) == ("back", source)
    assert titles(workspace) == [f"Number {n}" for n in range(1, 7)]
    assert mark(workspace).epoch != before.epoch
    assert mark(workspace).seq == before.seq + 3  # moved, planned, moved back
    assert workspace.store.verify()["ok"]


def test_a_project_goes_round_through_all_stores(workspace: Workspace):
    for number, backend in enumerate(("sqlite", "hybrid", "sqlite", "file", "hybrid", "file"), 6):
        migrate.migrate(workspace, backend)
        plan(workspace, number)

    assert titles(workspace) == [f"Number {n}" for n in range(1, 12)]
    assert kinds(workspace).count("store.migrated") == 6
    assert workspace.store.verify()["ok"]


def test_a_move_that_is_done_is_told_again_and_nothing_is_done(workspace: Workspace):
    first = migrate.migrate(workspace, "database")
    before = mark(workspace)

    assert migrate.migrate(workspace, "sqlite") == first
    assert mark(workspace) == before


def test_the_files_stay_and_say_what_they_said(workspace: Workspace):
    active = workspace.root / "active"
    before = {path.name: path.read_bytes() for path in active.iterdir()}

    migrate.migrate(workspace, "sqlite")

    assert {path.name: path.read_bytes() for path in active.iterdir()} == before
    with workspace.reading() as reading:
        assert reading.unrecorded == 0
    (active / "milestone-001.yaml").write_bytes(before["milestone-001.yaml"].replace(b"Number 1", b"By hand"))
    with workspace.reading() as reading:
        assert reading.unrecorded == 1


def test_an_edit_by_hand_is_taken_along(workspace: Workspace):
    path = workspace.root / "active" / "milestone-001.yaml"
    path.write_text(path.read_text().replace("Number 1", "By hand"))

    migrate.migrate(workspace, "sqlite")

    assert titles(workspace)[0] == "By hand"


def test_an_open_store_follows(workspace: Workspace):
    other = opened(workspace.root.parent)
    assert len(titles(other)) == 5

    migrate.migrate(workspace, "sqlite")
    plan(other, 6)

    assert titles(workspace)[-1] == "Number 6"


def test_two_do_not_migrate_at_once(workspace: Workspace):
    with (
        locks.sole(str(workspace.root / "local"), "migrate.lock", "migrates this project"),
        pytest.raises(errors.Busy) as told,
    ):
        migrate.migrate(workspace, "sqlite")

    assert "migrates this project" in told.value.why


def test_there_is_no_way_back_from_nowhere(workspace: Workspace):
    with pytest.raises(errors.Refused):
        migrate.rollback(workspace)
    migrate.migrate(workspace, "sqlite")
    migrate.rollback(workspace)
    with pytest.raises(errors.Refused):
        migrate.rollback(workspace)


def test_a_backend_nobody_knows_is_named(workspace: Workspace):
    with pytest.raises(errors.InvalidRequest) as told:
        migrate.migrate(workspace, "mongo")
    assert "sqlite" in told.value.candidates


def test_a_store_that_went_another_way_is_not_written_over(workspace: Workspace):
    migrate.migrate(workspace, "sqlite")
    for name in ("backend.json", "migration.json"):
        (workspace.root / "local" / name).unlink()
    (workspace.root / "logs" / "moved.json").unlink()
    astray = opened(workspace.root.parent)  # the files, as before the move
    plan(astray, 6)

    with pytest.raises(errors.Refused) as told:
        migrate.migrate(astray, "sqlite")

    assert told.value.code == "foreign_target"
    assert located.read(workspace.root).backend == "file"


def call(folder: Path, *words: str, place: str = "") -> int:
    environment = {**ENVIRON, "MILESTONE_FAILPOINT": place}
    typed = [sys.executable, "-m", "milestone", *words]
    return subprocess.run(typed, cwd=folder, env=environment, capture_output=True, check=False).returncode


@pytest.mark.parametrize("place", PLACES)
def test_a_killed_move_is_gone_on_with(workspace: Workspace, place: str):
    folder = workspace.root.parent
    before = mark(workspace)

    assert call(folder, "migrate", "--to", "sqlite", place=place) == -signal.SIGKILL
    assert titles(opened(folder)) == [f"Number {n}" for n in range(1, 6)]
    plan(opened(folder), 6)  # whoever comes can work
    assert call(folder, "migrate", "--to", "sqlite") == 0

    after = opened(folder)
    assert located.read(workspace.root).backend == "sqlite"
    assert titles(after) == [f"Number {n}" for n in range(1, 7)]
    assert kinds(after).count("store.migrated") == 1
    assert mark(after).seq == before.seq + 2
    assert after.store.verify()["ok"]
    assert mark(after).epoch == before.epoch
    known = journal.read(workspace.root)
    assert known is not None
    assert known.state == "moved"


@pytest.mark.parametrize("place", PLACES)
def test_a_killed_way_back_is_gone_on_with(workspace: Workspace, place: str):
    folder = workspace.root.parent
    migrate.migrate(workspace, "sqlite")
    plan(workspace, 6)

    assert call(folder, "migrate", "--rollback", place=place) == -signal.SIGKILL
    plan(opened(folder), 7)
    assert call(folder, "migrate", "--rollback") == 0

    after = opened(folder)
    assert titles(after) == [f"Number {n}" for n in range(1, 8)]
    assert located.read(workspace.root).backend == "file"
    assert after.store.verify()["ok"]


@pytest.mark.parametrize("place", ["moving.begun", "moving.sliced", "moving.last"])
def test_a_killed_move_can_be_given_up(workspace: Workspace, place: str):
    folder = workspace.root.parent

    assert call(folder, "migrate", "--to", "sqlite", place=place) == -signal.SIGKILL
    assert call(folder, "migrate", "--rollback") == 0

    assert located.read(workspace.root).backend == "file"
    assert titles(opened(folder)) == [f"Number {n}" for n in range(1, 6)]
    assert call(folder, "migrate", "--to", "sqlite") == 0
