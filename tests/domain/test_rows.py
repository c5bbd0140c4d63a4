"""Rows answer for few milestones what all of them would say."""

from hypothesis import given
from hypothesis import strategies as st

from milestone.domain import graph, rows
from milestone.reports import ready

NAMES = [f"milestone-{number:03d}" for number in range(1, 7)]
REQUIRED = st.lists(st.sampled_from([*NAMES, "milestone-099"]), max_size=2, unique=True)


def a_row(number, status="planned", requires=(), enables=(), refs=None, tasks=1):
    return {
        "id": NAMES[number],
        "uid": f"u{number}",
        "status": status,
        "requires": list(requires),
        "enables": list(enables),
        "refs": refs or {},
        "unmet": {},
        "depends_overridden": [],
        "tasks": [{"id": f"task-{n:03d}", "status": "pending", "dependencies": []} for n in range(1, tasks + 1)],
    }


@st.composite
def projects(draw):
    return [
        a_row(
            number,
            draw(st.sampled_from(["planned", "in_progress", "completed", "cancelled"])),
            draw(REQUIRED),
            draw(REQUIRED),
            draw(st.dictionaries(st.sampled_from(["u0", "u1", "gone"]), st.sampled_from(NAMES), max_size=2)),
        )
        for number in range(len(NAMES))
    ]


@given(projects())
def test_links_are_what_all_rows_say_of_those_that_are_linked(listed):
    every = graph.of_rows(listed)

    found = rows.links(rows.of(listed))

    assert found == {name: wanted for name, wanted in every.items() if name in found}
    assert all(not wanted for name, wanted in every.items() if name not in found)


@given(projects(), st.sets(st.sampled_from(NAMES)))
def test_some_milestones_wait_for_what_they_wait_for_among_all(listed, names):
    every = [sight for sight in ready.tasks(listed) if sight.row["id"] in names]

    assert list(ready.of_some(rows.of(listed), sorted(names))) == every


def test_a_row_is_found_by_id_and_by_uid():
    listed = rows.of([a_row(0), a_row(1)])

    assert listed.named("milestone-002") == listed.of_uid("u1") == a_row(1)
    assert listed.named("milestone-003") is None and listed.of_uid("u9") is None
