"""The planner: the same goal and repository give the same plan, other goals other tasks."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from milestone import errors
from milestone.agents.planners.brief import PlanOptions
from milestone.agents.planners.planner import Draft, plan_goal
from milestone.agents.planners.recipe import all_recipes
from milestone.agents.planners.survey import Survey, survey
from milestone.domain import estimate, lint, schedule

TODAY = date(2026, 11, 20)


def a_plan(goal: str, where: Survey | None = None, rows: Any = (), **options: Any) -> Draft:
    return plan_goal(goal, where or Survey(), rows, PlanOptions(today=TODAY, owner="sarah", **options))


def titles(draft: Draft) -> list[str]:
    return [task["title"] for body in draft.bodies for task in body["tasks"]]


@pytest.fixture
def a_package(tmp_path: Path) -> Survey:
    (tmp_path / "src/shop").mkdir(parents=True)
    (tmp_path / "tests").mkdir()
    (tmp_path / "src/shop/login.py").write_text("class LoginForm: ...\ndef open_session(): ...\n")
    (tmp_path / "src/shop/cart.py").write_text("def total(): ...  # TODO: round half up\n")
    (tmp_path / "tests/test_login.py").write_text("import pytest\n")
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "shop"\n[tool.pytest.ini_options]\n')
    (tmp_path / "README.md").write_text("# Shop\n\nSells tea online.\n")
    return survey(tmp_path)


def test_the_same_goal_and_repository_give_the_same_plan(a_package: Survey) -> None:
    assert a_plan("Add login with two-factor", a_package) == a_plan("Add login with two-factor", a_package)


def test_a_feature_in_code_names_its_files_and_its_test_command(a_package: Survey) -> None:
    draft = a_plan("Implement user login", a_package)

    tasks = draft.bodies[0]["tasks"]
    assert {t["verify"] for t in tasks if "verify" in t} == {"python3 -m pytest"}
    assert any("src/shop/login.py" in t.get("related_files", ()) for t in tasks)
    assert all(set(t.get("related_files", ())) <= a_package.paths for t in tasks)


def test_hours_add_up_and_dates_follow_the_hours_people_have() -> None:
    slow, fast = (a_plan("Build a search for recipes", hours_per_week=h).bodies[0] for h in (10.0, 20.0))

    total = sum(estimate.hours(t["estimated_hours"]) or 0 for t in slow["tasks"])
    assert slow["timeline"]["estimated_hours"] == pytest.approx(total, abs=0.01)
    assert fast["timeline"]["estimated_end"] < slow["timeline"]["estimated_end"]


def test_a_goal_that_names_several_things_combines_their_recipes_and_is_split() -> None:
    draft = a_plan("Create a REST API with authentication, search and payments")

    assert draft.recipe == "api+authentication+search+payments"
    assert len(draft.bodies) == 3
    assert [b["dependencies"]["requires"] for b in draft.bodies] == [[], ["part-1"], ["part-2"]]
    assert len(a_plan("Create a REST API with authentication, search and payments", single=True).bodies) == 1
    assert len(a_plan("Create a REST API", milestones=2).bodies) == 2


def test_outside_the_recipes_the_general_one_says_so_and_asks() -> None:
    draft = a_plan("Organise a conference for 200 beekeepers")

    assert draft.is_general
    assert any(f.code == "general_recipe" for f in draft.findings)
    assert len(draft.bodies[0]["questions"]) >= 3


def test_documentation_of_an_api_is_documentation() -> None:
    assert a_plan("Write documentation for the payment API").recipe == "documentation"
    assert a_plan("Fix login bug").recipe == "bug-fix"
    assert a_plan("Speed up search").recipe == "performance"


def test_a_duration_that_cannot_be_is_refused_with_the_reason() -> None:
    with pytest.raises(errors.Refused, match="too short"):
        a_plan("Build a payment system", duration_days=1)
    with pytest.raises(errors.Refused, match="past"):
        a_plan("Build a payment system", deadline=date(2026, 11, 1))


def test_up_to_four_weeks_is_one_milestone_that_ends_then() -> None:
    (body,) = a_plan("Platform Architecture", duration_days=28, kiro=True).bodies

    assert body["timeline"]["estimated_end"] == "2026-12-18"
    assert all(t["kiro_workflow"]["enabled"] for t in body["tasks"])


def test_a_deadline_within_four_weeks_keeps_it_one_milestone_and_warns() -> None:
    draft = a_plan("Payment System", deadline=date(2026, 12, 11), hours_per_week=5.0)

    assert len(draft.bodies) == 1
    assert draft.bodies[0]["timeline"]["estimated_end"] == "2026-12-11"
    assert any(f.code == "tight" for f in draft.findings)


def test_a_part_that_a_task_serves_already_gets_no_second_one() -> None:
    (body,) = a_plan("Add a contact form with spam protection", hours_per_week=8.0).bodies

    assert len(body["tasks"]) == 5
    assert (body["timeline"]["estimated_hours"], body["timeline"]["estimated_end"]) == (14, "2026-12-05")


def test_an_open_milestone_it_needs_is_proposed_with_the_reason_and_not_recorded() -> None:
    rows = [{"id": "milestone-001", "title": "Authentication System", "status": "planned", "archived": False}]

    draft = a_plan("User Dashboard", rows=rows)

    proposed = [f for f in draft.findings if f.code == "dependency_proposed"]
    assert "milestone-001" in proposed[0].text and "sign in" in proposed[0].text
    assert draft.bodies[0]["dependencies"]["requires"] == []


def test_a_repeated_goal_is_pointed_to_the_milestone_that_has_it() -> None:
    rows = [{"id": "milestone-004", "title": "Add contact form", "status": "in_progress", "archived": False}]

    repeated = [f for f in a_plan("add contact form", rows=rows).findings if f.code == "repeated_goal"]

    assert "milestone-004" in repeated[0].text


def test_every_analysis_reports_with_reasons_and_is_kept_with_the_plan() -> None:
    analyses = a_plan("Add a contact form").bodies[0]["planning"]["analyses"]

    assert set(analyses) == {"scope", "decomposition", "timeline", "risk", "dependencies", "tracking", "quality"}
    assert all(finding["text"] for found in analyses.values() for finding in found)


def test_quality_sends_a_draft_back_once_when_titles_lose_the_object() -> None:
    from_elsewhere = a_plan("Compare a wood stove, a heat pump and district heating")

    named = [t for t in titles(from_elsewhere) if from_elsewhere.goal.object in t]
    assert len(named) * 2 >= len(titles(from_elsewhere))


def test_critical_work_has_a_way_back() -> None:
    assert a_plan("Payment System").bodies[0]["rollback"]


EXAMPLES = {
    "api": "Build a REST API",
    "architecture": "Platform Architecture",
    "authentication": "Implement user authentication",
    "bug-fix": "Fix login bug",
    "command-line-tool": "Write a CLI tool for backups",
    "content": "Integrate blog functionality",
    "dashboard": "User Dashboard",
    "data-migration": "Migrate the customer table from MySQL to PostgreSQL",
    "documentation": "Write the user guide",
    "environment": "Set up development environment",
    "form": "Add a contact form with spam protection",
    "general": "Knit a sweater",
    "infrastructure": "Deploy to production",
    "integration": "API Integration",
    "interface-design": "Design user interface mockups",
    "library": "Publish a Python package for tides",
    "mobile": "Mobile app for ferries",
    "notifications": "Send push notifications",
    "payments": "Payment System",
    "performance": "Speed up page load",
    "preferences": "Add user preferences",
    "refactoring": "Refactor the legacy code of the importer",
    "research-spike": "Compare vector database engines",
    "search": "Build a search for recipes",
    "security": "Security Framework",
    "testing": "Improve test coverage of the parser",
    "upgrade": "Upgrade to Python 3.13",
    "web-front-end": "Implement frontend components",
}


def test_every_recipe_has_an_example() -> None:
    assert set(EXAMPLES) == {recipe.name for recipe in all_recipes()}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_plan_of_every_recipe_passes_its_own_linter(name: str) -> None:
    draft = a_plan(EXAMPLES[name], hours_per_week=10.0)

    assert draft.recipe == name
    around = lint.Around(calendar=schedule.Calendar(hours_per_week=10.0))
    found = [f for body in draft.bodies for f in lint.check(body, around)]
    assert [f for f in found if f["severity"] != "note"] == []
