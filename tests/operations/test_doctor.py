"""The doctor names what is wrong, repairs what is safe and changes nothing by looking."""

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from milestone.cli.main import run
from milestone.clock import FrozenClock
from milestone.config import Settings
from milestone.domain import summary
from milestone.domain.document import Actor
from milestone.domain.evolve import evolve
from milestone.operations import doctor, repair, surroundings
from milestone.storage.file import FileStore
from milestone.testing import plain
from milestone.workspace.base import Workspace

A, B = "0" * 31 + "a", "0" * 31 + "b"
TASK = {"id": "task-001", "title": "Write it", "status": "pending"}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    root = tmp_path / ".milestones"
    store = FileStore(root, evolve=evolve, summarise=summary.row)
    noon = FrozenClock(datetime(2026, 11, 20, 12, tzinfo=UTC))
    opened = Workspace(root, store, Settings({}), noon, Actor(name="ana"))
    opened.write(lambda _txn, _ctx: [plain.created(A, 1, title="Log in", status="planned", tasks=[TASK])])
    opened.write(lambda _txn, _ctx: [plain.created(B, 2, title="Pay", status="planned")])
    return opened


def codes(health: doctor.Health) -> list[str]:
    return [each["code"] for each in health.findings if each["code"] != "no_bytecode"]


def examine(workspace: Workspace) -> doctor.Health:
    return doctor.examine(workspace, environ={})


def test_a_sound_project_has_no_findings(workspace: Workspace):
    health = examine(workspace)

    assert (codes(health), health.ok, health.exit_code) == ([], True, 0)


def test_a_broken_file_is_named_with_its_place_and_left_alone(workspace: Workspace):
    path = workspace.root / "active" / "milestone-001.yaml"
    path.write_text("title: x\nstatus: [planned\n")

    health = examine(workspace)

    [found] = [each for each in health.findings if each["severity"] == "error"]
    assert found["where"].startswith("active/milestone-001.yaml:")
    assert health.exit_code == 5
    assert path.read_text() == "title: x\nstatus: [planned\n"


def test_what_cannot_be_is_named(workspace: Workspace):
    path = workspace.root / "active" / "milestone-001.yaml"
    path.write_text(
        "title: Log in\ncolour: red\nstatus: in_progress\ndependencies: [milestone-099]\n"
        "tasks:\n  - {id: task-001, title: Write it, status: completed}\n"
        "  - {id: task-002, title: Test it, dependencies: [task-009]}\n"
    )

    health = examine(workspace)

    assert {"unknown_key", "unknown_dependency", "typed_status", "unknown_task", "unrecorded"} <= set(
        codes(health)
    )
    assert health.exit_code == 5


def test_a_record_without_its_file_is_named(workspace: Workspace):
    (workspace.root / "active" / "milestone-002.yaml").unlink()
    workspace.write(lambda _txn, _ctx: [])

    health = examine(workspace)

    assert [(each["code"], each["where"]) for each in health.findings if each["code"] == "away"] == [
        ("away", "milestone-002")
    ]
    assert health.exit_code == 0


def test_examining_changes_no_byte(workspace: Workspace):
    (workspace.root / "active" / "milestone-003.yaml").write_text("title: By hand\n")
    before = {path: path.read_bytes() for path in workspace.root.rglob("*") if path.is_file()}

    examine(workspace)

    assert {path: path.read_bytes() for path in workspace.root.rglob("*") if path.is_file()} == before


def test_a_changed_line_of_the_log_is_damage_and_can_be_repaired(workspace: Workspace):
    log = workspace.root / "logs" / "events" / "1.jsonl"
    text = log.read_text()
    log.write_text(text.replace("Pay", "Rob"))

    health = examine(workspace)
    assert (codes(health), health.exit_code) == (["log_damaged"], 9)

    repaired = repair.repair(workspace, environ={})
    assert (codes(repaired)[0], repaired.exit_code) == ("log_repaired", 0)
    assert (workspace.root / "logs" / "damaged" / "1" / "1.jsonl").read_text() == text.replace("Pay", "Rob")
    with workspace.reading() as reading:
        assert [row["title"] for row in reading.rows()] == ["Log in", "Pay"]
        assert [r.event.kind for r in reading.events()] == [
            "milestone.created",
            "milestone.created",
            "store.repaired",
        ]
    assert examine(workspace).ok


def test_a_log_that_lost_its_end_is_damage_and_can_be_repaired(workspace: Workspace):
    log = workspace.root / "logs" / "events" / "1.jsonl"
    log.write_text(log.read_text().splitlines(keepends=True)[0])

    assert examine(workspace).exit_code == 9
    assert repair.repair(workspace, environ={}).exit_code == 0
    with workspace.reading() as reading:
        assert [row["title"] for row in reading.rows()] == ["Log in", "Pay"]


def test_a_changed_document_is_damage_and_is_folded_anew(workspace: Workspace):
    kept = workspace.root / "local" / "documents" / "milestone" / f"{A}.json"
    kept.write_text(kept.read_text().replace("Log in", "Lag in"))

    assert examine(workspace).exit_code == 9
    assert repair.repair(workspace, environ={}).exit_code == 0
    assert examine(workspace).ok


def test_git_is_told_what_to_ignore(workspace: Workspace):
    subprocess.run(["git", "init", "-q", workspace.root.parent], check=True)
    assert codes(examine(workspace)) == ["not_ignored"]

    assert codes(repair.repair(workspace, environ={})) == ["not_ignored"]

    assert codes(examine(workspace)) == []
    assert "local/" in (workspace.root / ".gitignore").read_text()


def test_files_git_must_not_have_are_named(workspace: Workspace):
    subprocess.run(["git", "init", "-q", workspace.root.parent], check=True)
    subprocess.run(["git", "-C", workspace.root.parent, "add", "-f", ".milestones"], check=True)

    assert "tracked_local" in codes(examine(workspace))


def test_a_network_disk_is_named(tmp_path: Path):
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"22 1 0:20 / / rw - ext4 /dev/sda rw\n23 22 0:21 / {tmp_path} rw - nfs4 server:/home rw\n")

    assert surroundings.file_system(tmp_path / ".milestones", mounts) == "nfs4"
    assert surroundings.file_system(Path("/elsewhere"), mounts) == "ext4"


def test_the_command_answers_with_data_whatever_the_exit_code(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(workspace.root.parent)
    monkeypatch.setenv("MILESTONE_ACTOR", "ana")
    (workspace.root / "active" / "milestone-001.yaml").write_text("a: [\n")

    code = run(["doctor", "--json"])

    answer = json.loads(capsys.readouterr().out)
    assert code == 5
    assert (answer["kind"], answer["data"]["ok"]) == ("doctor", False)
    assert {"severity", "code", "where", "message", "repaired"} <= set(answer["data"]["findings"][0])
    assert run(["doctor"]) == 5
    assert "active/milestone-001.yaml" in capsys.readouterr().out
