import pytest

from milestone.domain import states


def test_every_way_leads_to_a_known_state():
    for table in states.TABLES.values():
        for state in table:
            assert set(state.leaves.values()) <= {other.value for other in table}, state


@pytest.mark.parametrize(
    ("noun", "state", "verb", "then"),
    [
        ("milestone", "planned", "started", "in_progress"),
        ("milestone", "paused", "resumed", "in_progress"),
        ("milestone", "archived", "reopened", "in_progress"),
        ("milestone", "cancelled", "reopened", "planned"),
        ("milestone", "archived", "cancelled", None),
        ("milestone", "planned", "completed", None),
        ("task", "failed", "retried", "pending"),
        ("task", "in_review", "completed", "completed"),
        ("task", "pending", "completed", None),
        ("task", "completed", "started", None),
        ("phase", "in_review", "approved", "approved"),
        ("phase", "rejected", "started", "in_progress"),
        ("phase", "pending", "approved", None),
    ],
)
def test_the_tables_say_where_a_verb_leads(noun, state, verb, then):
    assert states.after(noun, state, verb) == then


def test_a_state_typed_by_hand_that_nobody_knows_has_the_ways_of_the_first():
    assert states.after("task", "wat", "started") == "in_progress"
