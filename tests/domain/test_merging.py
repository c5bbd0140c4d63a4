"""Merging two versions of a record: the same from both sides, and nothing anybody said vanishes."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from milestone.domain import paths
from milestone.domain.joining import join

BASE: dict[str, Any] = {
    "id": "milestone-004",
    "uid": "b" * 32,
    "title": "A",
    "status": "planned",
    "tasks": [{"id": "task-001", "title": "one", "status": "pending"}],
}


def changed(unset: tuple[str, ...] = (), **to_set: Any) -> dict[str, Any]:
    return paths.apply(BASE, {path.replace("__", "/"): value for path, value in to_set.items()}, unset)


def test_fields_of_both_sides_meet():
    body = join(BASE, changed(title="B"), changed(owner="ana")).body

    assert (body["title"], body["owner"]) == ("B", "ana")


def test_of_two_new_tasks_with_one_id_the_smaller_title_keeps_it():
    tea = changed(tasks=[*BASE["tasks"], {"id": "task-002", "title": "Tea"}])
    ale = changed(
        tasks=[
            *BASE["tasks"],
            {"id": "task-002", "title": "Ale"},
            {"id": "task-003", "title": "Drink", "dependencies": ["task-002"]},
        ]
    )

    for merged in (join(BASE, tea, ale), join(BASE, ale, tea)):
        titles = {task["id"]: task["title"] for task in merged.body["tasks"]}
        assert titles == {"task-001": "one", "task-002": "Ale", "task-003": "Drink", "task-004": "Tea"}
        assert merged.conflicts == ()


def test_what_waits_for_a_task_that_got_another_id_follows():
    one = changed(tasks=[*BASE["tasks"], {"id": "task-002", "title": "Ale"}])
    other = changed(
        tasks=[
            *BASE["tasks"],
            {"id": "task-002", "title": "Tea"},
            {"id": "task-005", "title": "Drink", "dependencies": ["task-002"]},
        ]
    )

    body = join(BASE, one, other).body

    assert paths.get(body, "tasks/task-005/dependencies") == ["task-006"]
    assert paths.get(body, "tasks/task-006/title") == "Tea"


def test_a_record_renumbered_on_both_sides_has_one_number_and_knows_the_other():
    one = {**BASE, "id": "milestone-999", "formerly": ["milestone-004"]}
    other = {**BASE, "id": "milestone-1000", "formerly": ["milestone-004"]}

    merged = join(BASE, one, other)

    assert merged.body["id"] == "milestone-1000"
    assert merged.body["formerly"] == ["milestone-004", "milestone-999"]
    assert merged.conflicts == ()


def test_a_reference_follows_its_uid_through_two_renumberings():
    uid = "c" * 32
    base = {**BASE, "dependencies": {"requires": ["milestone-002"]}, "refs": {uid: "milestone-002"}}
    one = {**base, "dependencies": {"requires": ["milestone-005"]}, "refs": {uid: "milestone-005"}}
    other = {
        **base,
        "dependencies": {"requires": ["milestone-007", "milestone-001"]},
        "refs": {uid: "milestone-007", "d" * 32: "milestone-001"},
    }

    body = join(base, one, other).body

    assert body["dependencies"]["requires"] == ["milestone-007", "milestone-001"]
    assert body["refs"][uid] == "milestone-007"


def test_a_conflict_settled_on_one_side_is_settled():
    both = join(BASE, changed(title="B"), changed(title="C")).body
    assert both["conflicts"] == [{"field": "title", "value": "C", "other": "B"}]
    settled = {key: value for key, value in both.items() if key != "conflicts"} | {"title": "B"}

    assert join(both, settled, {**both, "owner": "ana"}).body == {**settled, "owner": "ana"}


def test_three_versions_leave_the_same_conflicts_in_any_order():
    one, two, three = (changed(title=title) for title in "BCD")

    first = join(BASE, join(BASE, one, two).body, three).body
    second = join(BASE, one, join(BASE, two, three).body).body

    assert first["title"] == second["title"] == "D"
    assert (
        sorted(c["other"] for c in first["conflicts"])
        == ["B", "C"]
        == sorted(c["other"] for c in second["conflicts"])
    )
    assert {c["value"] for c in [*first["conflicts"], *second["conflicts"]]} == {"D"}


def test_conflicts_found_one_after_the_other_stand_in_one_order():
    titles = [changed(title=title) for title in "BC"]
    owners = [changed(owner=owner) for owner in ("ana", "ben")]

    def merged(*sides: dict[str, Any]) -> list[str]:
        found = sides[0]
        for side in sides[1:]:
            found = join(BASE, found, side).body
        return [conflict["field"] for conflict in found["conflicts"]]

    assert merged(*titles, *owners) == merged(*owners, *titles) == ["owner", "title"]


def test_a_list_taken_away_here_and_added_to_there_keeps_what_was_added():
    base = {**BASE, "labels": ["x"]}

    assert join(base, BASE, {**base, "labels": ["x", "y"]}).body["labels"] == ["y"]


WORDS = st.sampled_from(["a", "b", "c", "planned", "completed", 1, 1.0, True, "1", None])
SCALARS = st.fixed_dictionaries({}, optional={"title": WORDS, "status": WORDS, "owner": WORDS, "x": WORDS})
SAID = WORDS.filter(lambda word: word is not None)  # as a file says it
SAYING = st.fixed_dictionaries({}, optional={"title": SAID, "status": SAID, "owner": SAID})
IDS = st.sampled_from([f"milestone-00{n}" for n in (1, 2)])
TASK = st.fixed_dictionaries(
    {"id": st.sampled_from(["task-001", "task-002", "task-003"]), "title": st.sampled_from(["p", "q", "r"])},
    optional={"status": st.sampled_from(["pending", "completed"]), "x": WORDS},
)
RECORDS = st.builds(
    lambda scalars, more: {"id": "milestone-004", "uid": "b" * 32, **scalars, **more},
    SCALARS,
    st.fixed_dictionaries(
        {},
        optional={
            "labels": st.lists(st.sampled_from("abc"), unique=True),
            "timeline": SCALARS,
            "tasks": st.lists(TASK, max_size=3, unique_by=lambda task: task["id"]),
            "dependencies": st.fixed_dictionaries({"requires": st.lists(IDS, unique=True)}),
            "refs": st.dictionaries(st.sampled_from(["c" * 32, "d" * 32]), IDS),
        },
    ),
)


@settings(max_examples=300, deadline=None)
@given(RECORDS, RECORDS, RECORDS)
def test_joining_is_the_same_from_both_sides(base: Any, one: Any, other: Any):
    a, b = join(base, one, other), join(base, other, one)

    assert repr(a.body) == repr(b.body)
    assert list(a.body) == list(b.body)
    assert sorted(map(repr, a.conflicts)) == sorted(map(repr, b.conflicts))


@settings(max_examples=300, deadline=None)
@given(RECORDS, RECORDS)
def test_joining_what_is_joined_changes_nothing(base: Any, one: Any):
    assert join(base, one, one).body == one
    assert join(one, one, one).body == one


@settings(max_examples=300, deadline=None)
@given(SAYING, SAYING, SAYING, SAYING)
def test_the_order_of_merges_makes_no_difference(base: Any, one: Any, two: Any, three: Any):
    first = join(base, join(base, one, two).body, three).body
    second = join(base, one, join(base, two, three).body).body

    def told(body: Any) -> Any:
        return sorted(map(repr, body.get("conflicts", [])))

    assert {**first, "conflicts": 0} == {**second, "conflicts": 0}
    assert told(first) == told(second)


@settings(max_examples=300, deadline=None)
@given(RECORDS, RECORDS, RECORDS)
def test_no_value_vanishes(base: Any, one: Any, other: Any):
    """What a side changed stands, or lies among the conflicts."""
    merged = join(base, one, other).body
    kept = repr([merged.get("conflicts")])

    for side in (one, other):
        for key in ("title", "status", "owner", "x"):
            if side.get(key) is not None and repr(side[key]) != repr(base.get(key, "absent")):
                assert repr(merged.get(key)) == repr(side[key]) or repr(side[key]) in kept
        titles = [task["title"] for task in merged.get("tasks", [])]
        before = [task["title"] for task in base.get("tasks", [])]
        for task in side.get("tasks", []):
            assert task["title"] in titles or task["title"] in before or repr(task["title"]) in kept


def test_a_task_that_got_another_id_on_both_sides_is_still_the_same():
    def tasks(*titles: str) -> dict[str, Any]:
        return changed(tasks=[{"id": f"task-00{n}", "title": title} for n, title in enumerate(titles, 1)])

    merged = join(tasks("one", "Tea"), tasks("one", "Ale", "Tea"), tasks("one", "Gin", "Tea"))

    assert {task["id"]: task["title"] for task in merged.body["tasks"]} == {
        "task-001": "one",
        "task-002": "Ale",
        "task-003": "Tea",
        "task-004": "Gin",
    }
    assert merged.conflicts == ()
