"""`milestone config` and `milestone schema` at the command line."""

import json
from pathlib import Path

import pytest

from milestone.cli import main


@pytest.fixture
def project(elsewhere: Path) -> Path:
    """A project with a commented configuration."""
    folder = elsewhere / ".milestones" / "config"
    folder.mkdir(parents=True)
    (folder / "milestone-config.yaml").write_text("# ours\nproject:\n  team-size: 5   # five\nmood: good\n")
    return elsewhere


def answer(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, dict[str, object]]:
    code = main.run([*argv, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_a_configuration_before_init_is_a_project(project, capsys):
    code, found = answer(capsys, "config", "get", "project.team_size")

    assert code == 0
    assert found["data"] == {
        "key": "project.team_size",
        "value": 5,
        "source": "project",
        "file": str(project / ".milestones/config/milestone-config.yaml"),
        "line": 3,
        "effect": found["data"]["effect"],
        "takes": "a whole number",
        "default": None,
    }


def test_setting_a_value_keeps_every_other_line(project, capsys):
    assert main.run(["config", "set", "project.team_size", "7"]) == 0
    assert main.run(["config", "set", "Project.Name", "Say: hello"]) == 0
    assert main.run(["config", "set", "evidence", "required"]) == 0

    assert (project / ".milestones/config/milestone-config.yaml").read_text() == (
        '# ours\nproject:\n  team-size: 7   # five\n  name: "Say: hello"\nmood: good\nevidence: required\n'
    )
    assert [path.name for path in (project / ".milestones/config").iterdir()] == ["milestone-config.yaml"]


def test_setting_is_recorded_and_a_secret_is_not_shown(project, capsys):
    main.run(["config", "set", "integrations.slack_webhook", "https://example.org/token"])
    out = capsys.readouterr().out
    code, log = answer(capsys, "log", "--kind", "config")

    assert "token" not in out
    assert "token" not in json.dumps(log)
    assert code == 0 and log["data"][0]["kind"] == "config.changed"
    assert "token" in (project / ".milestones/config/milestone-config.local.yaml").read_text()


def test_setting_for_the_user_needs_no_project(elsewhere, capsys):
    assert main.run(["config", "set", "hints", "off", "--user"]) == 0
    capsys.readouterr()

    assert (elsewhere / "home/.config/milestone/config.yaml").read_text() == "hints: false\n"
    assert answer(capsys, "config", "get", "hints")[1]["data"]["source"] == "user"


def test_setting_without_a_project_names_the_way(elsewhere, capsys):
    code, found = answer(capsys, "config", "set", "hints", "off")

    assert code == 3
    assert "milestone config set hints off --user" in found["error"]["next"]


def test_a_dry_run_changes_nothing(project, capsys):
    before = (project / ".milestones/config/milestone-config.yaml").read_bytes()

    assert main.run(["config", "set", "evidence", "required", "--dry-run"]) == 0
    assert (project / ".milestones/config/milestone-config.yaml").read_bytes() == before


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["get", "evidenc"], "evidenc is no setting."),
        (["set", "evidence", "maybe"], "evidence takes one of advised, required; 'maybe' is not that."),
        (["set", "evidence"], "config set needs a key and a value."),
        (["explain"], "config explain needs a key."),
    ],
)
def test_what_is_wrong_is_said(project, capsys, argv, said):
    code, found = answer(capsys, "config", *argv)

    assert (code, found["error"]["message"]) == (2, said)


def test_explaining_shows_every_layer(project, capsys, monkeypatch):
    monkeypatch.setenv("MILESTONE_PROJECT_TEAM_SIZE", "9")

    _, found = answer(capsys, "config", "explain", "project.team_size")

    assert found["data"]["value"] == 9
    assert [layer["source"] for layer in found["data"]["layers"]] == ["environment", "project", "default"]


def test_a_key_without_effect_says_so(project, capsys):
    main.run(["config", "explain", "integrations.jira"])

    assert "no effect yet" in capsys.readouterr().out


def test_a_file_that_is_no_yaml_stays_as_it_is(project, capsys):
    path = project / ".milestones/config/milestone-config.yaml"
    path.write_text("project: [\n")

    code, found = answer(capsys, "config", "set", "evidence", "required")

    assert (code, found["error"]["code"]) == (5, "unreadable_file")
    assert path.read_text() == "project: [\n"


def test_the_schema_of_a_database_is_for_the_one_the_address_names(elsewhere, capsys, monkeypatch):
    monkeypatch.setenv("MILESTONE_DSN", "postgresql://ana:s3cret@h/shop?schema=web")

    code, found = answer(capsys, "schema", "postgresql")

    assert code == 0
    assert 'CREATE SCHEMA IF NOT EXISTS "web"' in found["data"]["text"]
    assert 'CREATE ROLE "web_app" NOLOGIN' in found["data"]["text"]
    assert "s3cret" not in found["data"]["text"]
    assert main.run(["schema", "postgresql", "--example"]) == 2


def test_the_schema_and_its_example(elsewhere, capsys):
    code, found = answer(capsys, "schema", "milestone")
    main.run(["schema", "team", "--example"])

    assert code == 0 and found["data"]["$defs"]["task"]["properties"]["verify"]["description"]
    assert "- handle: ana" in capsys.readouterr().out


def test_validating_names_every_finding_and_every_key_without_effect(project, capsys):
    (project / ".milestones/config/team.yaml").write_text("people: [\n")
    (project / ".milestones/config/ui-config.yaml").write_text("level: 2\n")

    code, found = answer(capsys, "update", "--validate-config")

    assert code == 0
    assert [(f["severity"], f["code"], f["line"]) for f in found["data"]["findings"]] == [
        ("warning", "unknown_key", 4),
        ("error", "unreadable_file", 2),
        ("note", "no_effect_yet", 1),
    ]
    assert found["data"]["ok"] is False


def test_the_current_milestone_of_a_folder_made_by_hand(project, capsys):
    (project / ".milestones/active").mkdir()
    (project / ".milestones/active/milestone-003.yaml").write_text("title: Three\n")
    (project / ".milestones/active/current.txt").write_text("M-3\n")

    code, found = answer(capsys, "show")

    assert (code, found["data"]["id"]) == (0, "milestone-003")
