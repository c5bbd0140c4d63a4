"""A file store takes in `active/dependencies.yaml` and keeps it true."""

from pathlib import Path

import pytest

from milestone.domain.document import Actor, Event
from milestone.domain.evolve import evolve
from milestone.domain.summary import row
from milestone.storage.base import Stamp
from milestone.storage.file import FileStore

STAMP = Stamp(actor=Actor(name="ana"), at="2026-11-20T12:00:00.000Z")
SHARED = """# ours
dependencies:
  milestone-001:
    enables: ["milestone-003"]   # later
  milestone-002:
    depends_on: ["milestone-001"]   # why
    critical_path: false
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    active = tmp_path / ".milestones" / "active"
    active.mkdir(parents=True)
    for number in (1, 2):
        (active / f"milestone-00{number}.yaml").write_text(f"id: milestone-00{number}\ntitle: T{number}\n")
    (active / "dependencies.yaml").write_text(SHARED)
    return tmp_path / ".milestones"


def opened(root: Path) -> FileStore:
    return FileStore(root, evolve=evolve, summarise=row)


def requires(root: Path) -> dict[str, list[str]]:
    with opened(root).reading() as reading:
        return {str(found["id"]): list(found["requires"]) for found in reading.rows()}


def write(root: Path, *events: Event) -> list[str]:
    with opened(root).transaction(STAMP) as txn:
        txn.append(events)
        return [recorded.event.kind for recorded in txn.adopted]


def uid(root: Path, name: str) -> str:
    with opened(root).reading() as reading:
        return next(d.uid for d in reading.find("milestone") if d.body["id"] == name)


def test_it_is_no_record_and_counts_before_anything_was_written(root):
    assert requires(root) == {"milestone-001": [], "milestone-002": ["milestone-001"]}
    assert sorted(path.name for path in root.iterdir()) == ["active"]


def test_what_it_says_becomes_part_of_the_records(root):
    assert write(root).count("milestone.created") == 2
    assert requires(root) == {"milestone-001": [], "milestone-002": ["milestone-001"]}
    assert (root / "active/dependencies.yaml").read_text() == SHARED
    assert write(root) == []


def test_an_edit_of_it_reaches_the_records_and_only_that(root):
    write(root)
    (root / "active/dependencies.yaml").write_text(SHARED.replace('["milestone-001"]', '["milestone-009"]'))

    assert requires(root)["milestone-002"] == ["milestone-009"]
    assert write(root) == ["document.edited", "document.edited"]
    assert requires(root)["milestone-002"] == ["milestone-009"]


def test_without_the_file_what_only_it_said_is_gone(root):
    write(root)
    (root / "active/dependencies.yaml").unlink()
    write(root)

    assert requires(root)["milestone-002"] == []


def test_a_record_that_comes_later_hears_of_it(root):
    write(root)
    (root / "active/milestone-003.yaml").write_text("id: milestone-003\ntitle: T3\n")
    (root / "active/dependencies.yaml").write_text(
        SHARED + '  milestone-003:\n    depends_on: ["milestone-002"]\n'
    )
    write(root)

    assert requires(root)["milestone-003"] == ["milestone-002"]


def test_a_requirement_dropped_by_a_command_is_dropped_there(root):
    write(root)
    about = {"document": "milestone", "uid": uid(root, "milestone-002"), "milestone": "milestone-002"}

    write(root, Event(kind="dependency.removed", data={"on": "milestone-001"}, **about))

    assert (root / "active/dependencies.yaml").read_text() == SHARED.replace('["milestone-001"]', "[]")
    assert requires(root)["milestone-002"] == []
    assert write(root) == []


def test_an_unreadable_one_stops_only_itself(root):
    write(root)
    (root / "active/dependencies.yaml").write_text("dependencies: [\n")

    with opened(root).reading() as reading:
        told = [(warning.path, warning.code) for warning in reading.warnings]
        kept = {str(found["id"]): list(found["requires"]) for found in reading.rows()}

    assert told == [("active/dependencies.yaml", "unreadable_file")]
    assert kept["milestone-002"] == ["milestone-001"]
    write(root)
    assert requires(root)["milestone-002"] == ["milestone-001"]


def test_the_log_verifies(root):
    write(root)

    assert opened(root).verify()["ok"]
