import itertools

import rustworkx
from hypothesis import given
from hypothesis import strategies as st

from milestone.domain import graph


@st.composite
def needs_of(draw):
    names = [f"n{i}" for i in range(draw(st.integers(1, 9)))]
    return {name: draw(st.lists(st.sampled_from([*names, "outside"]), max_size=4)) for name in names}


@st.composite
def acyclic_needs(draw):
    names = [f"n{i}" for i in range(draw(st.integers(1, 9)))]
    drawn = {n: draw(st.lists(st.sampled_from(names[:i]), max_size=3)) if i else [] for i, n in enumerate(names)}
    order = draw(st.permutations(names))
    return {name: drawn[name] for name in order}


def as_rustworkx(needs):
    found = rustworkx.PyDiGraph()
    place = {name: found.add_node(name) for name in needs}
    found.add_edges_from([(place[d], place[n], None) for n, ds in needs.items() for d in ds if d in place])
    return found


@given(needs_of())
def test_cycles_are_those_of_rustworkx(needs):
    reference = as_rustworkx(needs)
    knots = [
        c
        for c in rustworkx.strongly_connected_components(reference)
        if len(c) > 1 or reference.has_edge(c[0], c[0])
    ]

    assert graph.in_cycles(needs) == {reference[i] for c in knots for i in c}
    assert (graph.cycle(needs) is None) == rustworkx.is_directed_acyclic_graph(reference)


@given(needs_of())
def test_a_named_cycle_can_be_walked(needs):
    for found in graph.cycles(needs):
        assert found[0] == found[-1]
        assert all(later in needs[earlier] for earlier, later in itertools.pairwise(found))


@given(needs_of())
def test_order_puts_everything_after_what_it_waits_for(needs):
    found = graph.order(needs)

    assert sorted(found) == sorted(needs)
    knotted = graph.in_cycles(needs)
    for name in needs:
        if not (graph.reachable(needs, name) | {name}) & knotted:
            assert all(found.index(d) < found.index(name) for d in needs[name] if d in needs)


@given(acyclic_needs(), st.lists(st.integers(0, 9), min_size=9, max_size=9))
def test_the_critical_path_is_as_long_as_rustworkx_says(needs, hours):
    length = {name: float(hours[int(name[1:])]) for name in needs}
    reference = as_rustworkx(needs)
    longest = max(
        length[reference[end]]
        + max(
            (
                sum(length[reference[i]] for i in path[:-1])
                for start in reference.node_indices()
                for path in rustworkx.digraph_all_simple_paths(reference, start, end)
            ),
            default=0.0,
        )
        for end in reference.node_indices()
    )

    path = graph.critical_path(needs, length)
    slots = graph.schedule(needs, length)

    assert sum(length[name] for name in path) == longest == max(slot.end for slot in slots.values())
    assert all(slots[name].is_critical for name in path)
    assert all(slot.start >= slots[d].end for name, slot in slots.items() for d in needs[name])


def test_ready_is_what_waits_for_nothing_open_and_never_a_member_of_a_cycle():
    needs = {"a": [], "b": ["a"], "c": ["d"], "d": ["c"], "e": ["c"], "f": ["gone"]}

    assert graph.ready(needs, done=set()) == ["a"]
    assert graph.ready(needs, done={"a"}) == ["b"]


def test_slack_is_what_something_may_slip():
    slots = graph.schedule({"a": [], "b": ["a"], "c": ["a"], "d": ["b", "c"]}, {"a": 1, "b": 5, "c": 2, "d": 1})

    assert {name: slot.slack for name, slot in slots.items()} == {"a": 0, "b": 0, "c": 3, "d": 0}


def test_slack_on_dates_holds_back_what_may_not_start_earlier():
    slots = graph.schedule({"a": [], "b": []}, {"a": 5, "b": 3}, earliest={"b": 10})

    assert (slots["b"].start, slots["b"].slack, slots["a"].slack) == (10, 0, 8)


@given(needs_of())
def test_a_cycle_through_an_id_is_there_exactly_when_it_is_in_one(needs):
    for name in needs:
        found = graph.cycle_through(needs, name)
        assert (found is not None) == (name in graph.in_cycles(needs))
        assert found is None or (found[0] == found[-1] == name)


def test_who_waits_for_a_cycle_is_scheduled_after_what_else_it_waits_for():
    needs = {"a": ["a"], "b": ["d"], "c": ["b"], "d": ["a"]}

    assert graph.critical_path(needs, dict.fromkeys(needs, 1.0)) == ["d", "b", "c"]
