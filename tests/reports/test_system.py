"""What is said of the store behind the plan."""

from typing import Any

from milestone.domain import scale
from milestone.reports import system


def view(backend: str = "file", **more: Any) -> dict[str, Any]:
    do, to = more.pop("do", "stay"), more.pop("to", backend)
    usual: dict[str, Any] = {
        "rows": [{"tasks_total": 3}],
        "team": {"size": 2},
        "sizes": {},
        "times": [1.0] * 50,
        "settings": {},
        "verdict": scale.Verdict(do=do, to=to, wanted=to, reasons=("it grew",)),
        "replicas": None,
        "command": f"milestone migrate --to {to}",
    }
    return system.view(backend=backend, **{**usual, **more})


def reasons(found: dict[str, Any]) -> list[str]:
    return [each["reason"] for each in found["advice"]]


def test_a_store_that_fits_needs_no_advice():
    found = view()

    assert (found["ok"], found["advice"], found["tasks"]) == (True, [], 3)
    assert found["readings"] == {"calls": 50, "p95_ms": 1.0}


def test_what_is_due_is_advised_with_its_command():
    found = view("hybrid", do="advise", to="sqlite")

    assert found["advice"] == [{"reason": "it grew", "command": "milestone migrate --to sqlite"}]


def test_slow_answers_speak_for_the_next_store_and_too_few_say_nothing():
    assert reasons(view(times=[600.0] * 50)) == ["95 of 100 answers take up to 600 ms, more than 500"]
    assert view(times=[600.0] * 50)["advice"][0]["command"] == "milestone migrate --to hybrid"
    assert reasons(view(times=[600.0] * 49)) == []
    assert reasons(view("sqlite", times=[600.0] * 50)) == []


def test_features_speak_for_more_than_plain_files():
    settings = {"features.multi_agent_coordination": True}

    assert reasons(view(settings=settings)) == ["the settings want agents working side by side"]
    assert reasons(view("hybrid", settings=settings)) == []


def test_missing_replicas_are_told():
    found = view("postgres", replicas={"expected": 2, "present": 1})

    assert reasons(found) == ["2 read replicas are expected, 1 are named"]
    assert reasons(view("postgres", replicas={"expected": 2, "present": 2})) == []
