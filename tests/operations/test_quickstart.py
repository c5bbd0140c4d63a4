"""Quickstart: the template follows what is seen; nothing that is there is overwritten."""

import subprocess
from pathlib import Path

import pytest

from milestone import errors
from milestone.agents.planners import templates
from milestone.agents.planners.survey import Survey
from milestone.agents.planners.templates import Sight
from milestone.operations import quickstart, upgrade
from milestone.testing.typed import Typed

HOME = {"HOME": "/nonexistent"}


@pytest.mark.parametrize(
    ("sight", "name"),
    [
        (Sight(survey=Survey()), "personal"),
        (Sight(survey=Survey(kind="web front end")), "personal"),
        (Sight(survey=Survey(kind="web front end"), authors=3), "frontend"),
        (Sight(survey=Survey(kind="API"), authors=2), "api"),
        (Sight(survey=Survey(kind="library"), authors=4), "team"),
        (Sight(survey=Survey(kind="API"), authors=4, branch="fix/login"), "bugfix"),
    ],
)
def test_the_proposed_template_fits_what_was_seen(sight: Sight, name: str) -> None:
    assert templates.propose(sight) == name


def test_what_was_seen_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"dependencies": {"react": "19"}, "devDependencies": {"vite": "7"}}')
    (tmp_path / "App.tsx").write_text("export const App = 1\n")

    seen = templates.described(quickstart.look(tmp_path, HOME))

    assert seen == "This looks like a web front end (TypeScript, React, Vite), one person, no CI."


def test_a_repository_of_two_people_is_a_team(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    for who in ("ana", "bo"):
        identity = ["-c", f"user.name={who}", "-c", f"user.email={who}@example.org"]
        subprocess.run(
            ["git", "-C", str(tmp_path), *identity, "commit", "-q", "--allow-empty", "-m", who], check=True
        )

    sight = quickstart.look(tmp_path, HOME)
    begun = quickstart.quickstart(tmp_path, templates.propose(sight), None, sight, HOME)

    assert sight.authors == 2
    assert begun.template.project == {"type": "team", "team_size": 3, "hours_per_week": 40}


def test_the_project_is_made_once_and_its_configuration_kept(tmp_path: Path) -> None:
    sight = Sight(survey=Survey())
    first = quickstart.quickstart(tmp_path, "personal", 8, sight, HOME)
    config = (tmp_path / ".milestones/config/milestone-config.yaml").read_text()

    again = quickstart.quickstart(tmp_path, "team", None, sight, HOME)

    assert "hours_per_week: 8" in config and not first.is_kept
    assert again.is_kept
    assert (tmp_path / ".milestones/config/milestone-config.yaml").read_text() == config


def test_an_unknown_template_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(errors.InvalidRequest, match="teem"):
        quickstart.quickstart(tmp_path, "teem", None, Sight(survey=Survey()), HOME)
    with pytest.raises(errors.InvalidRequest, match="200"):
        quickstart.quickstart(tmp_path, "team", 200, Sight(survey=Survey()), HOME)
    assert not (tmp_path / ".milestones").exists()


def test_an_upgrade_follows_the_people_first_and_then_what_was_finished() -> None:
    alone = {"project.team_size": 1, "project.type": "personal", "project.hours_per_week": 10}
    done = [{"status": "archived"}] * 3

    grown = upgrade.changes(alone, Sight(survey=Survey(), authors=3), 0, [])
    phases = upgrade.changes(alone, Sight(survey=Survey()), 1, done)

    assert {c.key: c.after for c in grown} == {
        "project.team_size": 3, "project.type": "team", "project.hours_per_week": 40,
    }  # fmt: skip
    assert [(c.key, c.after) for c in phases] == [("features.kiro_workflow", True)]
    assert upgrade.changes(alone, Sight(survey=Survey()), 1, []) == []


def test_an_upgrade_shows_the_changes_and_writes_them(tmp_path: Path) -> None:
    sarah = Typed(tmp_path, "sarah", {"MILESTONE_JSON": "1"})
    sarah.does("quickstart", "personal")
    sarah.write(".milestones/config/team.yaml", "people:\n  - {handle: sarah}\n  - {handle: bo}\n")

    shown = sarah.does("quickstart", "--upgrade", "--dry-run").data["changes"]
    sarah.does("quickstart", "--upgrade")

    assert [c["key"] for c in shown] == ["project.team_size", "project.type", "project.hours_per_week"]
    assert sarah.does("config", "get", "project.team_size").data["value"] == 2
    assert sarah.does("quickstart", "--upgrade").data["changes"] == []
