"""With a database the files are a copy: an edit is named at once, and taken in by `sync`."""

from pathlib import Path
from typing import Any

import pytest

from milestone.domain.document import Event
from milestone.operations import beside, migrate
from milestone.storage import located, working_copy
from milestone.storage.located import Location
from milestone.testing.transactions import stamp
from sharing.clones import Clone, a_project, cloned


@pytest.fixture
def ana(tmp_path: Path) -> Clone:
    """A clone whose records are in SQLite, with the files written."""
    clone = a_project(tmp_path / "ana")
    located.write(clone.root, Location("sqlite"))
    clone.create("Log in", priority="low", tasks=[{"title": "Form"}])
    clone.create("Pay")
    clone.sync(commit=True)
    return clone


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def told(clone: Clone) -> list[tuple[str, str | None]]:
    with clone.workspace().reading() as reading:
        return [(warning.code, warning.path) for warning in reading.warnings]


def unrecorded(clone: Clone) -> int:
    with clone.workspace().reading() as reading:
        return reading.unrecorded


def test_sync_writes_the_files_and_then_has_nothing_to_do(ana: Clone):
    assert "title: Log in" in ana.path("milestone-001").read_text()
    assert (told(ana), unrecorded(ana)) == ([], 0)

    done = ana.sync()

    assert (done.paths, done.written.adopted) == ((), ())


def test_an_edit_is_named_and_taken_in(ana: Clone):
    edit(ana.path("milestone-001"), "Log in", "Sign in  # better")

    assert (told(ana), unrecorded(ana)) == ([("not_taken_in", "active/milestone-001.yaml")], 1)
    [recorded] = ana.sync().written.adopted

    assert (recorded.event.kind, recorded.event.data["set"]) == ("document.edited", {"title": "Sign in"})
    assert "Sign in" in ana.records()
    assert "# better" in ana.path("milestone-001").read_text()
    assert (told(ana), unrecorded(ana)) == ([], 0)


def test_the_files_are_written_while_somebody_else_has_the_turn_to_write(ana: Clone):
    ana.create("Search")

    with ana.workspace().store.transaction(stamp()):
        warnings = beside.refresh(ana.workspace())

    assert warnings == []
    assert "title: Search" in ana.path("milestone-003").read_text()
    assert told(ana) == []


def test_a_record_made_while_the_files_are_looked_at_keeps_its_number(ana: Clone, monkeypatch: pytest.MonkeyPatch):
    new = ana.path("milestone-003")
    new.write_text("id: milestone-003\ntitle: Typed\nstatus: planned\n")
    real = working_copy.look

    def looked(*given: Any) -> Any:
        seen = real(*given)
        ana.create("Search")
        return seen

    monkeypatch.setattr(working_copy, "look", looked)
    ana.sync()
    monkeypatch.undo()
    ana.sync()

    with ana.workspace().reading() as reading:
        numbers = {str(row["title"]): row["id"] for row in reading.rows()}
    assert numbers["Search"] == "milestone-003"
    assert numbers["Typed"] == "milestone-004"


def test_an_edit_and_a_command_meet(ana: Clone):
    edit(ana.path("milestone-001"), "Log in", "Sign in")
    ana.update("m1", fields={"priority": "high"})
    assert ("copy_out_of_date", None) in told(ana)

    ana.sync()

    assert ana.records()["Sign in"]["priority"] == "high"
    text = ana.path("milestone-001").read_text()
    assert "Sign in" in text
    assert "priority: high" in text


def test_what_both_changed_is_a_conflict(ana: Clone):
    edit(ana.path("milestone-001"), "Log in", "Sign in")
    ana.update("m1", fields={"title": "Log on"})

    done = ana.sync()

    assert [(c["field"], c["other"]) for c in done.conflicts] == [("title", "Log on")]
    assert ana.records()["Sign in"]["conflicts"][0]["other"] == "Log on"


def test_a_new_file_a_missing_one_and_one_that_returns(ana: Clone):
    text = ana.path("milestone-002").read_text()
    ana.path("milestone-002").unlink()
    ana.path("milestone-007").write_text("title: By hand\n")

    ana.sync(accept_removals=True)
    assert ana.records().keys() == {"Log in", "By hand"}
    ana.path("milestone-002").write_text(text)
    ana.sync()

    assert ana.records().keys() == {"Log in", "By hand", "Pay"}
    assert ana.create("Later") == "milestone-008"


def test_archiving_moves_the_file_with_the_next_refresh(ana: Clone):
    def archived(txn: Any, _ctx: Any) -> list[Event]:
        [document] = [each for each in txn.find("milestone") if each.body["title"] == "Pay"]
        return [
            Event(kind="milestone.archived", document="milestone", uid=document.uid, milestone="milestone-002")
        ]

    ana.workspace().write(archived)
    assert beside.refresh(ana.workspace()) == []

    assert not ana.path("milestone-002").exists()
    assert ana.path("milestone-002", "completed").exists()
    assert told(ana) == []


def test_a_file_that_moved_as_it_is_stays_the_record_it_was(ana: Clone):
    (ana.root / "completed").mkdir(exist_ok=True)
    ana.path("milestone-002").rename(ana.path("milestone-002", "completed"))

    ana.sync()

    assert ana.records().keys() == {"Log in", "Pay"}
    assert ana.path("milestone-002", "completed").exists()
    assert (told(ana), unrecorded(ana)) == ([], 0)


def test_losing_the_base_loses_nothing(ana: Clone):
    ana.update("m2", fields={"title": "Pay later"})
    edit(ana.path("milestone-001"), "Log in", "Sign in")
    (ana.root / "local" / "copy" / "index.json").unlink()

    ana.sync()

    assert ana.records().keys() == {"Sign in", "Pay later"}
    assert all("conflicts" not in body for body in ana.records().values())


def test_after_a_move_from_files_an_edit_is_named_and_taken_in(tmp_path: Path):
    clone = a_project(tmp_path / "ana")
    clone.create("Log in")
    clone.commit()
    migrate.migrate(clone.workspace(), "sqlite")
    edit(clone.path("milestone-001"), "Log in", "Sign in")

    assert ("not_taken_in", "active/milestone-001.yaml") in told(clone)
    clone.sync()

    assert "Sign in" in clone.records()
    assert told(clone) == []
    assert clone.git("status", "--porcelain", "--", ".milestones/active").split() == [
        "M",
        ".milestones/active/milestone-001.yaml",
    ]


def test_the_first_sync_of_a_clone_enters_the_merge_driver(ana: Clone, tmp_path: Path):
    ben = cloned(ana, tmp_path / "ben", "ben")
    located.write(ben.root, Location("sqlite"))

    done = ben.sync()

    assert "merge_driver" in [warning.code for warning in done.written.warnings]
    assert "merge-driver" in ben.git("config", "merge.milestone.driver")


def test_clones_on_files_and_on_sqlite_meet_and_a_commit_taken_in_twice_changes_nothing(
    ana: Clone, tmp_path: Path
):
    ben = cloned(ana, tmp_path / "ben", "ben")
    ben.sync()
    assert ben.create("Tea") == ana.create("Ale") == "milestone-003"
    ben.update("m1", fields={"title": "Sign in"})
    ana.update("m1", fields={"priority": "high"})
    ben.commit()
    ana.sync(commit=True)

    ana.git("pull", "-q", "--no-rebase", str(ben.folder), "main", ok=False)
    ana.sync(commit=True)
    ben.git("pull", "-q", "--ff-only", str(ana.folder), "main")
    ben.sync()

    assert ana.records() == ben.records()
    assert {body["id"] for body in ana.records().values()} == {f"milestone-{n:03d}" for n in range(1, 5)}
    for clone in (ana, ben):
        done = clone.sync()
        assert (done.paths, done.written.adopted) == ((), ())
        assert clone.git("status", "--porcelain") == ""
