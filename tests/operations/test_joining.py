"""Clones of one repository work in one database; what one of them alone knew is taken in when it joins."""

import subprocess
from pathlib import Path

import pytest

from milestone import errors
from milestone.domain.document import Event
from milestone.operations import beside, migrate
from milestone.workspace import opening
from milestone.workspace.base import Workspace


def git(folder: Path, *words: str | Path) -> None:
    who = ("-c", "user.name=ana", "-c", "user.email=ana@example.org")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


def opened(folder: Path, dsn: str) -> Workspace:
    environ = {"MILESTONE_ACTOR": "ana", "TZ": "UTC", "PATH": "/usr/bin:/bin", "MILESTONE_DSN": dsn}
    return opening.open_workspace(folder, environ=environ)


def plan(workspace: Workspace, number: int, title: str) -> None:
    name, uid = f"milestone-{number:03d}", f"{number:032x}"
    body = {"id": name, "uid": uid, "title": title, "status": "planned", "tasks": []}
    event = Event(kind="milestone.created", document="milestone", uid=uid, milestone=name, data={"body": body})
    workspace.write(lambda _txn, _ctx: [event])


def titles(workspace: Workspace) -> list[str]:
    with workspace.reading() as reading:
        return [str(row["title"]) for row in reading.rows()]


@pytest.fixture
def first(tmp_path: Path, postgres_dsn: str) -> Workspace:
    """A clone whose project has moved to the database."""
    folder = tmp_path / "first"
    (folder / ".milestones").mkdir(parents=True)
    git(folder, "init", "-q")
    git(folder, "commit", "-q", "--allow-empty", "-m", "first")
    workspace = opened(folder, postgres_dsn)
    plan(workspace, 1, "One")
    plan(workspace, 2, "Two")
    git(folder, "add", ".milestones/active")
    git(folder, "commit", "-q", "-m", "plan")
    migrate.migrate(workspace, "postgres")
    return opened(folder, postgres_dsn)


def test_a_clone_joins_the_others_with_what_only_it_knew(first: Workspace, tmp_path: Path, postgres_dsn: str):
    git(tmp_path, "clone", "-q", tmp_path / "first", tmp_path / "second")
    plan(first, 4, "Four, only in the database")
    second = opened(tmp_path / "second", postgres_dsn)
    plan(second, 3, "Three, only in the clone")

    move = migrate.migrate(second, "postgres")

    assert (move.state, move.target.backend) == ("joined", "postgres")
    wanted = ["One", "Two", "Three, only in the clone", "Four, only in the database"]
    assert titles(opened(tmp_path / "second", postgres_dsn)) == titles(first) == wanted
    files = sorted(path.name for path in (tmp_path / "second" / ".milestones" / "active").iterdir())
    assert files == [f"milestone-00{number}.yaml" for number in (1, 2, 3, 4)]
    plan(opened(tmp_path / "second", postgres_dsn), 5, "Five")
    assert titles(first)[-1] == "Five"
    assert beside.take_in(first).seq == beside.take_in(second).seq
    assert first.store.verify()["ok"]


def test_another_project_does_not_join(first: Workspace, tmp_path: Path, postgres_dsn: str):
    folder = tmp_path / "other"
    (folder / ".milestones").mkdir(parents=True)
    git(folder, "init", "-q")
    git(folder, "commit", "-q", "--allow-empty", "-m", "another beginning")
    other = opened(folder, postgres_dsn)
    plan(other, 1, "Mine")

    with pytest.raises(errors.Refused) as told:
        migrate.migrate(other, "postgres")

    assert told.value.code == "foreign_schema"
    assert titles(opened(folder, postgres_dsn)) == ["Mine"]
