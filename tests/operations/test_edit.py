"""Editing a record as text: joined with what changed meanwhile, comments kept, no text ever lost."""

import sys
from pathlib import Path

import pytest

from milestone import errors
from milestone.cli.main import run
from milestone.domain.document import Actor
from milestone.operations import edit, undo, update
from milestone.storage import located
from milestone.storage.located import Location
from milestone.testing import plain
from milestone.workspace.base import Workspace
from milestone.workspace.opening import open_workspace

A = "0" * 31 + "a"


@pytest.fixture(params=["file", "hybrid", "sqlite"])
def workspace(request, tmp_path: Path) -> Workspace:
    root = tmp_path / ".milestones"
    (root / "local").mkdir(parents=True)
    if request.param != "file":
        located.write(root, Location(request.param, None, 1, located.place_of(root)))
    opened = open_workspace(tmp_path, environ={"HOME": str(tmp_path)}, as_="ana")
    opened.write(lambda _txn, _ctx: [plain.created(A, 1, title="Log in", status="planned", labels=["a"])])
    return opened


def one(workspace):
    with workspace.reading() as reading:
        return next(reading.find("milestone"))


def test_what_was_typed_is_recorded_as_the_actors(workspace):
    draft = edit.draft(workspace, workspace.root, "m1")

    done = edit.apply(workspace, draft, draft.text.replace("Log in", "Log out").encode())

    assert one(workspace).body["title"] == "Log out"
    [event] = done.written.events
    assert (event.event.kind, event.actor.name) == ("document.edited", "ana")
    undo.undo(workspace)
    assert one(workspace).body["title"] == "Log in"


def test_what_changed_meanwhile_stays(workspace):
    draft = edit.draft(workspace, workspace.root, "m1")
    update.apply(workspace, workspace.root, ["m1"], update.Update(fields={"priority": "high"}))

    edit.apply(workspace, draft, draft.text.replace("Log in", "Log out").encode())

    assert (one(workspace).body["title"], one(workspace).body["priority"]) == ("Log out", "high")


def test_a_value_both_changed_is_kept_twice(workspace):
    draft = edit.draft(workspace, workspace.root, "m1")
    update.apply(workspace, workspace.root, ["m1"], update.Update(fields={"title": "Sign in"}))

    done = edit.apply(workspace, draft, draft.text.replace("Log in", "Log out").encode())

    assert done.conflicts == ("title",)
    body = one(workspace).body
    assert {body["title"], body["conflicts"][0]["other"]} == {"Sign in", "Log out"}


def test_nothing_typed_is_nothing_recorded(workspace):
    draft = edit.draft(workspace, workspace.root, "m1")
    assert edit.apply(workspace, draft, draft.text.encode()).written.events == ()


def test_a_syntax_error_changes_nothing(workspace):
    draft = edit.draft(workspace, workspace.root, "m1")
    with pytest.raises(errors.UnreadableFile):
        edit.apply(workspace, draft, b"title: [open")
    assert one(workspace).body["title"] == "Log in"


def test_a_typed_status_is_not_proven(workspace):
    draft = edit.draft(workspace, workspace.root, "m1")
    text = draft.text + "tasks:\n- {id: task-001, title: Do it, status: completed}\n"
    edit.apply(workspace, draft, text.encode())
    assert one(workspace).proven == ()


def test_comments_that_were_typed_stay_in_the_file(tmp_path):
    opened = open_workspace_of(tmp_path)
    draft = edit.draft(opened, opened.root, "m1")
    edit.apply(opened, draft, draft.text.replace("Log in", "Log out  # say it kindly").encode())
    text = (opened.root / "active" / "milestone-001.yaml").read_text()
    assert "Log out  # say it kindly" in text
    with opened.reading() as reading:
        assert reading.unrecorded == 0


def open_workspace_of(folder: Path) -> Workspace:
    (folder / ".milestones" / "local").mkdir(parents=True)
    opened = open_workspace(folder, environ={"HOME": str(folder)}, as_="ana")
    opened.write(lambda _txn, _ctx: [plain.created(A, 1, title="Log in", status="planned")])
    assert opened.actor == Actor(name="ana", source="flag")
    return opened


@pytest.fixture
def project(tmp_path, monkeypatch):
    opened = open_workspace_of(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MILESTONE_ACTOR", "ana")
    monkeypatch.delenv("VISUAL", raising=False)
    return opened


def editor(folder: Path, monkeypatch, line: str) -> None:
    program = folder / "editor.py"
    program.write_text(f"import sys, pathlib\np = pathlib.Path(sys.argv[1])\n{line}\n")
    monkeypatch.setenv("EDITOR", f"{sys.executable} {program}")


def test_an_editor_that_types_by_itself_needs_no_terminal(project, tmp_path, monkeypatch, capsys):
    editor(tmp_path, monkeypatch, "p.write_text(p.read_text().replace('Log in', 'Log out'))")
    assert run(["edit", "m1"]) == 0
    assert "m1 changed: title" in capsys.readouterr().out
    assert one(project).body["title"] == "Log out"
    assert run(["edit"]) == 2  # nothing is current


@pytest.mark.parametrize("name", [None, "vi", "/usr/bin/nano"])
def test_an_editor_that_asks_is_refused_without_a_terminal(project, monkeypatch, capsys, name):
    monkeypatch.delenv("EDITOR", raising=False)
    if name:
        monkeypatch.setenv("EDITOR", name)
    assert run(["edit", "m1"]) == 6


def test_a_text_that_is_refused_is_kept(project, tmp_path, monkeypatch, capsys):
    editor(tmp_path, monkeypatch, "p.write_text('title: [my long thoughts')")
    assert run(["edit", "m1"]) == 5
    assert (project.root / "local" / "edits" / "milestone-001.yaml").read_text() == "title: [my long thoughts"
    assert "local/edits/milestone-001.yaml" in capsys.readouterr().err.replace("\n       ", "")


def test_an_editor_that_fails_changes_nothing(project, tmp_path, monkeypatch):
    editor(tmp_path, monkeypatch, "p.write_text('title: x'); sys.exit(3)")
    assert run(["edit", "m1"]) == 1
    assert one(project).body["title"] == "Log in"
