"""Review through a whole workspace: what is judged lies on disk, and all tasks of a phase pass or none."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from milestone import errors
from milestone.clock import FrozenClock
from milestone.config import Settings
from milestone.domain import phases
from milestone.domain.decide import phase as rules
from milestone.domain.document import Actor, Body, Event
from milestone.domain.evolve import evolve
from milestone.domain.summary import row
from milestone.operations import review
from milestone.operations.review import Review
from milestone.storage.deliverables import Deliverables
from milestone.storage.memory import MemoryStore
from milestone.testing.builders import a_body, a_task
from milestone.workspace.base import Workspace

Make = Callable[..., Workspace]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    root = tmp_path / ".milestones"
    root.mkdir()
    store = MemoryStore(evolve=evolve, summarise=row)

    def build(name: str = "ana", **fields: Any) -> Workspace:
        clock = FrozenClock(datetime(2026, 11, 20, 12, tzinfo=UTC))
        actor = Actor(name=name, kind="agent" if name.startswith("agent:") else "person")
        return Workspace(root, store, Settings({}), clock, actor, present=True, **fields)

    return build


def a_project(workspace: Workspace, *tasks: Body, **fields: Any) -> None:
    body = a_body("milestone-001", tasks=list(tasks), **fields)
    created = Event(kind="milestone.created", document="milestone", uid=body["uid"], data={"body": body})
    workspace.write(lambda txn, ctx: [created])


def a_phased(task_id: str, **fields: Any) -> Body:
    return a_task(task_id, kiro_workflow=phases.fresh(**fields))


def write(workspace: Workspace, task_id: str, name: str, text: str, phase: str = "design") -> None:
    path = Deliverables(workspace.root).folder("milestone-001", task_id, phase) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def hand_in(workspace: Workspace, task_id: str) -> None:
    def events(txn: Any, ctx: Any) -> list[Event]:
        (document,) = txn.find("milestone")
        found = Deliverables(workspace.root).survey(document.body, task_id)
        return rules.finish(document, rules.FinishPhase(task=task_id, found=found), ctx)

    workspace.write(events)


def pending(workspace: Workspace, **only: Any) -> list[tuple[str, str]]:
    with workspace.reading() as reading:
        return [(line["ref"], line["phase"]) for line in review.pending(workspace, reading, **only)]


def test_what_waits_is_listed_and_mine_is_what_asks_me(make: Make) -> None:
    ana = make("ana")
    a_project(ana, a_phased("task-001", approvers=["ben"]), a_phased("task-002"))
    assert pending(ana) == []

    hand_in(ana, "task-001")
    hand_in(ana, "task-002")

    assert pending(ana) == [("milestone-001/task-001", "design"), ("milestone-001/task-002", "design")]
    assert pending(ana, only_mine=True) == [("milestone-001/task-002", "design")]
    assert len(pending(make("ben"), only_mine=True)) == 2


def test_a_reviewer_sees_files_digest_and_what_is_not_there(make: Make) -> None:
    ana = make()
    a_project(ana, a_phased("task-001"))
    write(ana, "task-001", "architecture.md", "One table.")
    hand_in(ana, "task-001")
    write(ana, "task-001", "notes.md", "more")

    with ana.reading() as reading:
        (item,) = review.judged(ana, reading, "m1/t1", None, None)

    assert [(f["path"], f["state"]) for f in item["deliverables"]] == [
        ("api-spec.yaml", "missing"),
        ("architecture.md", "there"),
        ("notes.md", "there"),
    ]
    assert item["changes"] == ["notes.md is new"]


def test_all_waiting_tasks_of_a_phase_are_approved_together(make: Make) -> None:
    ana = make()
    a_project(ana, a_phased("task-001"), a_phased("task-002"), a_phased("task-003"))
    hand_in(ana, "task-001")
    hand_in(ana, "task-002")

    _, items = review.decide(ana, Review(word="approve", milestone="m1", phase="design"))

    assert [(i["task"], i["open"], i["next_phase"]) for i in items] == [
        ("task-001", True, "spec"),
        ("task-002", True, "spec"),
    ]
    assert pending(ana) == []


def test_or_none_of_them(make: Make) -> None:
    ana = make()
    a_project(ana, a_phased("task-001"), a_phased("task-002", approvers=["ben"]))
    hand_in(ana, "task-001")
    hand_in(ana, "task-002")

    with pytest.raises(errors.NotPermitted):
        review.decide(ana, Review(word="approve", milestone="m1", phase="design"))

    assert len(pending(ana)) == 2


def test_a_deliverable_changed_after_approval_closes_the_gate(make: Make) -> None:
    ana = make()
    a_project(ana, a_phased("task-001"))
    write(ana, "task-001", "architecture.md", "One table.")
    hand_in(ana, "task-001")
    review.decide(ana, Review(word="approve", milestone="m1", task="t1"))
    assert pending(ana) == []

    write(ana, "task-001", "architecture.md", "Two tables.")
    assert pending(ana) == [("milestone-001/task-001", "design")]

    _, (item,) = review.decide(ana, Review(word="approve", milestone="m1", task="t1"))
    assert item["open"]
    assert pending(ana) == []


def test_another_version_is_refused(make: Make) -> None:
    ana = make()
    a_project(ana, a_phased("task-001"))
    hand_in(ana, "task-001")

    with pytest.raises(errors.Stale):
        review.decide(ana, Review(word="approve", milestone="m1", task="t1", version="0123456789ab"))


@pytest.mark.parametrize("fields", [{"name": "agent:builder"}, {"in_run": True}])
def test_agents_and_runs_get_7_before_anything_else(make: Make, fields: dict[str, Any]) -> None:
    a_project(make(), a_phased("task-001"))

    with pytest.raises(errors.NeedsAPerson):
        review.decide(make(**fields), Review(word="approve", milestone="m9", reviewer="ana"))


def test_the_history_keeps_every_word(make: Make) -> None:
    ana = make()
    a_project(ana, a_phased("task-001"))
    hand_in(ana, "task-001")
    review.decide(ana, Review(word="request-changes", milestone="m1", task="t1", comment="errors?"))
    hand_in(ana, "task-001")
    review.decide(ana, Review(word="approve", milestone="m1", task="t1", reviewer="ben", comment="good"))
    review.decide(ana, Review(word="withdraw", milestone="m1", task="t1", reviewer="ben"))

    with ana.reading() as reading:
        lines = review.history(reading, "m1", "t1")

    assert [(line["decision"], line["by"], line["comment"]) for line in lines] == [
        ("handed in", "ana", None),
        ("changes requested", "ana", "errors?"),
        ("handed in", "ana", None),
        ("approved", "ben", "good"),
        ("withdrawn", "ben", None),
    ]


def test_two_phases_waiting_are_decided_one_at_a_time(make: Make) -> None:
    ana = make()
    a_project(ana, a_phased("task-001"), a_phased("task-002"))
    hand_in(ana, "task-001")
    hand_in(ana, "task-002")
    review.decide(ana, Review(word="approve", milestone="m1", task="t1"))
    hand_in(ana, "task-001")

    with pytest.raises(errors.InvalidRequest) as refusal:
        review.decide(ana, Review(word="approve", milestone="m1"))

    assert refusal.value.candidates == ["spec", "design"]


def test_a_milestone_without_phases_says_so(make: Make) -> None:
    ana = make()
    a_project(ana, a_task())

    with pytest.raises(errors.NotFound, match="has no phases"):
        review.decide(ana, Review(word="approve", milestone="m1"))


def test_a_record_with_an_odd_path_hides_no_other(make: Make, tmp_path: Path) -> None:
    ana = make()
    odd = a_phased("task-001")
    odd["kiro_workflow"]["phases"]["design"] |= {"status": "in_review", "deliverables": [{"path": "../../secret"}]}
    a_project(ana, odd, a_phased("task-002"))
    hand_in(ana, "task-002")

    assert pending(ana) == [("milestone-001/task-001", "design"), ("milestone-001/task-002", "design")]
    with pytest.raises(errors.Refused, match="no place for a deliverable"):
        review.decide(ana, Review(word="approve", milestone="m1", task="t1"))
