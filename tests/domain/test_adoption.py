"""A file and the store are joined three-way; nothing typed is lost."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milestone.domain import paths
from milestone.domain.adoption import merge, put_right, take_back

BASE = {
    "id": "milestone-001",
    "title": "A",
    "status": "planned",
    "labels": ["x", "y"],
    "success_criteria": ["fast"],
    "tasks": [
        {"id": "task-001", "title": "one", "status": "pending"},
        {"id": "task-002", "title": "two", "status": "pending"},
    ],
}


def changed(*, unset: list[str] | None = None, **to_set: Any) -> dict[str, Any]:
    return paths.apply(BASE, {path.replace("__", "/"): value for path, value in to_set.items()}, unset)


def test_changes_of_both_sides_meet():
    file = paths.apply(BASE, {"title": "B", "tasks/task-002/title": "zwei"}, [])
    store = paths.apply(BASE, {"tasks/task-002/status": "completed", "owner": "ana"}, [])

    merged = merge(BASE, file, store)

    assert merged.conflicts == ()
    assert (merged.body["title"], merged.body["owner"]) == ("B", "ana")
    assert merged.body["tasks"][1] == {"id": "task-002", "title": "zwei", "status": "completed"}


def test_lists_of_words_are_sets():
    merged = merge(BASE, changed(labels=["y", "z"]), changed(labels=["x", "y", "w"]))

    assert merged.body["labels"] == ["y", "w", "z"]
    assert merged.conflicts == ()


def test_a_task_added_on_each_side():
    file = {**BASE, "tasks": [*BASE["tasks"], {"id": "task-003", "title": "three"}]}
    store = {**BASE, "tasks": [*BASE["tasks"], {"id": "task-004", "title": "four"}]}

    assert [task["id"] for task in merge(BASE, file, store).body["tasks"]] == [
        "task-001",
        "task-002",
        "task-003",
        "task-004",
    ]


def test_the_further_state_stands_and_the_other_is_kept():
    merged = merge(BASE, changed(status="in_progress"), changed(status="completed"))

    assert merged.body["status"] == "completed"
    assert merged.conflicts == ({"field": "status", "value": "completed", "other": "in_progress"},)
    assert merged.body["conflicts"] == list(merged.conflicts)


def test_the_greater_text_stands_on_both_sides_alike():
    one, other = changed(title="Beta"), changed(title="Alpha")

    assert merge(BASE, one, other).body == merge(BASE, other, one).body
    assert merge(BASE, one, other).body["title"] == "Beta"


def test_a_task_removed_here_and_changed_there_stays():
    file = paths.apply(BASE, {}, ["tasks/task-002"])
    store = paths.apply(BASE, {"tasks/task-002/status": "completed"}, [])

    merged = merge(BASE, file, store)

    assert merged.body["tasks"][1]["status"] == "completed"
    assert merged.conflicts[0]["field"] == "tasks/task-002" and merged.conflicts[0]["other"] is None


def test_a_removed_task_that_nobody_changed_is_gone():
    assert len(merge(BASE, paths.apply(BASE, {}, ["tasks/task-002"]), BASE).body["tasks"]) == 1


def test_a_criterion_met_by_a_command_meets_an_edited_list():
    store = changed(success_criteria=[{"text": "fast", "met": True}])
    file = changed(success_criteria=["fast", "small"])

    assert merge(BASE, file, store).body["success_criteria"] == [{"text": "fast", "met": True}, "small"]


def test_without_a_base_the_file_stands_and_nothing_is_lost():
    merged = merge(None, changed(title="B"), changed(owner="ana", title="C"))

    assert (merged.body["title"], merged.body["owner"]) == ("B", "ana")
    assert merged.conflicts == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["a", "b", "planned", "completed"]),
    lambda v: st.lists(v, max_size=3) | st.dictionaries(st.sampled_from(["status", "x", "y"]), v, max_size=3),
    max_leaves=6,
)
FIELDS = st.dictionaries(st.sampled_from(["status", "t"]), JSON)
TASK = st.builds(lambda number, more: {**more, "id": f"task-00{number}"}, st.integers(1, 4), FIELDS)
BODIES = st.fixed_dictionaries(
    {},
    optional={
        "title": JSON,
        "labels": st.lists(st.sampled_from("abcd"), unique=True),
        "tasks": st.lists(TASK, max_size=4, unique_by=lambda task: task["id"]),
        "timeline": JSON,
    },
)


@settings(max_examples=200, deadline=None)
@given(BODIES, BODIES, BODIES)
def test_merging_is_the_same_from_both_sides(base, one, other):
    a, b = merge(base, one, other), merge(base, other, one)

    assert {**a.body, "conflicts": None} == {**b.body, "conflicts": None}
    assert sorted(map(repr, a.conflicts)) == sorted(map(repr, b.conflicts))


@settings(max_examples=200, deadline=None)
@given(BODIES, BODIES)
def test_a_side_that_did_not_change_gives_way(base, side):
    assert merge(base, side, base).body == side
    assert merge(base, base, side).body == side
    assert merge(base, side, side).body == side


@settings(max_examples=200, deadline=None)
@given(BODIES, BODIES, BODIES)
def test_what_is_merged_can_be_recorded(base, file, store):
    merged = merge(base, file, store).body

    assert paths.apply(store, *paths.diff(store, merged)) == merged


@settings(max_examples=100, deadline=None)
@given(BODIES, BODIES)
def test_without_a_base_every_key_of_both_is_kept(file, store):
    assert merge(None, file, store).body.keys() == file.keys() | store.keys()


def test_a_held_milestone_keeps_what_commands_said():
    store = paths.apply(BASE, {"status": "in_progress", "tasks/task-001/status": "completed"}, [])
    store = paths.apply(store, {"tasks/task-001/evidence": [{"grade": "command"}]}, [])
    typed = paths.apply(BASE, {"title": "B", "tasks/task-002/status": "completed"}, [])

    held = put_right(store, typed)

    assert held.body["title"] == "B"
    assert held.body["status"] == "in_progress"
    assert held.body["tasks"][0] == {**store["tasks"][0]}
    assert held.body["tasks"][1]["status"] == "pending"
    assert len(held.warnings) == 3
    assert "milestone-001/task-002: the file says status completed" in held.warnings[2]


def test_a_held_milestone_keeps_a_task_and_takes_a_new_one_as_pending():
    typed = {**BASE, "tasks": [{"id": "task-009", "title": "new", "status": "completed", "attempts": 3}]}

    held = put_right(BASE, typed)

    assert [(task["id"], task["status"]) for task in held.body["tasks"]] == [
        ("task-009", "pending"),
        ("task-001", "pending"),
        ("task-002", "pending"),
    ]
    assert "attempts" not in held.body["tasks"][0]


@pytest.mark.parametrize("wanted", [BASE, {**BASE, "title": "B"}])
def test_a_held_milestone_that_agrees_warns_of_nothing(wanted):
    assert put_right(BASE, wanted).warnings == ()
    assert put_right(BASE, wanted).body == wanted


def test_a_change_is_taken_back_as_far_as_it_still_stands():
    after = paths.apply(BASE, {"title": "B", "owner": "ana", "labels": ["x", "y", "z"]}, ["tasks/task-001"])
    now = paths.apply(after, {"title": "C", "labels": ["y", "z", "w"], "tasks/task-002/title": "zwei"}, [])

    before = take_back(BASE, after, now)

    assert (before["title"], before["labels"], before.get("owner")) == ("C", ["y", "w"], None)
    assert {task["title"] for task in before["tasks"]} == {"one", "zwei"}
    assert "conflicts" not in before
