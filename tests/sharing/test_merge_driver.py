"""Git merges records field by field, by the driver entered in its configuration."""

import sys
from pathlib import Path

import pytest

from milestone.cli import merge_driver
from milestone.integrations.git import merge_entry
from milestone.operations.init import InitRequest, init
from milestone.storage import merged_text, versions, yaml_emit
from sharing.clones import git, unmerged

A, B = "0" * 31 + "a", "0" * 31 + "b"
PATH = "active/milestone-001.yaml"
RECORD = {
    "id": "milestone-001",
    "uid": A,
    "title": "Log in",
    "status": "planned",
    "tasks": [{"id": "task-001", "title": "Form", "status": "pending"}],
}
TYPED = f"""\
# About the door
id: milestone-001
uid: {A}
title: Log in      # short
status: planned

labels: [door]
# The end
"""


def text(**changes: object) -> str:
    return yaml_emit.emit({**RECORD, **changes})


def both_ways(base: str, one: str, other: str, path: str = PATH) -> str:
    merged = merged_text.merge(base, one, other, path)
    assert merged_text.merge(base, other, one, path) == merged
    return merged


def only(found: str) -> dict:
    [version] = versions.read(found, PATH)
    return version.body


def test_each_side_changed_a_field():
    assert both_ways(text(), text(title="Sign in"), text(priority="high")) == text(
        title="Sign in", priority="high"
    )


def test_comments_of_both_sides_stay():
    one = TYPED.replace("# short", "# terse").replace("[door]", "[door, key]")
    other = TYPED.replace("# The end", "# The very end").replace("planned", "completed")

    merged = both_ways(TYPED, one, other)

    assert merged == one.replace("# The end", "# The very end").replace("planned", "completed")


def test_where_both_changed_one_comment_one_stands():
    merged = both_ways(TYPED, TYPED.replace("# short", "# terse"), TYPED.replace("# short", "# brief"))

    assert merged == TYPED.replace("# short", "# terse")


def test_two_new_records_under_one_name_are_two_documents():
    merged = both_ways("", text(), text(uid=B, title="Pay"))

    assert merged == text() + "---\n" + text(uid=B, title="Pay")
    assert [version.uid for version in versions.read(merged, PATH)] == [A, B]
    assert versions.needs_settling(merged)
    assert not versions.needs_settling(text())


def test_two_new_hand_made_records_under_one_name_are_two_documents():
    merged = both_ways("", "title: Log in\n", "title: Pay\n")

    found = versions.read(merged, PATH)
    assert sorted(version.body["title"] for version in found) == ["Log in", "Pay"]
    assert len({version.uid for version in found}) == 2
    assert all(version.is_named for version in found)


def test_a_record_moved_there_and_changed_here_keeps_its_base():
    theirs = text(uid=B, title="Pay")

    merged = both_ways(text(), text(title="Sign in"), theirs)

    here, there = versions.read(merged, PATH)
    assert (here.body["title"], here.base) == ("Sign in", RECORD)
    assert (there.body["title"], there.base) == ("Pay", None)
    assert both_ways(text(), text(), theirs) == theirs


def test_merging_a_merge_again_changes_nothing():
    merged = both_ways("", text(), text(uid=B, title="Pay"))

    assert both_ways("", text(), merged) == merged
    assert both_ways(merged, merged, merged) == merged
    assert both_ways(text(), merged, text(priority="low")).count("---\n") == 1


def test_a_side_that_is_no_record_is_merged_by_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    names = [str(tmp_path / name) for name in "oab"]
    for name, said in zip(names, (text(), text(title="Sign in"), "title: [broken\n"), strict=True):
        Path(name).write_text(said)

    assert merge_driver.run([*names, PATH]) == 1

    assert "<<<<<<< ours" in Path(names[1]).read_text()
    assert "is no record" in capsys.readouterr().err
    assert merge_driver.run(["--help"]) == 2


@pytest.fixture
def project(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    init(InitRequest(start=tmp_path), environ={"HOME": "/nonexistent"})
    (tmp_path / ".milestones" / PATH).write_text(text())
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "one")
    return tmp_path


def change(project: Path, branch: str, said: str) -> None:
    git(project, "checkout", "-q", "-B", branch, "main")
    (project / ".milestones" / PATH).write_text(said)
    git(project, "commit", "-qam", branch)


def test_git_merges_by_the_driver(project: Path):
    change(project, "one", text(title="Sign in", status="completed"))
    change(project, "two", text(title="Log on", status="in_progress"))

    git(project, "merge", "-q", "one")

    merged = only((project / ".milestones" / PATH).read_text())
    assert (merged["title"], merged["status"]) == ("Sign in", "completed")
    assert {(c["field"], c["other"]) for c in merged["conflicts"]} == {
        ("title", "Log on"),
        ("status", "in_progress"),
    }
    assert unmerged(project) == []


def test_where_the_program_is_gone_git_merges_by_lines(project: Path):
    command = git(project, "config", "merge.milestone.driver").strip()
    git(project, "config", "merge.milestone.driver", command.replace(sys.executable, "/nonexistent/python"))
    change(project, "one", text(title="Sign in"))
    change(project, "two", text(title="Log on"))

    git(project, "merge", "-q", "one", ok=False)

    assert unmerged(project) == [f".milestones/{PATH}"]
    assert "<<<<<<<" in (project / ".milestones" / PATH).read_text()


def test_init_enters_the_driver_once_and_says_so(project: Path):
    assert git(project, "config", "merge.milestone.driver").strip() == merge_entry.driver()
    assert merge_entry.enter(project / ".milestones") is None
    git(project, "config", "--unset", "merge.milestone.driver")
    assert merge_entry.enter(project / ".milestones") == merge_entry.SENTENCE


def test_without_git_nothing_is_entered(tmp_path: Path):
    git(tmp_path, "init", "-q")

    made = init(InitRequest(start=tmp_path, git=False), environ={"HOME": "/nonexistent"})

    assert "left alone" in " ".join(made.sentences)
    assert merge_entry.enter(made.root) is None
    assert git(tmp_path, "config", "merge.milestone.driver", ok=False) == ""
    assert not (made.root / ".gitattributes").exists()


def test_attributes_a_person_wrote_stay(project: Path):
    path = project / ".milestones" / ".gitattributes"
    path.write_text("*.png binary")

    merge_entry.enter(project / ".milestones")

    assert path.read_text() == "*.png binary\n" + merge_entry.ATTRIBUTES
