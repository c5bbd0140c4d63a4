"""Plan as people and scripts type it: goals, plans handed in, refusals, what is stored."""

import json
from pathlib import Path

import pytest

from milestone.cli.text import wide
from milestone.testing.typed import Typed


@pytest.fixture
def sarah(tmp_path: Path) -> Typed:
    return Typed(tmp_path, "sarah", {"MILESTONE_JSON": "1"})


def test_eight_goals_in_turn_are_eight_milestones(sarah: Typed) -> None:
    goals = (
        "Set up development environment", "Design user interface mockups", "Implement frontend components",
        "Build backend API", "Integrate blog functionality", "Add contact form", "Implement responsive design",
        "Deploy to production",
    )  # fmt: skip

    given = [sarah.does("plan", goal).data["milestones"] for goal in goals]

    assert [[m["id"] for m in found] for found in given] == [[f"milestone-{n:03d}"] for n in range(1, 9)]
    assert [found[0]["title"] for found in given] == list(goals)


def test_the_large_team_of_the_guide_types_its_three_plans(sarah: Typed) -> None:
    first = sarah.does("plan", "Platform Architecture", "--kiro-workflow", "--duration", "4 weeks").data
    sarah.does("plan", "Security Framework", "--kiro-workflow", "--dependencies", "milestone-001")
    last = sarah.does(
        "plan", "Integration Layer", "--kiro-workflow", "--dependencies", "milestone-001,milestone-002"
    ).data

    (made,) = last["milestones"]
    assert made["id"] == "milestone-003"
    assert made["dependencies"]["requires"] == ["milestone-001", "milestone-002"]
    gates = first["milestones"][0]["tasks"][0]["kiro_workflow"]["phases"]
    assert [name for name, phase in gates.items() if phase["approval"]["required"]] == ["design", "spec"]


def test_an_answer_in_json_has_what_the_contract_says(sarah: Typed) -> None:
    data = sarah.does("plan", "Add a contact form with spam protection").data

    assert {"milestones", "findings", "questions", "recipe", "dry_run"} <= set(data)
    assert data["questions"][0] == {
        "id": "q1", "ref": "milestone-001/q1", "text": "Which mail provider?",
        "default": "the one the domain uses already",
    }  # fmt: skip
    assert data["milestones"][0]["tasks"][1]["ref"] == "milestone-001/task-002"


def test_a_dry_run_stores_nothing_and_makes_no_project(sarah: Typed, tmp_path: Path) -> None:
    data = sarah.does("plan", "Kayak", "--dry-run").data

    assert data["dry_run"] and data["milestones"][0]["id"] == "milestone-001"
    assert not (tmp_path / ".milestones").exists()


def test_local_names_in_a_plan_handed_in_become_numbers(sarah: Typed) -> None:
    plan = {
        "milestones": [
            {
                "id": "base",
                "title": "Base",
                "tasks": [{"title": "One"}, {"title": "Two", "dependencies": ["One"]}],
            },
            {"title": "Top", "dependencies": ["base"], "tasks": ["Three"]},
        ]
    }
    sarah.write("plan.json", json.dumps(plan))

    base, top = sarah.does("plan", "--from", "plan.json").data["milestones"]

    assert base["tasks"][1]["dependencies"] == ["task-001"]
    assert "milestone-001" in json.dumps(top["dependencies"])


def test_a_bad_plan_is_refused_with_every_place_and_nothing_is_stored(sarah: Typed) -> None:
    sarah.does("plan", "Kayak")
    bad = [
        {"title": "ok", "tasks": ["a", "b", {"title": "c", "estimated_hours": -3}, {"estimated_hours": "soon"}]},
        {"title": "late", "timeline": {"estimated_start": "2026-12-05", "estimated_end": "2026-11-01"}},
        7,
    ]
    sarah.write("bad.json", json.dumps(bad))

    refused = sarah.does("plan", "--from", "bad.json", code=5)

    assert [f["path"] for f in refused.error["findings"]] == [
        "milestones[0].tasks[2].estimated_hours",
        "milestones[0].tasks[3].title",
        "milestones[0].tasks[3].estimated_hours",
        "milestones[1].timeline.estimated_end",
        "milestones[2]",
    ]
    assert len(sarah.does("list").data) == 1


@pytest.mark.parametrize(
    ("flags", "code"),
    [
        (["--duration", "1 day"], 5),
        (["--duration", "0 weeks"], 5),
        (["--duration", "soon"], 5),
        (["--deadline", "2020-01-01"], 5),
        (["--deadline", "whenever"], 2),
        (["--team-size", "0"], 2),
        (["--buffer", "-5"], 2),
        (["--hours-per-week", "0"], 2),
        (["--milestones", "many"], 2),
        (["--depends-on", "milestone-099"], 3),
        (["--strict", "--buffer", "0"], 5),
    ],
)
def test_what_cannot_be_is_refused(sarah: Typed, flags: list[str], code: int) -> None:
    sarah.does("plan", "Payment System", *flags, code=code)


def test_the_flags_are_kept_in_the_record(sarah: Typed) -> None:
    flags = ["--priority", "critical", "--category", "security", "--buffer", "35", "--team-size", "4"]

    (made,) = sarah.does("plan", "Payment System", *flags).data["milestones"]

    assert (made["priority"], made["category"], made["timeline"]["buffer_percentage"]) == (
        "critical",
        "security",
        35,
    )
    assert made["resources"]["allocation"] == "4 × 40 h a week"


def hours(sarah: Typed) -> float:
    found: float = sarah.does("show", "milestone-001", "--all").data["timeline"]["estimated_hours"]
    return found


def test_an_answer_changes_the_estimate_and_the_default_does_not(sarah: Typed) -> None:
    (made,) = sarah.does("plan", "Payment System").data["milestones"]
    before = made["timeline"]["estimated_hours"]

    sarah.does("answer", "milestone-001/q1", made["questions"][0]["default"])
    assert hours(sarah) == before
    sarah.does("answer", "milestone-001/q2", "subscriptions too, monthly and yearly")

    assert hours(sarah) == pytest.approx(before + 6, abs=0.1)


def test_how_a_plan_came_about_is_shown_later(sarah: Typed) -> None:
    sarah.does("plan", "Add a contact form")

    data = sarah.does("plan", "--explain", "m1").data

    assert data["recipe"] == "form"
    assert {"scope", "risk", "quality"} <= set(data["analyses"])
    sarah.does("plan", "--explain", "m9", code=3)


def test_a_recipe_of_ones_own_takes_the_place_of_ours(sarah: Typed) -> None:
    sarah.does("init")
    sarah.write(
        ".milestones/templates/kayak.yaml",
        "words: kayak\ntasks:\n"
        "  - {key: a, title: 'Loft the lines of {object}', hours: 3, outcome: full-size drawings}\n"
        "  - {key: b, title: 'Stitch and glue {object}', hours: 4, outcome: a closed hull, after: [a]}\n",
    )

    data = sarah.does("plan", "Build a kayak").data

    assert data["recipe"] == "kayak"
    assert data["milestones"][0]["tasks"][0]["title"] == "Loft the lines of the kayak"
    sarah.write(".milestones/templates/broken.yaml", "tasks: 7\n")
    refused = sarah.does("plan", "Build a kayak", code=5)
    assert "templates/broken.yaml" in refused.error["message"]


def test_the_type_of_a_project_says_what_a_goal_is_taken_for(sarah: Typed) -> None:
    assert sarah.does("plan", "Order totals", "--dry-run").data["recipe"] == "general"
    sarah.write(".milestones/config/milestone-config.yaml", "project: {type: api}\n")

    assert sarah.does("plan", "Order totals", "--dry-run").data["recipe"] == "api"
    assert sarah.does("plan", "Organise a fair", "--dry-run").data["recipe"] == "general"


@pytest.mark.parametrize("columns", ["60", "80", "120"])
@pytest.mark.parametrize(
    "goal", ["Create a REST API with authentication, search and payments", "实现用户登录功能"]
)
def test_no_line_of_a_plan_is_wider_than_the_terminal(tmp_path: Path, goal: str, columns: str) -> None:
    shown = Typed(tmp_path, "sarah", {"COLUMNS": columns}).does("plan", goal, "--dry-run", "--explain").out

    assert max(wide.width(line) for line in shown.split("\n")) <= min(int(columns), 80)
