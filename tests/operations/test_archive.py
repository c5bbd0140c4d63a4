"""Archive through a whole workspace: what passes is moved and remembered, the rest is listed."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from milestone import errors
from milestone.clock import FrozenClock
from milestone.config import Setting, Settings
from milestone.domain import phases
from milestone.domain.decide import task as of_task
from milestone.domain.document import Actor, Body, Document, Event
from milestone.domain.evolve import evolve
from milestone.domain.summary import row
from milestone.operations import archive, lessons
from milestone.operations.archive import Outcome, Request
from milestone.storage.memory import MemoryStore
from milestone.testing.builders import a_body, a_task
from milestone.workspace.base import Workspace

Make = Callable[..., Workspace]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    root = tmp_path / ".milestones"
    root.mkdir()
    store = MemoryStore(evolve=evolve, summarise=row)

    def build(name: str = "ana", settings: dict[str, Any] | None = None, **fields: Any) -> Workspace:
        clock = FrozenClock(datetime(2026, 11, 20, 12, tzinfo=UTC))
        actor = Actor(name=name, kind="agent" if name.startswith("agent:") else "person")
        known = {key: Setting(key=key, value=value) for key, value in (settings or {}).items()}
        return Workspace(root, store, Settings(known), clock, actor, **fields)

    return build


def plan(workspace: Workspace, number: int, *tasks: Body, **fields: Any) -> None:
    body = a_body(f"milestone-{number:03d}", tasks=list(tasks), **fields)
    created = Event(kind="milestone.created", document="milestone", uid=body["uid"], data={"body": body})
    workspace.write(lambda txn, ctx: [created])


def do(workspace: Workspace, number: int, task: str, **fields: Any) -> None:
    def events(txn: Any, ctx: Any) -> list[Event]:
        document = next(d for d in txn.find("milestone") if d.body["id"] == f"milestone-{number:03d}")
        return of_task.complete(document, of_task.CompleteTask(task=task, **fields), ctx)

    workspace.write(events)


def put_away(workspace: Workspace, *words: str, batch: bool = False, **request: Any) -> list[Outcome]:
    with workspace.reading() as reading:
        documents = archive.candidates(reading, words, batch=batch)
    outcomes = archive.archive(workspace, documents, Request(**request))
    assert archive.write_lessons(workspace) is None
    return outcomes


def stored(workspace: Workspace, number: int) -> Document:
    with workspace.reading() as reading:
        return next(d for d in reading.find("milestone") if d.body["id"] == f"milestone-{number:03d}")


def test_what_is_done_is_moved_with_its_figures_and_a_block_in_the_lessons(make: Make) -> None:
    ana = make()
    plan(ana, 1, a_task("task-001", estimated_hours=2), success_criteria=[])
    do(ana, 1, "task-001", hours=3)

    (outcome,) = put_away(
        ana, "m1", insights=True, learned={"milestone-001": [{"text": "Ask first", "by": "ana"}]}
    )

    assert outcome.written is not None
    document = stored(ana, 1)
    assert (document.archived, document.body["status"]) == (True, "archived")
    assert document.body["lessons"][0]["people_hours"] == 3
    text = (ana.root / lessons.NAME).read_text()
    assert "## milestone-001 Reach milestone-001 (2026-11-20)" in text
    assert "Estimated 2 h. People 3 h." in text
    assert "- Ask first (ana)" in text
    assert "- task-001 Do task-001 took 3 h instead of 2 h." in text


def test_archiving_again_changes_nothing_and_adds_no_second_block(make: Make) -> None:
    ana = make()
    plan(ana, 1, a_task())
    do(ana, 1, "task-001")
    put_away(ana, "m1")

    (outcome,) = put_away(ana, "m1")

    assert outcome.was_archived
    assert (ana.root / lessons.NAME).read_text().count("## milestone-001") == 1


def test_a_block_that_a_crash_kept_away_comes_with_the_next_archive(make: Make) -> None:
    ana = make()
    for number in (1, 2):
        plan(ana, number, a_task())
        do(ana, number, "task-001")
    put_away(ana, "m1")
    (ana.root / lessons.NAME).unlink()

    put_away(ana, "m2")

    text = (ana.root / lessons.NAME).read_text()
    assert text.index("milestone-001") < text.index("milestone-002")


def test_open_tasks_and_unmet_criteria_are_all_listed(make: Make) -> None:
    ana = make()
    plan(
        ana,
        1,
        a_task("task-001"),
        a_task("task-002"),
        success_criteria=["it works", {"text": "fast", "met": True}],
    )
    do(ana, 1, "task-001")

    (outcome,) = put_away(ana, "m1")

    assert outcome.refusal is not None
    assert outcome.refusal.exit_code == 5
    assert [(f["code"], f["message"]) for f in outcome.refusal.findings] == [
        ("open_task", "task-002 Do task-002 is pending."),
        ("criterion_unmet", "it works"),
        ("criterion_unmet", "fast: only typed as met"),
    ]


def test_a_person_says_what_shows_a_criterion(make: Make) -> None:
    ana = make()
    plan(ana, 1, a_task(), success_criteria=["it works"])
    do(ana, 1, "task-001")

    (outcome,) = put_away(ana, "m1", met={"milestone-001": {"it works": "seen by Ben"}})

    assert outcome.written is not None
    assert stored(ana, 1).body["success_criteria"][0]["evidence"] == "seen by Ben"


def test_people_override_criteria_with_a_reason_but_not_open_tasks(make: Make) -> None:
    ana = make()
    plan(ana, 1, a_task(), success_criteria=["it works"])
    do(ana, 1, "task-001")
    plan(ana, 2, a_task(), success_criteria=["it works"])

    done, left = put_away(ana, "m1,m2", override="shipped as it is")

    assert done.written is not None
    assert stored(ana, 1).body["overrides"][0]["reason"] == "shipped as it is"
    assert left.refusal is not None
    assert [f["code"] for f in left.refusal.findings] == ["open_task"]


def test_programs_neither_override_nor_say_that_criteria_are_met(make: Make) -> None:
    plan(make(), 1, a_task(), success_criteria=["it works"])
    do(make(), 1, "task-001")

    with pytest.raises(errors.NeedsAPerson):
        put_away(make("agent:builder"), "m1", override="because")
    with pytest.raises(errors.NeedsAPerson):
        put_away(make("agent:builder"), "m1", met={"milestone-001": {"it works": "trust me"}})


def test_a_typed_completion_is_no_evidence_where_evidence_is_required(make: Make) -> None:
    strict = make(settings={"evidence": "required"})
    plan(strict, 1, a_task())
    hand = Event(
        kind="document.edited",
        document="milestone",
        uid=stored(strict, 1).uid,
        data={"set": {"tasks/task-001/status": "completed", "status": "completed"}, "via": "hand"},
    )
    strict.write(lambda txn, ctx: [hand])

    (outcome,) = put_away(strict, "m1")

    assert outcome.refusal is not None
    assert [f["code"] for f in outcome.refusal.findings] == ["evidence_missing"]


def test_a_typed_completion_does_not_get_past_a_gate(make: Make) -> None:
    ana = make()
    plan(ana, 1, a_task(status="completed", kiro_workflow=phases.fresh()), status="completed")

    (outcome,) = put_away(ana, "m1")

    assert outcome.refusal is not None
    assert [f["message"] for f in outcome.refusal.findings] == [
        "task-001 design phase has no approval that counts.",
        "task-001 spec phase has no approval that counts.",
    ]


def test_a_batch_takes_what_is_finished_and_lists_what_is_missing(make: Make) -> None:
    ana = make()
    for number, criteria in ((1, []), (2, ["it works"]), (3, [])):
        plan(ana, number, a_task(), success_criteria=criteria)
    do(ana, 1, "task-001")
    do(ana, 2, "task-001")

    outcomes = put_away(ana, batch=True, release="v1.2.0")

    assert [(o.id, o.refusal is None) for o in outcomes] == [("milestone-001", True), ("milestone-002", False)]
    assert stored(ana, 1).body["release"] == "v1.2.0"


def test_what_agents_noted_is_kept_as_theirs(make: Make) -> None:
    plan(make(), 1, a_task())
    uid = stored(make(), 1).uid
    note = Event(
        kind="task.noted",
        document="milestone",
        uid=uid,
        task="task-001",
        data={"note": "The mock lies."},
    )
    make("agent:builder").write(lambda txn, ctx: [note])
    do(make(), 1, "task-001")

    put_away(make(), "m1", insights=True)

    assert "- The mock lies. (text of agent:builder, task-001)" in (make().root / lessons.NAME).read_text()


def test_archived_work_feeds_the_next_estimates(make: Make) -> None:
    ana = make()
    plan(ana, 1, a_task("task-001", estimated_hours=2))
    do(ana, 1, "task-001", hours=3)
    put_away(ana, "m1")

    with ana.reading() as reading:
        assert [r["measured"] for r in reading.rows()] == [[[2, 3, 0]]]


def test_a_dry_run_moves_and_writes_nothing(make: Make) -> None:
    ana = make()
    plan(ana, 1, a_task())
    do(ana, 1, "task-001")
    dry = make()
    dry.options = dry.options.__class__(dry_run=True)

    (outcome,) = put_away(dry, "m1")

    assert outcome.written is not None
    assert outcome.written.dry_run
    assert not stored(ana, 1).archived
    assert not (ana.root / lessons.NAME).exists()


def test_lessons_that_cannot_be_written_are_a_warning_and_come_later(make: Make) -> None:
    ana = make()
    plan(ana, 1, a_task())
    do(ana, 1, "task-001")
    (ana.root / "completed").write_text("in the way")
    with ana.reading() as reading:
        documents = archive.candidates(reading, ["m1"], batch=False)
    archive.archive(ana, documents, Request())

    warning = archive.write_lessons(ana)

    assert warning is not None
    assert stored(ana, 1).archived
    (ana.root / "completed").unlink()
    assert archive.write_lessons(ana) is None
    assert "milestone-001" in (ana.root / lessons.NAME).read_text()


def test_a_link_is_replaced_and_what_it_leads_to_stays(make: Make, tmp_path: Path) -> None:
    ana = make()
    plan(ana, 1, a_task())
    do(ana, 1, "task-001")
    secret = tmp_path / "secret"
    secret.write_text("key")
    (ana.root / "completed").mkdir()
    (ana.root / lessons.NAME).symlink_to(secret)

    put_away(ana, "m1")

    assert secret.read_text() == "key"
    assert "key" not in (ana.root / lessons.NAME).read_text().splitlines()
