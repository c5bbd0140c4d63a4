"""Words people type find the records they mean."""

import pytest

from milestone import errors
from milestone.domain.evolve import evolve
from milestone.domain.summary import row
from milestone.storage.base import Reading, Stamp
from milestone.storage.memory import MemoryStore
from milestone.testing.builders import ANA, NOW, a_body, a_milestone, a_task, an_event
from milestone.workspace import finding


@pytest.fixture
def reading() -> Reading:
    store = MemoryStore(evolve=evolve, summarise=row)
    bodies = [
        a_body("milestone-001", title="User login", tasks=[a_task("task-001"), a_task("task-002")]),
        a_body("milestone-002", title="User profile"),
        a_body("Größe", title="Größe ändern"),
    ]
    with store.transaction(Stamp(actor=ANA, at=NOW)) as txn:
        for body in bodies:
            txn.append([an_event("milestone.created", a_milestone(body["id"], uid=body["uid"]), body=body)])
    with store.reading() as found:
        return found


@pytest.mark.parametrize("word", ["milestone-001", "M-001", "m1", "1", "user-log", "User Log", "MILESTONE-1"])
def test_a_milestone_is_found(reading: Reading, word: str) -> None:
    assert finding.milestone(reading, word).body["id"] == "milestone-001"


def test_odd_ids_are_found_as_they_are(reading: Reading) -> None:
    assert finding.milestone(reading, "größe", writing=True).body["title"] == "Größe ändern"


@pytest.mark.parametrize("word", ["milestone-00", "m9", "", "milestone", "../etc"])
def test_what_nothing_answers_to_is_not_found(reading: Reading, word: str) -> None:
    with pytest.raises(errors.MilestoneNotFound):
        finding.milestone(reading, word)


def test_a_title_is_enough_for_reading_only(reading: Reading) -> None:
    with pytest.raises(errors.MilestoneNotFound) as refusal:
        finding.milestone(reading, "user-log", writing=True)
    assert refusal.value.candidates == ["milestone-001"]
    with pytest.raises(errors.AmbiguousId) as ambiguous:
        finding.milestone(reading, "user")
    assert ambiguous.value.candidates == ["milestone-001", "milestone-002"]


def test_the_current_one_has_words(reading: Reading) -> None:
    assert finding.milestone(reading, "@", current="milestone-002").body["id"] == "milestone-002"
    assert finding.task(reading, "t2", current="milestone-001")[1]["id"] == "task-002"
    with pytest.raises(errors.InvalidRequest):
        finding.milestone(reading, "current")


@pytest.mark.parametrize("word", ["m1/t2", "m1/2", "milestone-001/task-002", "1/t-02"])
def test_a_task_is_found(reading: Reading, word: str) -> None:
    document, task = finding.task(reading, word)

    assert (document.body["id"], task["id"]) == ("milestone-001", "task-002")


def test_a_task_that_is_not_there_is_named_with_those_that_are(reading: Reading) -> None:
    with pytest.raises(errors.TaskNotFound) as refusal:
        finding.task(reading, "m1/t9")

    assert refusal.value.candidates == ["milestone-001/task-001", "milestone-001/task-002"]


def test_lists_take_commas_and_spaces(reading: Reading) -> None:
    found = finding.milestones(reading, ["m1,m2", "m1"])

    assert [document.body["id"] for document in found] == ["milestone-001", "milestone-002"]
