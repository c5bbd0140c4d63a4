"""The doctor's repair: whatever happens to a file, nothing is lost that some copy knows (G20, G21)."""

import random
import shutil
from pathlib import Path

import pytest

from milestone import errors
from milestone.operations import backup, doctor, quarantine, repair
from milestone.storage import located, log_packing, salvage
from milestone.storage.backups import taking
from milestone.storage.located import Location
from milestone.testing import plain
from milestone.workspace.base import Workspace
from milestone.workspace.opening import open_workspace

KINDS = ("file", "hybrid", "sqlite")
UIDS = [f"{number:032x}" for number in range(1, 5)]


def open_project(folder: Path) -> Workspace:
    return open_workspace(folder, environ={"HOME": str(folder)}, as_="ana")


def project(folder: Path, kind: str) -> Workspace:
    root = folder / ".milestones"
    (root / "local").mkdir(parents=True)
    if kind != "file":
        located.write(root, Location(kind, None, 1, located.place_of(root)))
    workspace = open_project(folder)
    for number, uid in enumerate(UIDS, 1):
        write(workspace, plain.created(uid, number, title=f"Title {number}", status="planned"))
    for uid in UIDS:
        write(workspace, plain.edited(uid, description="long " * 200))
    return workspace


def write(workspace: Workspace, *events) -> None:
    workspace.write(lambda _txn, _ctx: list(events))


def state(workspace: Workspace) -> str:
    with workspace.reading() as reading:
        return taking.digest(reading)


def events_of(workspace: Workspace) -> int:
    with workspace.reading() as reading:
        return reading.mark.seq


def mend(folder: Path) -> doctor.Health:
    workspace = open_project(folder)
    health = repair.repair(workspace, environ={"PYTHONDONTWRITEBYTECODE": ""})
    workspace.store.close()
    return health


HARMS = {
    "flip": lambda data: data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 4]) + data[len(data) // 2 + 1 :],
    "flip early": lambda data: data[:9] + bytes([data[9] ^ 1]) + data[10:],
    "half": lambda data: data[: len(data) // 2],
    "empty": lambda _data: b"",
    "zeroes": lambda data: data[: len(data) // 3] + b"\0" * (len(data) // 3) + data[2 * (len(data) // 3) :],
    "gone": None,
}


def of_store(kind: str) -> list[str]:
    own = {"file": ["local/summary"], "hybrid": ["database/index.db"]}
    if kind == "sqlite":
        return ["database/milestones.db", "local/milestones.db.head"]
    return ["logs/events/1.jsonl", f"local/documents/milestone/{UIDS[0]}.json", *own[kind]]


CASES = [(kind, name, harm) for kind in KINDS for name in of_store(kind) for harm in HARMS]


@pytest.mark.parametrize(("kind", "name", "harm"), CASES)
def test_every_file_of_a_store_is_made_whole_from_log_and_backup(tmp_path, kind, name, harm):
    workspace = project(tmp_path, kind)
    backup.create(workspace)
    before, events = state(workspace), events_of(workspace)
    workspace.store.close()

    do_harm(workspace.root / name, harm)
    health = mend(tmp_path)

    assert health.exit_code == 0, health.findings
    again = open_project(tmp_path)
    assert state(again) == before
    assert events_of(again) >= events
    assert again.store.verify()["ok"]
    write(again, plain.edited(UIDS[0], title="Goes on"))
    assert doctor.examine(again, environ={}).exit_code == 0


def do_harm(path: Path, harm: str) -> None:
    change = HARMS[harm]
    if change is None:
        path.unlink()
    else:
        data = path.read_bytes()
        assert change(data) != data
        path.write_bytes(change(data))


@pytest.mark.parametrize("kind", ["file", "sqlite"])
def test_what_came_after_the_backup_comes_from_the_damaged_store_itself(tmp_path, kind):
    workspace = project(tmp_path, kind)
    backup.create(workspace)
    for number in range(40):
        write(workspace, plain.edited(UIDS[number % 4], title=f"After {number}"))
    before = state(workspace)
    workspace.store.close()

    name = "logs/events/1.jsonl" if kind == "file" else "database/milestones.db"
    path = workspace.root / name
    data = bytearray(path.read_bytes())
    place = data.index(b"Title 2")
    data[place] ^= 4
    path.write_bytes(bytes(data))
    health = mend(tmp_path)

    [told] = [each["message"] for each in health.findings if each["code"] == "log_repaired"]
    assert "came from the backup backup-" in told
    assert "nothing is lost" in told
    assert state(open_project(tmp_path)) == before


@pytest.mark.parametrize("harm", HARMS)
def test_a_packed_segment_is_made_whole_from_backups(tmp_path, harm):
    workspace = project(tmp_path, "file")
    log = workspace.root / "logs" / "events"
    log_packing.pack(str(log / "1.jsonl"))
    write(workspace, plain.edited(UIDS[0], title="In the next segment"))
    backup.create(workspace)
    before = state(workspace)

    [packed] = log.glob("*.gz")
    do_harm(packed, harm)
    health = mend(tmp_path)

    assert health.exit_code == 0, health.findings
    assert state(open_project(tmp_path)) == before


def test_what_nobody_knows_is_said(tmp_path):
    workspace = project(tmp_path, "file")
    before = state(workspace)
    workspace.store.close()
    log = workspace.root / "logs" / "events" / "1.jsonl"
    log.write_bytes(log.read_bytes().replace(b"Title 3", b"Titel 3"))

    health = mend(tmp_path)

    [told] = [each["message"] for each in health.findings if each["code"] == "log_repaired"]
    assert "It goes up to event 2; what came after is in no backup" in told
    again = open_project(tmp_path)
    with again.reading() as reading:
        assert [row["title"] for row in reading.rows()] == [f"Title {n}" for n in range(1, 5)]  # from the files
    assert before


def test_a_log_that_is_gone_comes_back_from_the_mirror(tmp_path):
    mirror = tmp_path / "elsewhere"
    mirror.mkdir()
    workspace = project(tmp_path / "shop", "file")
    config = workspace.root / "config"
    config.mkdir(exist_ok=True)
    (config / "milestone-config.yaml").write_text(f"backup: {{mirror: {mirror}}}\n")
    workspace = open_project(tmp_path / "shop")
    backup.create(workspace)
    before = state(workspace)
    for name in ("logs", "local", "backups"):
        shutil.rmtree(workspace.root / name)

    assert doctor.examine(open_project(tmp_path / "shop"), environ={}).exit_code == 9
    health = mend(tmp_path / "shop")

    assert "in the mirror" in next(each["message"] for each in health.findings if each["code"] == "log_repaired")
    assert health.exit_code == 0
    assert state(open_project(tmp_path / "shop")) == before


@pytest.mark.parametrize("kind", ["file", "hybrid"])
@pytest.mark.parametrize("junk", [b"\0" * 300, b"title: [x\n", b"\xff\xfe\x00", b""])
def test_a_file_nobody_can_read_is_set_aside_and_written_again(tmp_path, kind, junk):
    workspace = project(tmp_path, kind)
    file = workspace.root / "active" / "milestone-002.yaml"
    file.write_text(file.read_text() + "# ask Bo\n")
    write(workspace, plain.edited(UIDS[1], title="Known"))
    text = file.read_text()
    before = state(workspace)
    file.write_bytes(junk)

    with workspace.reading() as reading:  # the rest stays usable
        assert [row["id"] for row in reading.rows()] == [f"milestone-00{n}" for n in range(1, 5)]
    assert doctor.examine(workspace, environ={}).exit_code == 5
    health = mend(tmp_path)

    assert health.exit_code == 0, health.findings
    assert file.read_text() == text
    assert state(open_project(tmp_path)) == before
    [kept] = (workspace.root / "local" / "quarantine").iterdir()
    assert kept.read_bytes() == junk


def test_a_broken_file_that_nothing_knows_stays(tmp_path):
    workspace = project(tmp_path, "file")
    file = workspace.root / "active" / "milestone-009.yaml"
    file.write_text("title: [x\n")

    health = mend(tmp_path)

    assert [each["code"] for each in health.findings if each["where"] == "active/milestone-009.yaml"] == [
        "nothing_found"
    ]
    assert (health.exit_code, file.read_text()) == (5, "title: [x\n")


def test_a_files_text_comes_from_a_backup_where_the_log_knows_no_record(tmp_path):
    workspace = project(tmp_path, "file")
    file = workspace.root / "active" / "milestone-009.yaml"
    file.write_text("title: By hand\n")
    made = backup.create(workspace).manifest
    shutil.rmtree(workspace.root / "logs")
    shutil.rmtree(workspace.root / "local")
    shutil.rmtree(workspace.root / "active")
    (workspace.root / "active").mkdir()
    file.write_text("title: [By hand\n")
    for path in (workspace.root / "backups").glob("*.verified"):
        path.unlink()
    again = open_project(tmp_path)
    write(again, plain.created("f" * 32, 1, title="Anew", status="planned"))

    found, _ = quarantine.repair(again)

    assert made.id in found[0]["message"]
    assert "By hand" in file.read_text()


def test_repairs_are_not_made_again_and_again(tmp_path):
    workspace = project(tmp_path, "file")
    log = workspace.root / "logs" / "events" / "1.jsonl"
    for number in range(repair.TRIES):
        log.write_bytes(log.read_bytes()[:-60] + b"x" * 10 + b"\n")
        mend(tmp_path)
        assert len(list((workspace.root / "logs" / "damaged").iterdir())) == number + 1
    log.write_bytes(log.read_bytes()[:-60] + b"x" * 10 + b"\n")

    with pytest.raises(errors.Busy):
        mend(tmp_path)
    assert len(list((workspace.root / "logs" / "damaged").iterdir())) == repair.TRIES


def test_one_repair_at_a_time(tmp_path):
    workspace = project(tmp_path, "file")
    with backup.shelf_of(workspace).alone(), pytest.raises(errors.Busy):
        mend(tmp_path)


def test_a_log_is_put_together_from_pieces(tmp_path):
    """Whatever two copies lost, what either has is there; the seeded fault: a line nobody has ends the log."""
    workspace = project(tmp_path, "file")
    with workspace.reading() as reading:
        lines = list(reading.lines())
    chosen = random.Random(5)
    for _ in range(200):
        lost = [{n for n in range(len(lines)) if chosen.random() < 0.4} for _ in range(2)]
        one, other = ([line for n, line in enumerate(lines) if n not in gone] for gone in lost)
        chosen.shuffle(other)
        found = salvage.put_together([("one", one), ("other", [*other, b"rot", lines[0][:-1]])])
        missing = lost[0] & lost[1]
        assert list(found.lines) == lines[: min(missing, default=len(lines))]
