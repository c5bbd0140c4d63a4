"""Signatures over the log: what they show, and each attack they find or, as the docs say, cannot find."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from milestone.clock import FrozenClock
from milestone.config import Setting, Settings
from milestone.domain.document import Actor, Event
from milestone.operations import running, sealing
from milestone.storage import log_line, seals
from milestone.storage.file import FileStore
from milestone.storage.log_line import GENESIS
from milestone.testing import plain
from milestone.testing.store_contract import stamp
from milestone.workspace.base import Workspace

EVENTS = 6
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    folder = tmp_path / "mirror"
    folder.mkdir()
    return folder


@pytest.fixture
def workspace(tmp_path: Path, mirror: Path) -> Workspace:
    """Return a project of six events, the first four sealed in two seals and pinned here and in the mirror."""
    opened = opened_at(tmp_path / ".milestones", mirror)
    for number in range(1, EVENTS + 1):
        write(opened, plain.created(f"{number:032x}", number, status="planned"))
        if number in (2, 4):
            assert sealing.seal(opened)
    return opened


def opened_at(root: Path, mirror: Path | None) -> Workspace:
    root.mkdir(exist_ok=True)
    settings = Settings({"backup.mirror": Setting(key="backup.mirror", value=str(mirror))} if mirror else {})
    store = FileStore(root, evolve=plain.evolve, summarise=plain.row)
    return Workspace(root, store, settings, FrozenClock(NOON), Actor(name="ana", source="flag"))


def write(workspace: Workspace, event: Event) -> None:
    with workspace.store.transaction(stamp()) as txn:
        txn.append([event])


def the_log(workspace: Workspace) -> Path:
    return workspace.root / "logs" / "events" / "1.jsonl"


def the_seals(workspace: Workspace) -> Path:
    return Path(seals.path(str(workspace.root)))


def codes(workspace: Workspace) -> set[str]:
    return {each["code"] for each in sealing.verify(workspace)["findings"]}


def test_what_is_sealed_is_told_with_its_key_and_what_is_not(workspace: Workspace):
    told = sealing.verify(workspace)

    assert told["ok"]
    assert [(key["from"], key["to"], key["seals"]) for key in told["keys"]] == [(1, 4, 2)]
    assert (told["unsigned"], told["gaps"], told["events"]) == (2, [], EVENTS)


def test_the_key_is_for_its_owner_only_and_stays_the_same(workspace: Workspace):
    key = workspace.root / "local" / "keys" / "log.key"
    before = key.read_text()

    sealing.seal(workspace)
    assert key.stat().st_mode & 0o077 == 0
    assert key.read_text() == before
    assert sealing.verify(workspace)["unsigned"] == 0


def test_a_seal_of_what_is_sealed_already_adds_none(workspace: Workspace):
    sealing.seal(workspace)
    before = the_seals(workspace).read_bytes()

    assert sealing.seal(workspace)
    assert the_seals(workspace).read_bytes() == before


def test_a_torn_seal_never_happened(workspace: Workspace):
    with open(the_seals(workspace), "ab") as file:
        file.write(b'{"v":1,"n":3,"epo')

    assert sealing.verify(workspace)["ok"]
    assert sealing.seal(workspace)
    assert sealing.verify(workspace)["unsigned"] == 0


def rechained(workspace: Workspace, change: Callable[[list[bytes]], list[bytes]]) -> None:
    """Change the lines of the log and make the chain fit again, as somebody without the key can."""
    lines = change(the_log(workspace).read_bytes().splitlines())
    prev, seq, written = GENESIS, 1, b""
    for text in lines:
        said = json.loads(text)
        said.pop("hash")
        line = log_line.DECODER.decode(json.dumps(said | {"prev": prev, "seq": seq}))
        encoded, prev = log_line.encode(line)
        seq, written = line.last_seq + 1, written + encoded
    the_log(workspace).write_bytes(written)
    for forgotten in ("summary", "documents"):
        shutil.rmtree(workspace.root / "local" / forgotten, ignore_errors=True)
        (workspace.root / "local" / forgotten).unlink(missing_ok=True)


def edited(lines: list[bytes]) -> list[bytes]:
    return [lines[0].replace(b"planned", b"cancelled"), *lines[1:]]


def without_second(lines: list[bytes]) -> list[bytes]:
    return [lines[0], *lines[2:]]


def reordered(lines: list[bytes]) -> list[bytes]:
    return [lines[1], lines[0], *lines[2:]]


def cut(lines: list[bytes]) -> list[bytes]:
    return lines[:3]


@pytest.mark.parametrize("attack", [edited, without_second, reordered, cut])
def test_a_log_rewritten_with_a_chain_that_fits_is_found_by_its_seals(workspace: Workspace, attack):
    rechained(workspace, attack)

    assert workspace.store.verify()["ok"]  # the chain alone shows nothing
    assert codes(workspace) & {"log_differs_from_signed", "log_shorter_than_signed"}


@pytest.mark.parametrize("attack", [edited, without_second, reordered, cut])
def test_seals_cut_away_with_what_they_signed_are_missed_by_the_pins(workspace: Workspace, attack):
    rechained(workspace, attack)
    the_seals(workspace).unlink()

    assert codes(workspace) & {"log_differs_from_signed", "log_shorter_than_signed"}
    Path(seals.pin_path(str(workspace.root))).unlink()  # the mirror has one of its own
    assert codes(workspace) & {"log_differs_from_signed", "log_shorter_than_signed"}


def test_later_seals_taken_away_are_missed_by_the_pin(workspace: Workspace):
    first = the_seals(workspace).read_bytes().splitlines(keepends=True)[0]
    the_seals(workspace).write_bytes(first)

    assert codes(workspace) == {"seals_missing"}


def test_a_seal_taken_out_of_the_middle_or_changed_is_found(workspace: Workspace):
    sealing.seal(workspace)
    lines = the_seals(workspace).read_bytes().splitlines(keepends=True)

    for wrong in (lines[1:], [lines[0], lines[2]], [lines[1], lines[0], lines[2]]):
        the_seals(workspace).write_bytes(b"".join(wrong))
        assert "seal_broken" in codes(workspace)
    for place in range(0, len(lines[0]) - 1, 11):
        changed = bytearray(b"".join(lines))
        changed[place] ^= 1
        the_seals(workspace).write_bytes(bytes(changed))
        assert "seal_broken" in codes(workspace), place


def test_who_signs_anew_with_a_key_of_their_own_is_not_the_pinned_one(workspace: Workspace):
    rechained(workspace, edited)
    the_seals(workspace).unlink()
    (workspace.root / "local" / "keys" / "log.key").unlink()
    Path(seals.pin_path(str(workspace.root))).unlink()
    unpinned = opened_at(workspace.root, None)
    sealing.seal(unpinned)

    assert sealing.verify(unpinned)["ok"]  # without a pin outside nothing shows it, as the docs say
    assert {"log_differs_from_signed", "key_not_pinned"} <= codes(workspace)


def test_edits_behind_the_last_seal_are_stated_as_unsigned_not_found(workspace: Workspace):
    rechained(workspace, lambda lines: [*lines[:5], lines[5].replace(b"planned", b"cancelled")])

    told = sealing.verify(workspace)
    assert told["ok"]
    assert told["unsigned"] == 2


def test_a_damaged_log_is_said_to_be_damaged(workspace: Workspace):
    data = bytearray(the_log(workspace).read_bytes())
    data[40] ^= 1
    the_log(workspace).write_bytes(bytes(data))

    told = sealing.verify(workspace)
    assert not told["ok"]
    assert told["keys"] == []


@pytest.mark.parametrize("kind", ["store.restored", "store.repaired"])
def test_what_a_backup_or_a_repair_replaced_is_a_gap_not_a_lie(workspace: Workspace, kind: str):
    lines = the_log(workspace).read_bytes().splitlines(keepends=True)
    the_log(workspace).write_bytes(b"".join(lines[:3]))
    shutil.rmtree(workspace.root / "local")
    (workspace.root / "local").mkdir()
    write(workspace, Event(kind=kind, document="project", uid="project"))

    told = sealing.verify(workspace)
    assert told["ok"], told["findings"]
    assert [(gap["from"], gap["to"]) for gap in told["gaps"]] == [(4, 4)]


def test_what_a_run_writes_is_signed_line_by_line(workspace: Workspace):
    ledger = running.ledger_of(workspace)

    for number in range(7, 10):
        created = plain.created(f"{number:032x}", number, status="planned")
        ledger.write("session-20261120-001", lambda _txn, _ctx, created=created: [created])

    assert sealing.verify(workspace)["unsigned"] == 0
    assert len(seals.lines(str(workspace.root))) == 2 + 3


def test_a_full_segment_is_sealed_by_the_command_that_begins_the_next(workspace: Workspace):
    store = workspace.store
    assert isinstance(store, FileStore)
    store.place.log._segment_bytes = 1

    write(workspace, plain.created(f"{9:032x}", 9, status="planned"))
    assert sealing.verify(workspace)["unsigned"] == 0
    assert (workspace.root / "logs" / "events" / "1.jsonl.gz").exists()


def test_a_project_that_was_moved_finds_its_pin_in_the_mirror(workspace: Workspace, mirror: Path, tmp_path: Path):
    rechained(workspace, cut)
    the_seals(workspace).unlink()
    Path(seals.pin_path(str(workspace.root))).unlink()
    workspace.root.rename(tmp_path / "elsewhere")

    assert codes(opened_at(tmp_path / "elsewhere", mirror)) & {
        "log_differs_from_signed",
        "log_shorter_than_signed",
    }


def test_a_copy_has_a_pin_of_its_own(workspace: Workspace, mirror: Path, tmp_path: Path):
    shutil.copytree(workspace.root, tmp_path / "copy")
    write(workspace, plain.created("f" * 32, 99, status="planned"))
    assert sealing.seal(workspace)

    assert codes(opened_at(tmp_path / "copy", mirror)) == set()
