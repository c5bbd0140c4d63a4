"""`dependencies.yaml` is read as if it stood in the records."""

import pytest

from milestone.domain.dependency_file import contradictions, joined, read, without

SEED = {
    "dependencies": {
        "milestone-001": {"depends_on": [], "enables": ["milestone-002"], "shared_resources": ["database"]},
        "milestone-002": {"depends_on": ["milestone-001"], "critical_path": False},
    },
    "risk_matrix": {
        "high_risk": [
            {"id": "api", "milestone": "milestone-002", "description": "The API may change", "probability": 0.3},
        ],
        "medium_risk": ["Somebody is ill"],
    },
}  # fmt: skip


def test_the_form_of_the_seeds():
    assert read(SEED) == {
        "milestone-001": {"requires": [], "enables": ["milestone-002"], "shared_resources": ["database"]},
        "milestone-002": {
            "requires": ["milestone-001"],
            "risks": [{"id": "api", "description": "The API may change", "probability": 0.3}],
        },
    }


@pytest.mark.parametrize(
    "raw", [None, [], "x", {"dependencies": None}, {"dependencies": {"../x": 1, "m1": None}}, {"a": 1}]
)
def test_anything_is_read(raw):
    assert isinstance(read(raw), dict)


def test_short_forms():
    assert read({"dependencies": {"M-2": "m1, m3"}}) == {
        "milestone-002": {"requires": ["milestone-001", "milestone-003"]}
    }
    assert read({"milestone-002": {"Depends On": ["m1"]}}) == {"milestone-002": {"requires": ["milestone-001"]}}


def test_what_it_says_is_added_and_what_it_no_longer_says_goes():
    body = {"id": "milestone-002", "dependencies": {"requires": ["milestone-009"]}}

    told = joined(body, {}, {"requires": ["milestone-001"], "risks": [{"id": "api", "description": "x"}]})
    again = joined(
        told, {"requires": ["milestone-001"], "risks": [{"id": "api"}]}, {"requires": ["milestone-003"]}
    )

    assert told["dependencies"]["requires"] == ["milestone-009", "milestone-001"]
    assert told["risks"] == [{"id": "api", "description": "x"}]
    assert again["dependencies"]["requires"] == ["milestone-009", "milestone-003"]
    assert again["risks"] == []


def test_what_it_says_already_changes_nothing():
    body = {"id": "m", "dependencies": {"requires": ["milestone-001"]}}

    assert joined(body, {}, {"requires": ["milestone-001"]}) is body


def test_a_dropped_requirement_is_dropped_there():
    said = {"milestone-002": {"requires": ["milestone-001", "milestone-003"]}}

    assert without(said, "milestone-002", "milestone-001") == {"milestone-002": {"requires": ["milestone-003"]}}
    assert without(said, "milestone-002", "milestone-008") is said


def test_contradictions_are_findings():
    rows = [{"id": "milestone-001", "requires": []}, {"id": "milestone-002", "requires": ["milestone-007"]}]
    said = {"milestone-002": {"requires": ["milestone-001", "milestone-007"]}, "milestone-005": {"requires": []}}

    assert [(f["code"], f["message"]) for f in contradictions(said, rows)] == [
        ("contradiction", "It says that milestone-002 needs milestone-001; the record does not."),
        ("unknown_reference", "milestone-002 needs milestone-007, which is not there."),
        ("unknown_reference", "It names milestone-005, which is not there."),
    ]
