"""A file that an editor is saving at that very moment is neither taken for whole nor replaced."""

import os
import sys
from pathlib import Path

import pytest

from milestone.domain.document import Event
from milestone.storage import disk, replaced, saving
from milestone.storage.file import FileStore
from milestone.testing import plain
from milestone.testing.store_contract import load, stamp, write

A = "0" * 31 + "a"
TASKS = [{"id": f"task-{n:03d}", "title": f"Step {n}", "status": "pending"} for n in (1, 2, 3)]
linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who has a file open")


@pytest.fixture
def path(store: FileStore, root: Path) -> Path:
    """The file of a milestone with three tasks."""
    write(store, plain.created(A, 1, title="Log in", status="in_progress", priority="medium", tasks=TASKS))
    return root / "active" / "milestone-001.yaml"


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for an editor to be done."""
    monkeypatch.setattr(saving, "LONG", 0)
    monkeypatch.setattr(saving, "SHORT", 0)


@pytest.fixture
def untold(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system does not tell who has a file open."""
    monkeypatch.setattr(saving, "_has_writer", lambda _descriptor: None)


def body(store: FileStore) -> dict:
    document = load(store, A)
    assert document is not None
    return document.body


def warned(store: FileStore, **changes: object) -> list[str]:
    """Change the milestone if asked; return the codes of the transaction's warnings."""
    with store.transaction(stamp()) as txn:
        txn.append([plain.edited(A, **changes)] if changes else [])
    return [warning.code for warning in txn.warnings]


@linux
def test_a_file_open_for_writing_is_not_whole(tmp_path: Path):
    path = tmp_path / "file"
    path.write_text("whole\n")
    assert not saving.is_open(str(path))
    assert saving.read(str(path)) == b"whole\n"

    with open(path, "r+"):
        assert saving.is_open(str(path))
    with open(path):
        assert not saving.is_open(str(path))


def test_a_file_that_is_not_there_is_nobodys(tmp_path: Path):
    assert saving.read(str(tmp_path / "file")) is None
    assert not saving.is_open(str(tmp_path / "file"))


@pytest.mark.usefixtures("untold")
def test_a_young_file_that_ends_in_mid_line_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "file"
    monkeypatch.setattr(saving, "SHORT", 0)
    monkeypatch.setattr(saving, "YOUNG_NS", 10**15)
    monkeypatch.setattr(saving.time, "sleep", lambda _seconds: path.write_text("title: Log in\n"))

    path.write_text("title: Lo")

    assert saving.read(str(path)) == b"title: Log in\n"


@linux
@pytest.mark.usefixtures("hurried")
def test_half_a_file_is_taken_when_it_is_whole(store: FileStore, path: Path):
    whole = path.read_text().replace("Log in", "Sign in")
    half = len(whole) // 2
    with open(path, "w") as editor:
        editor.write(whole[:half])
        editor.flush()
        assert warned(store, priority="high") == ["file_waits"]
        assert len(body(store)["tasks"]) == 3
        assert path.read_text() == whole[:half]
        editor.write(whole[half:])

    assert warned(store) == []
    assert (body(store)["title"], body(store)["priority"], len(body(store)["tasks"])) == ("Sign in", "high", 3)
    assert "high" in path.read_text()


@linux
@pytest.mark.usefixtures("hurried")
def test_half_a_new_file_is_no_milestone_yet(store: FileStore, path: Path):
    other = path.with_name("milestone-002.yaml")
    with open(other, "w") as editor:
        editor.write("title: Pay\n")
        editor.flush()
        assert warned(store) == []
        with store.reading() as reading:
            assert [row["title"] for row in reading.rows()] == ["Log in"]
        editor.write("priority: high\n")

    warned(store)
    with store.reading() as reading:
        assert [(row["title"], row["priority"]) for row in reading.rows()] == [
            ("Log in", "medium"),
            ("Pay", "high"),
        ]


@linux
@pytest.mark.usefixtures("hurried")
def test_half_the_shared_dependencies_take_nothing_away(store: FileStore, path: Path):
    write(store, plain.created("b" * 32, 2, status="planned"))
    shared = path.with_name("dependencies.yaml")
    text = "dependencies:\n  milestone-002:\n    requires: [milestone-001]\n"
    shared.write_text(text)
    warned(store)
    with open(shared, "w") as editor:
        editor.write("dependencies:\n")
        editor.flush()
        warned(store)
        editor.write(text.partition("\n")[2])

    with store.transaction(stamp()) as txn:
        assert txn.adopted == ()
        assert [row["requires"] for row in txn.rows()] == [[], ["milestone-001"]]


@pytest.mark.usefixtures("hurried", "untold")
def test_what_is_written_into_a_replaced_file_is_taken_in(store: FileStore, path: Path):
    mine = path.read_text().replace("Log in", "Sign in")
    write(store, plain.edited(A, labels=["a"]))
    with open(path, "r+") as editor:
        write(store, plain.edited(A, labels=["a", "b"]))  # puts another file there
        editor.truncate()
        editor.write(mine)
    assert "Sign in" not in path.read_text()

    assert warned(store) == ["saved_over"]

    assert (body(store)["title"], body(store)["labels"]) == ("Sign in", ["a", "b"])
    assert "Sign in" in path.read_text()


@pytest.mark.usefixtures("hurried", "untold")
def test_two_editors_of_the_same_replaced_text_are_both_heard(store: FileStore, path: Path):
    first = path.read_text()
    with open(path, "r+") as one:
        write(store, plain.edited(A, priority="high"))
        path.write_text(first)
        warned(store)
        with open(path, "r+") as other:
            write(store, plain.edited(A, priority="low"))
            one.write(first.replace("Log in", "Sign in"))
            other.write(first.replace("Step 3", "Third step"))

    warned(store)

    said = body(store)
    assert (said["title"], said["tasks"][2]["title"], said["priority"]) == ("Sign in", "Third step", "low")


@linux
def test_a_replaced_file_is_watched_as_long_as_it_is_open(
    store: FileStore, path: Path, monkeypatch: pytest.MonkeyPatch
):
    mine = path.read_text().replace("Log in", "Sign in")
    monkeypatch.setattr(replaced, "WATCHED_NS", 0)
    with open(path, "r+") as editor:
        with monkeypatch.context() as untold:
            untold.setattr(saving, "_has_writer", lambda _descriptor: None)
            write(store, plain.edited(A, priority="high"))
        warned(store)
        warned(store)
        editor.write(mine)

    warned(store)

    assert (body(store)["title"], body(store)["priority"]) == ("Sign in", "high")


def test_a_file_that_gets_a_new_one_put_over_it_at_the_last_moment_is_not_replaced(
    store: FileStore, path: Path, monkeypatch: pytest.MonkeyPatch
):
    mine = path.read_text().replace("Log in", "Sign in")
    link = disk.link

    def overtaken(old: str, new: str) -> bool:
        done = link(old, new)
        path.with_suffix(".swp").write_text(mine)
        path.with_suffix(".swp").rename(path)
        return done

    monkeypatch.setattr(disk, "link", overtaken)
    assert warned(store, priority="high") == ["file_waits"]
    assert path.read_text() == mine

    monkeypatch.undo()
    warned(store)
    assert (body(store)["title"], body(store)["priority"]) == ("Sign in", "high")


@pytest.mark.usefixtures("hurried", "untold")
def test_what_no_record_can_take_in_is_kept_and_named(store: FileStore, path: Path, root: Path):
    with open(path, "r+") as editor:
        write(store, plain.edited(A, priority="high"))
        editor.truncate()
        editor.write("title: [unclosed\n")

    assert warned(store) == ["rescued_file"]

    [kept] = (root / "local" / "rescued").iterdir()
    assert kept.read_text() == "title: [unclosed\n"
    assert body(store)["priority"] == "high"
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.usefixtures("hurried", "untold")
def test_dependencies_written_into_a_replaced_file_are_kept_and_named(store: FileStore, path: Path, root: Path):
    write(store, plain.created("b" * 32, 2, status="planned"))
    shared = path.with_name("dependencies.yaml")
    shared.write_text("dependencies:\n  milestone-002:\n    requires: [milestone-001]\n")
    warned(store)
    event = {"on": "milestone-001", "list": "requires"}
    with open(shared, "r+") as editor:
        kind = "dependency.removed"
        write(
            store,
            Event(kind=kind, document="milestone", uid="b" * 32, milestone="milestone-002", data=event),
        )
        editor.write("# who waits for whom\n")

    assert warned(store) == ["rescued_file"]

    [kept] = (root / "local" / "rescued").iterdir()
    assert kept.read_text().startswith("# who waits for whom\n")
