"""Taking changes back: by new events, exactly, and never under somebody who built on them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from milestone import errors
from milestone.clock import FrozenClock
from milestone.config import Settings
from milestone.domain import summary
from milestone.domain.decide import fact, milestone, task
from milestone.domain.decide.milestone import EditMilestone
from milestone.domain.document import Actor, Document, Event
from milestone.domain.evolve import evolve
from milestone.operations import removing, undo, update
from milestone.operations import task as tasks
from milestone.storage.file import FileStore
from milestone.testing.builders import a_body, a_task
from milestone.testing.workspaces import as_
from milestone.workspace.base import Workspace

NOON = FrozenClock(datetime(2026, 11, 20, 12, tzinfo=UTC))


@pytest.fixture
def ana(tmp_path: Path) -> Workspace:
    root = tmp_path / ".milestones"
    root.mkdir()
    store = FileStore(root, evolve=evolve, summarise=summary.row)
    return Workspace(root, store, Settings({}), NOON, Actor(name="ana", source="flag"))


@pytest.fixture
def bo(ana: Workspace) -> Workspace:
    return as_(ana, "bo")


def plan(workspace: Workspace, *bodies: dict) -> int:
    """Record milestones in one transaction and return its first seq."""
    events = [
        Event(kind="milestone.created", document="milestone", uid=b["uid"], milestone=b["id"], data={"body": b})
        for b in bodies
    ]
    return workspace.write(lambda _txn, _ctx: events).events[0].seq


def title(workspace: Workspace, text: str, ref: str = "m1") -> int:
    done = update.apply(workspace, workspace.root, [ref], update.Update(fields={"title": text}))
    return done.written.events[0].seq


def one(workspace: Workspace, place: int = 0) -> Document:
    with workspace.reading() as reading:
        return list(reading.find("milestone"))[place]


def said(document: Document) -> tuple:
    return (document.body, document.archived, document.deleted, document.away, document.proven)


def finish(workspace: Workspace, *refs: str) -> int:
    def rule(document, name, ctx):
        return task.complete(document, task.CompleteTask(task=name), ctx)

    return tasks.apply(workspace, workspace.root, refs, rule).written.events[0].seq


def start(workspace: Workspace, ref: str) -> int:
    def rule(document, name, ctx):
        return task.start(document, task.StartTask(task=name), ctx)

    return tasks.apply(workspace, workspace.root, [ref], rule).written.events[0].seq


def test_the_last_change_is_taken_back_and_the_log_keeps_both(ana):
    plan(ana, a_body(title="Log in"))
    before = said(one(ana))
    seq = title(ana, "Log out")

    done = undo.undo(ana)

    assert done.of == seq
    assert said(one(ana)) == before
    assert [r.event.kind for r in done.written.events] == ["change.undone"]
    with ana.reading() as reading:
        assert reading.seq == seq + 1


def test_undo_again_goes_further_back_and_an_undo_is_undone_by_its_number(ana):
    plan(ana, a_body(title="one"))
    title(ana, "two")
    title(ana, "three")

    undo.undo(ana)
    second = undo.undo(ana)
    assert one(ana).body["title"] == "one"

    undo.undo(ana, second.written.events[0].seq)
    assert one(ana).body["title"] == "two"


def test_only_the_own_last_change_is_taken_back_and_what_others_did_stays(ana, bo):
    plan(ana, a_body(title="one"))
    title(ana, "two")
    update.apply(bo, bo.root, ["m1"], update.Update(fields={"priority": "high"}))

    undo.undo(ana)

    assert (one(ana).body["title"], one(ana).body["priority"]) == ("one", "high")


def test_refused_with_the_list_when_others_built_on_it(ana, bo):
    plan(ana, a_body(title="one"))
    seq = title(ana, "two")
    later = title(bo, "three")

    with pytest.raises(errors.Refused) as refused:
        undo.undo(ana, seq)

    assert refused.value.code == "built_on"
    assert [each["seq"] for each in refused.value.findings] == [later]
    assert "bo" in refused.value.findings[0]["message"]
    assert one(ana).body["title"] == "three"


def test_a_finished_task_is_not_reopened_under_who_went_on_from_it(ana, bo):
    plan(ana, a_body(status="in_progress", tasks=[a_task(), a_task("task-002", dependencies=["task-001"])]))
    seq = finish(ana, "m1/t1")
    begun = start(bo, "m1/t2")

    with pytest.raises(errors.Refused) as refused:
        undo.undo(ana, seq)
    assert [each["seq"] for each in refused.value.findings] == [begun]

    undo.undo(bo)
    undo.undo(ana)
    assert [t["status"] for t in one(ana).body["tasks"]] == ["pending", "pending"]


def test_a_taken_back_completion_is_not_proven_any_more_and_a_restored_one_is(ana):
    plan(ana, a_body(status="in_progress", tasks=[a_task(), a_task("task-002")]))
    before = said(one(ana))
    seq = finish(ana, "m1/t1")
    after = said(one(ana))
    assert after[-1]

    back = undo.undo(ana, seq)
    assert said(one(ana)) == before

    undo.undo(ana, back.written.events[0].seq)
    assert said(one(ana)) == after


def test_planning_is_taken_back_unless_something_depends_on_it(ana, bo):
    first = plan(
        ana, a_body("milestone-001"), a_body("milestone-002", dependencies={"requires": ["milestone-001"]})
    )
    third = plan(bo, a_body("milestone-003", dependencies={"requires": ["milestone-002"]}))

    with pytest.raises(errors.Refused) as refused:
        undo.undo(ana, first)
    assert refused.value.code == "has_dependants"

    undo.undo(bo, third)
    undo.undo(ana, first)
    with ana.reading() as reading:
        assert list(reading.find("milestone")) == []
        assert reading.last_number == 3  # numbers are never given again
    assert not list((ana.root / "active").glob("*.yaml"))


def test_planning_that_somebody_worked_on_stays(ana, bo):
    seq = plan(ana, a_body())
    title(bo, "mine now")

    with pytest.raises(errors.Refused) as refused:
        undo.undo(ana, seq)
    assert refused.value.code == "built_on"


def test_a_deleted_milestone_comes_back_with_its_file_and_comments(ana):
    plan(ana, a_body())
    file = ana.root / "active" / "milestone-001.yaml"
    file.write_text(file.read_text() + "# why we do this: see the contract\n")
    title(ana, "Log in")
    text = file.read_text()
    before = said(one(ana))
    removing.delete(ana, ana.root, ["m1"], None)
    assert not file.exists()

    undo.undo(ana)

    assert said(one(ana)) == before
    assert file.read_text() == text


@pytest.mark.parametrize(
    ("kind", "data", "way"),
    [
        ("milestone.archived", {}, 'milestone reopen milestone-001 --reason "..."'),
        (
            "phase.approved",
            {"phase": "design", "given": {"by": "bo"}},
            "milestone review milestone-001 --withdraw",
        ),
        ("store.migrated", {"to": "sqlite"}, "milestone migrate --rollback"),
        ("store.restored", {"to": 1}, "milestone restore --at 1"),
        ("run.step_finished", {}, "milestone sessions"),
    ],
)
def test_what_has_its_own_way_back_is_refused_with_that_way(ana, kind, data, way):
    plan(ana, a_body(phases={"design": {"status": "in_review"}}))
    event = Event(kind=kind, document="milestone", uid=one(ana).uid, milestone="milestone-001", data=data)
    ana.write(lambda _txn, _ctx: [event])

    with pytest.raises(errors.Refused) as refused:
        undo.undo(ana)

    assert (refused.value.code, refused.value.next) == ("own_way_back", [way])


def test_what_a_run_did_is_not_undone_from_outside(ana):
    plan(ana, a_body(tasks=[a_task()]))
    ana.session = "session-20261120-001"
    start(ana, "m1/t1")
    ana.session = None

    with pytest.raises(errors.Refused) as refused:
        undo.undo(ana)
    assert refused.value.next == ['milestone task reopen milestone-001/task-001 --reason "..."']


def test_a_program_does_not_take_back_what_a_person_stated(ana):
    plan(ana, a_body(success_criteria=["docs are there"]))
    request = fact.MeetFact(fact="docs are there", evidence="seen")
    stated = ana.write(lambda txn, ctx: fact.meet(next(txn.find("milestone")), request, ctx)).events[0].seq

    with pytest.raises(errors.NeedsAPerson):
        undo.undo(as_(ana, "agent:x"), stated)


def test_an_edit_by_hand_is_taken_back_by_its_number(ana):
    plan(ana, a_body(title="one"))
    file = ana.root / "active" / "milestone-001.yaml"
    file.write_text(file.read_text().replace("one", "two"))
    adopted = ana.write(lambda _txn, _ctx: []).adopted

    undo.undo(ana, adopted[0].seq)

    assert one(ana).body["title"] == "one"
    assert "one" in file.read_text()


def test_nothing_of_ones_own_or_an_unknown_number_is_not_found(ana, bo):
    plan(bo, a_body())
    with pytest.raises(errors.NotFound):
        undo.undo(ana)
    with pytest.raises(errors.NotFound):
        undo.undo(ana, 99)


def test_a_change_is_taken_back_once(ana):
    plan(ana, a_body(title="one"))
    seq = title(ana, "two")
    undo.undo(ana, seq)
    with pytest.raises(errors.Refused) as refused:
        undo.undo(ana, seq)
    assert refused.value.code == "undone_already"


def test_dates_and_dependencies_come_back(ana):
    plan(ana, a_body("milestone-001"), a_body("milestone-002"))
    update.apply(ana, ana.root, ["m2"], update.Update(depends_on=["m1"]))
    before = said(one(ana, 1))
    dated = EditMilestone(set={"timeline/estimated_end": "2026-12-24"})
    ana.write(lambda txn, ctx: milestone.edit(list(txn.find("milestone"))[1], dated, ctx))

    undo.undo(ana)
    assert said(one(ana, 1)) == before
    undo.undo(ana)
    assert "requires" not in (one(ana, 1).body.get("dependencies") or {})
