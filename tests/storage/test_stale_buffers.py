"""What an editor saves from a buffer that never saw the last changes: its edits count, what commands did stays."""

from pathlib import Path

import pytest

from milestone.domain.document import Event
from milestone.storage.file import FileStore
from milestone.testing import plain
from milestone.testing.store_contract import load, stamp, write

A = "0" * 31 + "a"
TASKS = [{"id": f"task-{n:03d}", "title": f"Step {n}", "status": "pending"} for n in (1, 2, 3)]


@pytest.fixture
def path(store: FileStore, root: Path) -> Path:
    """The file of a milestone with three tasks."""
    write(store, plain.created(A, 1, title="Log in", status="in_progress", priority="medium", tasks=TASKS))
    return root / "active" / "milestone-001.yaml"


def body(store: FileStore) -> dict:
    document = load(store, A)
    assert document is not None
    return document.body


def adopt(store: FileStore) -> list[str]:
    """Open and close a transaction; return the codes of its warnings."""
    with store.transaction(stamp()) as txn:
        return [warning.code for warning in txn.warnings]


def label(store: FileStore, *words: str) -> None:
    """Add labels by a command each."""
    for word in words:
        write(store, plain.edited(A, labels=[*body(store).get("labels", []), word]))


def done(task: str) -> Event:
    said = {"completed_at": "2026-11-20T12:00:00.000Z", "evidence": [{"grade": "self-reported", "by": "ana"}]}
    return Event(kind="task.completed", document="milestone", uid=A, task=task, data=said)


def test_an_editor_goes_on_from_its_own_last_save(store: FileStore, path: Path):
    mine = path.read_text()
    for edit in range(4):
        label(store, f"a{edit}", f"b{edit}")
        mine = mine.replace(f"Log in{' again' * edit}", f"Log in{' again' * (edit + 1)}", 1)
        path.write_text(mine)  # never loaded again
        assert adopt(store) == ["saved_over"]

    said = body(store)
    assert said["title"] == "Log in again again again again"
    assert said["labels"] == [f"{who}{edit}" for edit in range(4) for who in "ab"]
    assert "b3" in path.read_text()


def test_an_editor_that_never_sees_a_command_goes_on_for_long(store: FileStore, path: Path):
    mine = path.read_text()
    for edit in range(40):
        label(store, f"a{edit}")
        mine = mine.replace(f"Log in{'!' * edit}", f"Log in{'!' * (edit + 1)}", 1)
        path.write_text(mine)
        adopt(store)

    assert body(store)["title"] == "Log in" + "!" * 40
    assert body(store)["labels"] == [f"a{edit}" for edit in range(40)]


def test_a_save_nobody_looked_at_is_gone_on_from(store: FileStore, path: Path):
    mine = path.read_text().replace("Log in", "Sign in")
    label(store, "a")
    path.write_text(mine)
    label(store, "b")
    mine = mine.replace("Step 2", "Second step")
    path.write_text(mine)
    path.write_text(mine.replace("Step 3", "Third step"))

    label(store, "c")

    said = body(store)
    assert said["labels"] == ["a", "b", "c"]
    assert [said["title"], *(task["title"] for task in said["tasks"])] == [
        *("Sign in", "Step 1", "Second step", "Third step")
    ]


def test_a_comment_in_an_old_text_takes_nothing_back(store: FileStore, path: Path):
    old = path.read_text()
    write(store, done("task-001"))
    path.write_text(old + "# ask Ben first\n")

    assert adopt(store) == ["saved_over"]

    assert body(store)["tasks"][0]["status"] == "completed"
    text = path.read_text()
    assert "completed" in text
    assert text.endswith("# ask Ben first\n")
    assert adopt(store) == []


def test_the_same_text_saved_a_second_time_stands(store: FileStore, path: Path):
    mine = path.read_text().replace("Log in", "Sign in")
    write(store, plain.edited(A, priority="high"))
    label(store, "a")
    path.write_text(mine)
    assert adopt(store) == ["saved_over"]
    assert body(store)["priority"] == "high"

    path.write_text(mine)
    assert adopt(store) == []

    assert (body(store)["priority"], body(store).get("labels")) == ("medium", None)
    assert path.read_text() == mine


def test_values_set_back_in_the_newest_text_are_meant(store: FileStore, path: Path):
    write(store, plain.edited(A, priority="high"))
    label(store, "a", "b")
    write(store, plain.edited(A, description="Who comes in is known."))
    newest = path.read_text()

    path.write_text(newest.replace("high", "medium").replace("- a\n", "").replace("Step 3", "Third step"))
    assert "- a\n" in newest
    assert adopt(store) == []

    said = body(store)
    assert (said["priority"], said["labels"], said["tasks"][2]["title"]) == ("medium", ["b"], "Third step")
    assert said["description"] == "Who comes in is known."


def test_a_value_set_back_alone_is_meant_whoever_edited_since(store: FileStore, path: Path):
    write(store, plain.edited(A, priority="high"))
    path.write_text(path.read_text().replace("Log in", "Sign in"))
    assert adopt(store) == []

    path.write_text(path.read_text().replace("high", "medium"))
    assert adopt(store) == []

    assert (body(store)["priority"], body(store)["title"]) == ("medium", "Sign in")


def test_what_a_person_changed_last_a_person_may_set_back(store: FileStore, path: Path):
    old = path.read_text()
    path.write_text(old.replace("medium", "low").replace("Log in", "Sign in"))
    label(store, "a")
    path.write_text(old.replace("Step 2", "Second step"))

    assert adopt(store) == ["saved_over"]

    said = body(store)
    assert (said["priority"], said["title"], said["labels"]) == ("medium", "Log in", ["a"])
    assert said["tasks"][1]["title"] == "Second step"


def test_a_text_that_was_there_before_is_meant_whoever_edited_since(store: FileStore, path: Path):
    label(store, "a")
    old = path.read_text()
    label(store, "b", "c")
    path.write_text(path.read_text().replace("Log in", "Sign in"))
    label(store, "d")

    path.write_text(old)
    assert adopt(store) == []

    assert (body(store)["labels"], body(store)["title"]) == (["a"], "Log in")
    assert path.read_text() == old


@pytest.mark.parametrize("part", [0.3, 0.5, 0.7, 0.9])
def test_a_file_saved_in_two_pieces_is_taken_whole(store: FileStore, path: Path, part: float):
    label(store, "a", "b")
    whole = path.read_text().replace("Log in", "Sign in").replace("Step 2", "Second step")
    label(store, "c")
    path.write_text(whole[: int(len(whole) * part)])
    adopt(store)
    label(store, "d")
    path.write_text(whole)
    adopt(store)

    said = body(store)
    assert set(said["labels"]) == {"a", "b", "c", "d"}
    assert said["title"] == "Sign in"
    assert [task["title"] for task in said["tasks"]] == ["Step 1", "Second step", "Step 3"]
    assert "conflicts" not in said


def test_what_half_a_file_took_away_comes_back_as_commands_left_it(store: FileStore, path: Path):
    whole = path.read_text().replace("Log in", "Sign in")
    write(store, done("task-002"))
    path.write_text(whole[: whole.index("  - id: task-002")])
    adopt(store)
    assert len(body(store)["tasks"]) == 1
    label(store, "a")

    path.write_text(whole)
    adopt(store)

    said = body(store)
    assert (said["title"], said["labels"]) == ("Sign in", ["a"])
    assert [task["status"] for task in said["tasks"]] == ["pending", "completed", "pending"]
    assert "conflicts" not in said
