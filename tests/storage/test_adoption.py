"""What people, editors and git do to files is taken in, whatever it is."""

import errno
import os
import subprocess
from pathlib import Path

import pytest

from milestone.domain.document import Event
from milestone.storage import summary_file
from milestone.storage.file import FileStore
from milestone.storage.locks import RunLock
from milestone.testing import plain
from milestone.testing.store_contract import load, stamp, write

A, B = "0" * 31 + "a", "0" * 31 + "b"
TASKS = [{"id": "task-001", "title": "Write it", "status": "pending"}]


def adopt(store: FileStore) -> list[str]:
    """Open and close a transaction; return the kinds of what it took in."""
    with store.transaction(stamp()) as txn:
        return [recorded.event.kind for recorded in txn.adopted]


def body(store: FileStore, uid: str = A) -> dict:
    document = load(store, uid)
    assert document is not None
    return document.body


def a_file(root: Path, number: int = 1, folder: str = "active") -> Path:
    return root / folder / f"milestone-{number:03d}.yaml"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_change_writes_the_file(store: FileStore, root: Path):
    write(store, plain.created(A, 1, title="Log in"))

    assert "Log in" in a_file(root).read_text()
    assert adopt(store) == []


def test_an_edit_by_hand_becomes_an_event(store: FileStore, root: Path):
    write(store, plain.created(A, 1, title="Log in"))
    edit(a_file(root), "Log in", "Sign in")

    with store.transaction(stamp()) as txn:
        [recorded] = txn.adopted
        document = txn.load("milestone", A)

    assert recorded.event.kind == "document.edited"
    assert recorded.event.data["set"] == {"title": "Sign in"}
    assert recorded.event.data["via"] == "hand"
    assert document is not None
    assert document.body["title"] == "Sign in"
    assert "Sign in" in a_file(root).read_text()
    assert adopt(store) == []


def test_reading_shows_an_edit_and_records_nothing(store: FileStore, root: Path):
    write(store, plain.created(A, 1, title="Log in"))
    edit(a_file(root), "Log in", "Sign in")
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}

    with store.reading() as reading:
        assert reading.unrecorded == 1
        assert reading.seq == 1
        assert [row["title"] for row in reading.rows()] == ["Sign in"]

    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
    assert summary_file.read(str(root)) is None


def test_an_edit_is_kept_when_the_transaction_is_refused(store: FileStore, root: Path):
    write(store, plain.created(A, 1, title="Log in"))
    edit(a_file(root), "Log in", "Sign in")

    with pytest.raises(RuntimeError), store.transaction(stamp()):
        raise RuntimeError

    assert body(store)["title"] == "Sign in"
    with store.reading() as reading:
        assert (reading.seq, reading.unrecorded) == (2, 0)


def test_a_new_file_becomes_a_milestone(store: FileStore, root: Path):
    (root / "active").mkdir(parents=True)
    a_file(root, 7).write_text("title: By hand\n")

    assert adopt(store) == ["milestone.created"]

    with store.reading() as reading:
        [row] = reading.rows()
        assert (row["id"], row["title"], reading.last_number) == ("milestone-007", "By hand", 7)


def test_a_copy_gets_its_own_uid_and_number(store: FileStore, root: Path):
    write(store, plain.created(A, 1, title="Log in"))
    (root / "active" / "copy.yaml").write_text(a_file(root).read_text())

    with store.transaction(stamp()) as txn:
        assert [r.event.kind for r in txn.adopted] == ["milestone.created"]
        assert "copied_file" in [w.code for w in txn.warnings]
        rows = list(txn.rows())

    assert [row["id"] for row in rows] == ["milestone-001", "milestone-002"]
    assert rows[0]["uid"] == A != rows[1]["uid"]
    assert "milestone-002" in (root / "active" / "copy.yaml").read_text()
    assert adopt(store) == []


def test_a_missing_file_is_away_and_returns(store: FileStore, root: Path):
    write(store, plain.created(A, 1, title="Log in"))
    text = a_file(root).read_text()

    a_file(root).unlink()
    assert adopt(store) == ["document.removed"]
    with store.reading() as reading:
        assert list(reading.rows()) == []
        assert reading.last_number == 1

    a_file(root).write_text(text)
    assert adopt(store) == ["document.returned"]
    assert body(store)["title"] == "Log in"
    assert adopt(store) == []


def test_a_renamed_file_stays_the_same_milestone(store: FileStore, root: Path):
    write(store, plain.created(A, 1, title="Log in"))
    a_file(root).rename(root / "active" / "login.yaml")

    adopt(store)
    write(store, plain.edited(A, title="Sign in"))

    assert os.listdir(root / "active") == ["login.yaml"]
    assert "Sign in" in (root / "active" / "login.yaml").read_text()


def test_a_file_moved_to_completed_is_archived(store: FileStore, root: Path):
    write(store, plain.created(A, 1, title="Log in"))
    (root / "completed").mkdir()
    a_file(root).rename(a_file(root, folder="completed"))

    assert adopt(store) == ["document.edited"]

    document = load(store, A)
    assert document is not None
    assert document.archived


def test_archiving_moves_the_file(store: FileStore, root: Path):
    write(store, plain.created(A, 1, title="Log in"))
    write(store, plain.marked("milestone.archived", A))

    assert not a_file(root).exists()
    assert a_file(root, folder="completed").exists()
    assert adopt(store) == []


def test_deleting_takes_the_file_away(store: FileStore, root: Path):
    write(store, plain.created(A, 1, title="Log in"))
    write(store, plain.marked("milestone.deleted", A))

    assert os.listdir(root / "active") == []
    assert adopt(store) == []


def test_an_unreadable_file_is_named_and_left_alone(store: FileStore, root: Path):
    write(store, plain.created(A, 1, title="Log in"), plain.created(B, 2, title="Pay"))
    broken = "title: [unclosed\n"
    a_file(root).write_text(broken)

    with store.transaction(stamp()) as txn:
        assert txn.adopted == ()
        txn.append([plain.edited(B, title="Pay later")])
    with store.reading() as reading:
        [warning] = reading.warnings
        assert warning.path == "active/milestone-001.yaml"
        assert warning.line is not None
        assert [row["title"] for row in reading.rows()] == ["Log in", "Pay later"]
    light = summary_file.read(str(root))
    assert light is not None
    assert [told["path"] for told in light.warnings] == ["active/milestone-001.yaml"]
    assert a_file(root).read_text() == broken


def test_a_change_to_a_record_whose_file_is_unreadable_waits_for_the_file(store: FileStore, root: Path):
    write(store, plain.created(A, 1, title="Log in"))
    good = a_file(root).read_text()
    a_file(root).write_text("title: [unclosed\n")

    with store.transaction(stamp()) as txn:
        txn.append([plain.edited(A, priority="low")])
    assert [warning.code for warning in txn.warnings] == ["file_waits"]
    assert a_file(root).read_text() == "title: [unclosed\n"

    a_file(root).write_text(good.replace("Log in", "Sign in"))
    adopt(store)
    assert (body(store)["title"], body(store)["priority"]) == ("Sign in", "low")
    assert "low" in a_file(root).read_text()


def test_an_edit_between_reading_and_writing_is_not_overwritten(store: FileStore, root: Path):
    write(store, plain.created(A, 1, title="Log in", priority="high"))

    with store.transaction(stamp()) as txn:
        edit(a_file(root), "Log in", "Sign in")
        txn.append([plain.edited(A, priority="low")])
    assert "Sign in" in a_file(root).read_text()

    adopt(store)
    assert (body(store)["title"], body(store)["priority"]) == ("Sign in", "low")
    text = a_file(root).read_text()
    assert "Sign in" in text
    assert "low" in text


def test_an_editor_that_had_the_old_file_open_loses_nothing(store: FileStore, root: Path):
    write(store, plain.created(A, 1, title="Log in", priority="high"))
    with open(a_file(root), "r+") as editor:
        text = editor.read()
        write(store, plain.edited(A, priority="low"))  # puts another file there
        editor.seek(0)
        editor.write(text.replace("Log in", "Log On"))

    adopt(store)

    assert (body(store)["title"], body(store)["priority"]) == ("Log On", "low")


def test_an_older_record_of_another_clone_keeps_its_number(store: FileStore, root: Path):
    write(store, plain.created(B, 1, title="Ours"))
    git(root.parent, "init", "-q")
    theirs = a_file(root).read_text().replace(B, A).replace("Ours", "Theirs")
    (root / "active" / "milestone-001-theirs.yaml").write_text(theirs)
    git(root.parent, "add", ".milestones/active/milestone-001-theirs.yaml")
    git(root.parent, "commit", "-qm", "theirs")

    with store.transaction(stamp()) as txn:
        kinds = [(r.event.kind, r.event.data.get("via"), r.actor.name) for r in txn.adopted]
    assert kinds == [("milestone.renumbered", "hand", "by hand"), ("milestone.created", "git", "Ana")]
    assert body(store, A)["id"] == "milestone-001"
    assert (body(store, B)["id"], body(store, B)["formerly"]) == ("milestone-002", ["milestone-001"])
    assert adopt(store) == []


def test_checkout_and_back_keeps_everything(store: FileStore, root: Path):
    write(store, plain.created(A, 1, title="First"))
    git(root.parent, "init", "-q")
    git(root.parent, "add", ".milestones/active")
    git(root.parent, "commit", "-qm", "one")
    write(store, plain.edited(A, title="Second"), plain.created(B, 2, title="Later"))
    git(root.parent, "add", ".milestones/active")
    git(root.parent, "commit", "-qm", "two")

    git(root.parent, "checkout", "-q", "HEAD~1")
    with store.transaction(stamp()) as txn:
        told = {r.event.kind: r for r in txn.adopted}
    assert set(told) == {"document.edited", "document.removed"}
    assert told["document.edited"].event.data["via"] == "git"
    assert told["document.edited"].actor.name == "Ana"
    assert body(store)["title"] == "First"

    git(root.parent, "checkout", "-q", "-")
    assert sorted(adopt(store)) == ["document.edited", "document.returned"]
    with store.reading() as reading:
        assert [row["title"] for row in reading.rows()] == ["Second", "Later"]


def test_while_a_run_holds_a_milestone_its_states_are_put_right(root: Path):
    store = FileStore(root, evolve=plain.evolve, summarise=plain.row)
    running = {"id": "session-20261120-001", "state": "running", "holds": [A]}
    done = [{**TASKS[0], "status": "completed"}]
    write(store, plain.created(A, 1, title="Log in", tasks=done))
    write(store, Event(kind="session.started", document="session", uid="s1", data={"body": running}))
    lock = RunLock(root)
    assert lock.acquire()
    try:
        edit(a_file(root), "completed", "pending")
        edit(a_file(root), "Log in", "Sign in")
        with store.transaction(stamp()) as txn:
            assert txn.held_by() == {A: "session-20261120-001"}
            assert txn.warnings
    finally:
        lock.release()

    assert body(store)["title"] == "Sign in"
    assert body(store)["tasks"][0]["status"] == "completed"
    assert "completed" in a_file(root).read_text()
    assert adopt(store) == []


def test_a_copied_folder_begins_a_new_epoch(store: FileStore, root: Path, tmp_path: Path):
    write(store, plain.created(A, 1, title="Log in"))
    subprocess.run(["cp", "-r", root, tmp_path / "copy"], check=True)
    copy = FileStore(tmp_path / "copy", evolve=store.evolve, summarise=store.summarise)

    assert adopt(copy) == []

    with store.reading() as one, copy.reading() as other:
        assert one.epoch != other.epoch
        assert (one.seq, other.seq) == (1, 1)


def test_a_value_both_sides_changed_is_kept_twice(store: FileStore, root: Path):
    write(store, plain.created(A, 1, title="Log in"))
    with store.transaction(stamp()) as txn:
        edit(a_file(root), "Log in", "Sign in")
        txn.append([plain.edited(A, title="Log on")])

    adopt(store)

    assert body(store)["title"] == "Sign in"
    assert [(c["field"], c["other"]) for c in body(store)["conflicts"]] == [("title", "Log on")]
    assert "Log on" in a_file(root).read_text()


def test_a_folder_without_a_log_is_taken_in_as_it_is(store: FileStore, root: Path):
    for number in range(1, 4):
        (root / "active").mkdir(parents=True, exist_ok=True)
        a_file(root, number).write_text(f"id: milestone-{number:03d}\ntitle: Number {number}\n")

    with store.reading() as reading:
        assert [row["title"] for row in reading.rows()] == ["Number 1", "Number 2", "Number 3"]
        assert (reading.seq, reading.unrecorded) == (0, 3)

    assert adopt(store) == ["milestone.created"] * 3


def git(folder: Path, *words: str) -> None:
    who = ["-c", "user.name=Ana", "-c", "user.email=ana@example.org"]
    subprocess.run(["git", "-C", folder, *who, *words], check=True, capture_output=True)


def done() -> Event:
    said = {"completed_at": "2026-11-20T12:00:00.000Z", "evidence": [{"grade": "self-reported", "by": "ana"}]}
    return Event(kind="task.completed", document="milestone", uid=A, task="task-001", data=said)


def test_an_editor_that_saves_what_it_loaded_before_a_change_takes_nothing_back(store: FileStore, root: Path):
    write(store, plain.created(A, 1, title="Log in", status="in_progress", tasks=TASKS))
    loaded = a_file(root).read_text()
    write(store, done())
    write(store, plain.edited(A, priority="high"))

    a_file(root).write_text(loaded.replace("Log in", "Sign in") + "# ask Ben first\n")
    with store.transaction(stamp()) as txn:
        assert "saved_over" in [warning.code for warning in txn.warnings]

    now = body(store)
    assert (now["title"], now["priority"], now["tasks"][0]["status"]) == ("Sign in", "high", "completed")
    text = a_file(root).read_text()
    assert "# ask Ben first" in text
    assert "completed" in text
    assert adopt(store) == []


def test_an_older_text_put_back_whole_is_meant(store: FileStore, root: Path):
    started = [{**TASKS[0], "status": "in_progress"}]
    write(store, plain.created(A, 1, title="Log in", status="in_progress", tasks=started))
    older = a_file(root).read_text()
    write(store, done())
    write(store, plain.edited(A, priority="high"))

    a_file(root).write_text(older)
    assert adopt(store) == ["document.edited"]

    assert body(store)["tasks"][0]["status"] == "in_progress"
    assert a_file(root).read_text() == older


def test_a_file_taken_away_during_a_change_is_away_and_the_change_recorded(store: FileStore, root: Path):
    write(store, plain.created(A, 1, title="Log in"))
    text = a_file(root).read_text()
    with store.transaction(stamp()) as txn:
        txn.append([plain.edited(A, priority="high")])
        a_file(root).unlink()

    assert adopt(store) == ["document.removed"]
    a_file(root).write_text(text)
    adopt(store)
    assert body(store)["priority"] == "high"
    assert "high" in a_file(root).read_text()


def test_a_disk_without_hard_links_is_written_all_the_same(
    store: FileStore, root: Path, monkeypatch: pytest.MonkeyPatch
):
    def refuse(old: str, new: str) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    write(store, plain.created(A, 1, title="Log in", status="planned"))
    with store.transaction(stamp()) as txn:
        txn.append([plain.edited(A, title="Sign in")])

    assert not txn.warnings
    assert "Sign in" in a_file(root).read_text()
    assert adopt(store) == []
