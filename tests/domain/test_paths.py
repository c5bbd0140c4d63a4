from hypothesis import given
from hypothesis import strategies as st

from milestone.domain import paths

KEYS = st.text("ab/~1", min_size=1, max_size=3)
LEAVES = st.none() | st.booleans() | st.integers(0, 3) | st.text("xy", max_size=2)
MEMBERS = st.lists(st.integers(0, 5), unique=True, max_size=4).map(
    lambda ns: [{"id": f"t{n}", "n": n} for n in ns]
)
BODIES = st.dictionaries(
    KEYS,
    st.recursive(LEAVES | MEMBERS, lambda s: st.dictionaries(KEYS, s, max_size=3) | st.lists(s, max_size=3)),
    max_size=4,
)


def test_a_task_is_addressed_by_its_id():
    body = {"tasks": [{"id": "task-001"}, {"id": "task-002", "title": "Old"}]}

    changed = paths.put(body, "tasks/task-002/title", "New")

    assert changed == {"tasks": [{"id": "task-001"}, {"id": "task-002", "title": "New"}]}
    assert body["tasks"][1]["title"] == "Old"
    assert changed["tasks"][0] is body["tasks"][0], "what did not change is shared"


def test_slashes_in_keys_are_escaped():
    assert paths.split(paths.join("a/b", "c~d")) == ["a/b", "c~d"]
    assert paths.get({"a/b": {"c~d": 1}}, paths.join("a/b", "c~d")) == 1


def test_an_unknown_member_is_appended_and_a_known_one_dropped():
    body = paths.put({"tasks": [{"id": "task-001"}]}, "tasks/task-009", {"id": "task-009"})

    assert [t["id"] for t in body["tasks"]] == ["task-001", "task-009"]
    assert paths.drop(body, "tasks/task-001") == {"tasks": [{"id": "task-009"}]}


def test_what_is_not_there_answers_the_default():
    assert paths.get({"a": [1]}, "a/5", "none") == "none"
    assert paths.drop({"a": 1}, "b/c") == {"a": 1}


@given(BODIES, BODIES)
def test_a_difference_applied_gives_the_new_record(old, new):
    to_set, to_unset = paths.diff(old, new)

    assert paths.apply(old, to_set, to_unset) == new
