"""People's own words become the records' words; nothing is refused, nothing forgotten."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milestone.domain import free_forms, shape, words
from milestone.domain.deeper import DEEPER
from milestone.domain.vocabulary import understand

NAME = "active/milestone-001.yaml"


def body(**raw: Any) -> dict[str, Any]:
    return understand({"id": "milestone-001", "title": "A", **raw}, NAME).body


def codes(raw: dict[str, Any]) -> list[str]:
    return [remark.code for remark in understand(raw, NAME).remarks]


def test_the_free_form_of_the_scenarios():
    raw = {
        "Milestone": "milestone-003",
        "Title": "Implement frontend components",
        "Estimated Duration": "1 week",
        "Tasks": ["Create React component library", "[x] Build homepage layout", {"Style": "8h"}],
    }

    found = understand(raw, "active/milestone-003.yaml").body

    assert found["id"] == "milestone-003"
    assert found["timeline"] == {"estimated_hours": 40}
    assert [(t["id"], t["title"], t["status"]) for t in found["tasks"]] == [
        ("task-001", "Create React component library", "pending"),
        ("task-002", "Build homepage layout", "completed"),
        ("task-003", "Style", "pending"),
    ]
    assert found["status"] == "in_progress"  # from its tasks


@pytest.mark.parametrize(
    ("typed", "requires"),
    [
        (["milestone-005", "M-6", 7], ["milestone-005", "milestone-006", "milestone-007"]),
        ("milestone-005, milestone-006", ["milestone-005", "milestone-006"]),
        ({"requires": "milestone-002"}, ["milestone-002"]),
        ({"depends_on": ["milestone-002"]}, ["milestone-002"]),
        ({"Technical": [{"milestone-045": "Validation"}], "Business": [{"milestone-023": "Plan"}]},
         ["milestone-045", "milestone-023"]),
        ({"milestone-045": "Validation"}, ["milestone-045"]),
        ([], []),
        (["login page"], ["login-page"]),
    ],
)  # fmt: skip
def test_dependencies_in_every_form(typed, requires):
    assert body(dependencies=typed)["dependencies"]["requires"] == requires


def test_groups_of_another_shape_stop_nothing():
    found = body(dependencies={"groups": [], "reasons": 3, "Technical": [{"milestone-045": "Validation"}]})

    assert found["dependencies"]["groups"] == {"technical": ["milestone-045"]}


def test_a_pair_keeps_its_reason():
    found = body(Dependencies={"Technical": [{"milestone-045": "Data Validation Framework"}]})["dependencies"]

    assert found["reasons"] == {"milestone-045": "Data Validation Framework"}
    assert found["groups"] == {"technical": ["milestone-045"]}


def test_a_risk_in_a_sentence():
    found = body(
        **{"Risk Assessment": ["Performance impact risk: High (peak hours)", {"Data loss": "Low"}, "Rain"]}
    )

    assert found["risks"] == [
        {"description": "Performance impact risk", "probability": "high", "impact": "high", "why": "peak hours",
         "id": "risk-001"},
        {"description": "Data loss", "probability": "low", "impact": "low", "id": "risk-002"},
        {"description": "Rain", "id": "risk-003"},
    ]  # fmt: skip


def test_a_task_may_wait_for_another_by_its_title():
    tasks = [
        {"title": "Show goods"},
        {"title": "Take money", "depends_on": "show goods"},
        {"title": "x", "after": "y"},
    ]

    assert [task.get("dependencies") for task in body(tasks=tasks)["tasks"]] == [None, ["task-001"], ["y"]]


def test_an_allocation_in_a_sentence():
    found = body(
        **{"Resource Allocation": [{"Data Engineers": "4 FTE for 3 weeks"}, {"QA": "1 FTE for oversight"}]}
    )

    assert found["resources"]["allocation"] == [
        {"role": "Data Engineers", "fte": 4, "weeks": 3},
        {"role": "QA", "fte": 1, "for": "oversight"},
    ]


def test_a_team_that_leads_owns():
    found = body(**{"Cross-Team Coordination": {"Lead Team": "Data Engineering", "Contributing Teams": ["QA"]}})

    assert found["owner"] == "Data Engineering"
    assert found["resources"]["team_members"] == ["QA"]


@pytest.mark.parametrize(
    ("word", "status"),
    [("planning", "planned"), ("To Do", "planned"), ("not-started", "planned"), ("ACTIVE", "in_progress"),
     ("doing", "in_progress"), ("Done", "completed"), ("closed", "completed"), ("on hold", "paused"),
     ("canceled", "cancelled"), ("erledigt", "completed"), ("进行中", "in_progress")],
)  # fmt: skip
def test_status_words(word, status):
    assert body(status=word)["status"] == status


@pytest.mark.parametrize(
    ("states", "status"),
    [([], "planned"), (["pending", "todo"], "planned"), (["done", "pending"], "in_progress"),
     (["done", "finished"], "completed"), (["done", "cancelled"], "completed"), (["blocked"], "in_progress")],
)  # fmt: skip
def test_a_missing_status_comes_from_the_tasks(states, status):
    assert body(tasks=[{"title": "t", "status": state} for state in states])["status"] == status


def test_a_record_under_completed_is_archived():
    assert understand({"title": "x"}, "completed/milestone-000.yaml").body["status"] == "archived"


def test_figures_as_text_are_figures_where_one_is_meant():
    found = body(
        timeline={"estimated_hours": "40", "buffer_percentage": "20%", "estimated_end": "2026/12/5"},
        tasks=[
            {"id": 1, "title": 2026, "estimated_hours": "1.50", "estimate": "x"},
            {"id": "T-2", "hours": "2 days"},
        ],
        risks=[{"description": "r", "probability": "30%"}],
        release="1.10",
    )

    assert found["timeline"] == {"estimated_hours": 40, "buffer_percentage": 20, "estimated_end": "2026-12-05"}
    assert [task["id"] for task in found["tasks"]] == ["task-001", "task-002"]
    assert [task.get("estimated_hours") for task in found["tasks"]] == [1.5, 16]
    assert found["tasks"][0]["title"] == "2026"
    assert found["risks"][0]["probability"] == 0.3
    assert found["release"] == "1.10"


@pytest.mark.parametrize(
    ("hostile", "kept"),
    [("../../etc/passwd", "milestone-001"), ("..", "milestone-001"), ("", "milestone-001"),
     ("a\x1b[2Jb", "a-2Jb"), (".git", "milestone-001"), ("--flag", "flag"), ("Größe", "Größe"),
     (["x"], "milestone-001"), ("30%", "milestone-030")],
)  # fmt: skip
def test_an_id_is_never_a_path(hostile, kept):
    assert understand({"id": hostile}, NAME).body["id"] == kept


def test_a_repeated_task_id_gets_a_number_and_a_remark():
    raw = {"title": "x", "tasks": [{"id": "task-001", "title": "a"}, {"id": "t1", "title": "b"}]}

    understood = understand(raw, NAME)

    assert [task["id"] for task in understood.body["tasks"]] == ["task-001", "task-002"]
    assert "repeated_task_id" in [remark.code for remark in understood.remarks]


def test_unknown_keys_stay_and_are_named_once():
    raw = {"title": "x", "Community Input": {"Vote": "92%"}, "mood": 1, "tasks": [{"title": "t", "colour": "red"}]}

    understood = understand(raw, NAME)

    assert understood.body["Community Input"] == {"Vote": "92%"}
    assert understood.body["tasks"][0]["colour"] == "red"
    named = [remark.message for remark in understood.remarks if remark.code == "unknown_key"]
    assert named == ["Not understood and left as it is: colour, Community Input, mood."]


def test_a_value_that_cannot_be_meant_is_named_and_left_out():
    raw = {
        "title": "x",
        "timeline": {"estimated_end": "soon"},
        "tasks": [{"title": "t", "estimated_hours": "lots"}],
    }

    understood = understand(raw, NAME)

    assert understood.body["timeline"] == {}  # the file keeps what it says
    assert "estimated_hours" not in understood.body["tasks"][0]
    assert codes(raw).count("not_understood") == 2


def test_an_empty_key_stays_in_the_file_only():
    assert "" not in understand({"title": "x", "": 1}, NAME).body


def test_an_exact_key_wins_over_another_word_for_it():
    found = body(name="B", goal="C")

    assert (found["title"], found["name"], found["goal"]) == ("A", "B", "C")


def test_a_key_of_its_place_wins_over_one_at_the_top():
    found = body(due="2026-01-01", timeline={"estimated_end": "2026-02-02"})

    assert found["timeline"] == {"estimated_end": "2026-02-02"}
    assert found["due"] == "2026-01-01"


def test_the_words_of_a_place_are_unambiguous():
    for place, fields in shape.SHAPE.items():
        named = [other for field in fields.values() for other in field.also]
        assert len(named) == len(set(named)), place
        assert all(words.fold(word) == word for word in named), place


KEYS = st.sampled_from(
    [key for fields in shape.SHAPE.values() for name, field in fields.items() for key in (name, *field.also)]
    + list(DEEPER)
    + ["Milestone", "Kiro Workflow", "Technical", "milestone-045", "mood", "Cross-Team Coordination", "Lead Team"]
)
LEAVES = st.none() | st.booleans() | st.integers(-5, 500) | st.floats(-1, 99, allow_nan=False) | st.sampled_from(
    ["", "milestone-001", "task-001", "x", "done", "High", "8h", "30%", "2026-12-05", "Data risk: High (why)",
     "../x", "4 FTE for 3 weeks", "yes", "[x] a", "a, b", "milestone-2/task-1", "milestone-XXX"]
)  # fmt: skip
RAW = st.recursive(LEAVES, lambda v: st.lists(v, max_size=3) | st.dictionaries(KEYS, v, max_size=4), max_leaves=25)


@settings(max_examples=600, deadline=None)
@given(st.dictionaries(KEYS, RAW, max_size=6))
def test_anything_is_understood_and_understanding_again_changes_nothing(raw):
    once = understand(raw, NAME).body

    assert {"id", "uid", "title", "status"} <= once.keys()
    assert understand(once, NAME).body == once


@pytest.mark.parametrize(
    ("typed", "hours"),
    [
        ("3d 4h", 28),
        ("1 week", 40),
        ("2 days", 16),
        ("P2W", 80),
        ("90 min", 1.5),
        ("soon", None),
        ("9" * 400 + "h", None),
    ],
)
def test_durations_in_plain_words(typed, hours):
    assert words.hours(typed) == hours


@pytest.mark.parametrize(
    ("key", "known"), [("Title", "title"), ("success criteria", "success_criteria"), ("x", None)]
)
def test_keys_match_without_case_spaces_hyphens(key, known):
    assert free_forms.canonical_key(key, "milestone") == known
