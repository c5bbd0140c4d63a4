"""Where a setting comes from, and what is wrong with one."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from milestone import clock, config, strict_yaml
from milestone.config import keys

SCENARIO_2 = """
project:
  name: "InvoiceFlow MVP"
  team_size: 5
  type: "saas_product"

features:
  multi_agent_coordination: true
  kiro_workflow: true  # Design -> Spec -> Task -> Execute phases
  session_management: true
  auto_scale: true

coordination:
  max_concurrent_milestones: 4
  approval_required: true  # For design and architecture milestones
  cross_team_notifications: true

integrations:
  slack_webhook: "https://hooks.slack.com/services/..."
  github_integration: true
  ci_cd_integration: true
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".milestones" / "config").mkdir(parents=True)
    return tmp_path / ".milestones"


def load(root: Path | None, environ: dict[str, str] | None = None, **flags: object) -> config.Settings:
    environ = {"HOME": "/nonexistent", **(environ or {})}
    return config.load_settings(root, environ=environ, reader=lambda: strict_yaml.compose, flags=flags)


def write(root: Path, text: str, name: str = "milestone-config.yaml") -> Path:
    path = root / "config" / name
    path.write_text(text)
    return path


def test_without_any_file_every_key_has_its_default(root):
    settings = load(root)

    assert settings["evidence"] == "advised"
    assert set(settings.values) == set(keys.KEYS)
    assert not settings.findings


def test_the_configuration_of_a_scenario(root):
    path = write(root, SCENARIO_2)

    settings = load(root)

    assert settings["project.name"] == "InvoiceFlow MVP"
    assert settings["coordination.max_concurrent_milestones"] == 4
    assert settings["features.kiro_workflow"] is True
    origin = settings.origin("project.team_size")
    assert origin is not None
    assert (origin.source, origin.file, origin.line) == ("project", str(path), 4)
    assert [finding.code for finding in settings.findings] == ["literal_secret"]


def test_each_layer_wins_over_the_next(root, tmp_path):
    user = tmp_path / "home" / ".config" / "milestone"
    user.mkdir(parents=True)
    (user / "config.yaml").write_text("project: {timezone: Asia/Tokyo}\n")
    environ = {"HOME": str(tmp_path / "home")}

    def effective(more: dict[str, str] | None = None, **flags: object) -> tuple[object, str]:
        settings = load(root, {**environ, **(more or {})}, **flags)
        origin = settings.origin("project.timezone")
        assert origin is not None
        return origin.value, origin.source

    assert effective() == ("Asia/Tokyo", "user")
    write(root, "project: {timezone: Europe/Paris}\n")
    assert effective() == ("Europe/Paris", "project")
    write(root, "project: {timezone: Europe/Rome}\n", "milestone-config.local.yaml")
    assert effective() == ("Europe/Rome", "project")
    (root / "local").mkdir()
    (root / "local" / "config.yaml").write_text("project: {timezone: Europe/Berlin}\n")
    assert effective() == ("Europe/Berlin", "local")
    assert effective({"MILESTONE_PROJECT_TIMEZONE": "UTC"}) == ("UTC", "environment")
    assert effective({"MILESTONE_PROJECT_TIMEZONE": "UTC"}, **{"project.timezone": "Asia/Seoul"}) == (
        "Asia/Seoul",
        "flag",
    )
    assert [layer.source for layer in load(root, environ).layers if layer.key == "project.timezone"] == [
        "local",
        "project",
        "project",
        "user",
    ]


def test_a_misspelt_key_names_the_nearest(root):
    write(root, "project:\n  team_sise: 5\nmood: good\n")

    found = load(root).findings

    assert [(f.code, f.line, f.message) for f in found] == [
        ("unknown_key", 2, "project.team_sise is no setting."),
        ("unknown_key", 3, "mood is no setting."),
    ]
    assert found[0].hint == "Did you mean project.team_size?"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("project: {team_size: many}", "project.team_size takes a whole number."),
        ("evidence: maybe", "evidence takes one of advised, required."),
        ("project: {timezone: Mars/Base}", "project.timezone takes a time zone such as Europe/Berlin."),
        ("hints: sometimes", "hints takes true or false."),
        ("execution: {time_limit: soon}", "execution.time_limit takes a time such as `30m`, `4h`, `2 days`."),
        ("executors: all", "executors takes keys with values."),
    ],
)
def test_a_value_that_does_not_fit_has_no_effect_and_is_named(root, text, message):
    write(root, text)

    settings = load(root)

    assert [finding.message for finding in settings.findings] == [message]
    assert settings.values == load(None).values


def test_words_people_write_for_yes(root):
    write(root, "features: {kiro_workflow: yes}\nhints: off\n")

    assert (load(root)["features.kiro_workflow"], load(root)["hints"]) == (True, False)


def test_a_broken_file_stops_nothing(root):
    write(root, "project: [\n")
    write(root, "evidence: required\n", "storage-config.yaml")

    settings = load(root)

    assert settings["evidence"] == "required"
    assert [finding.code for finding in settings.findings] == ["unreadable_file"]


@pytest.mark.parametrize("written", ["${HOOK}", "file:secret.txt"])
def test_a_secret_is_looked_up(root, written):
    (root.parent / "secret.txt").write_text("https://example.org/x\n")
    write(root, f"integrations:\n  slack_webhook: {written}\n")

    settings = load(root, {"HOOK": "https://example.org/x"})

    assert settings["integrations.slack_webhook"] == "https://example.org/x"
    assert not settings.findings


def test_a_secret_in_a_local_file_is_fine(root):
    write(root, "integrations: {slack_webhook: https://example.org/x}\n", "milestone-config.local.yaml")

    assert not load(root).findings


def test_only_secrets_look_into_the_environment(root):
    write(root, "git: {footer: '${HOME}'}\n")

    assert load(root)["git.footer"] == "${HOME}"


def test_executors_answer_as_a_map_and_by_key(root):
    write(root, "executors:\n  agent:\n    command: my-agent --brief -\n    time_limit: 1h\n")

    settings = load(root)

    assert settings["executors"] == {"agent": {"command": "my-agent --brief -", "time_limit": "1h"}}
    assert settings.get("executors.agent.command") == "my-agent --brief -"
    assert not settings.findings


def test_an_executor_from_the_environment(root):
    settings = load(root, {"MILESTONE_EXECUTORS_AGENT_COMMAND": "my-agent -"})

    assert settings.get("executors.agent.command") == "my-agent -"
    assert settings["executors"] == {"agent": {"command": "my-agent -"}}


def test_the_files_of_other_names_have_their_section(root):
    write(root, "level: 2\n", "ui-config.yaml")
    write(root, "scale_override: database\nthresholds: {hybrid: {milestones: 25}}\n", "scale-detection.yaml")

    assert load(root)["ui.level"] == 2
    assert load(root)["scale_override"] == "database"
    assert load(root)["scale.thresholds"] == {"hybrid": {"milestones": 25}}
    assert not load(root).findings


def test_what_was_parsed_is_kept_until_a_file_changes(root, monkeypatch):
    path = write(root, "evidence: required\n")
    (root / "local").mkdir()
    settled = clock.wall_ns() + 3_000_000_000

    def unwanted() -> object:
        raise AssertionError("parsed again")

    load(root)
    assert not list((root / "local").iterdir()), f"{path.name} may still change without another time stamp"
    monkeypatch.setattr(clock, "wall_ns", lambda: settled)
    assert load(root)["evidence"] == "required"
    environ = {"HOME": "/nonexistent"}
    assert config.load_settings(root, environ=environ, reader=unwanted)["evidence"] == "required"  # type: ignore[arg-type]
    write(root, "evidence: advised\nhints: no\n")
    assert load(root)["evidence"] == "advised"


@pytest.mark.parametrize(
    "written", ["backend: {dsn: p4ss}", "backend: {cluster_configuration: {replica_dsns: ['${A}', p4ss]}}"]
)
def test_a_secret_is_kept_nowhere_else(root, monkeypatch, written):
    (root / "local").mkdir()
    write(root, written, "milestone-config.local.yaml")
    monkeypatch.setattr(config.files, "_SETTLED_NS", -1_000_000_000_000)

    assert load(root, {"A": "a"}).values
    write(root, written.replace("p4ss", "file:dsn.key"), "milestone-config.local.yaml")
    (root.parent / "dsn.key").write_text("p4ss")
    assert load(root, {"A": "a"}).values

    kept = [path for path in (root / "local").iterdir() if path.is_file()]
    assert kept
    assert not any(b"p4ss" in path.read_bytes() for path in kept)


def test_reading_leaves_a_folder_that_no_command_wrote_to_alone(root):
    write(root, "evidence: required\n")

    load(root)

    assert [path.name for path in root.iterdir()] == ["config"]


def test_without_a_file_no_yaml_is_imported(root):
    code = (
        "import sys, pathlib; from milestone import config\n"
        f"root = pathlib.Path({json.dumps(str(root))})\n"
        "config.load_settings(root, environ={'HOME': '/nonexistent'}, reader=None)\n"
        "config.load_people(root, reader=None)\n"
        "print('yaml' in sys.modules)"
    )

    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "False"


def test_people_of_the_team_and_their_e_mails(root):
    write(
        root,
        "people:\n- {handle: '@ana', name: Ana Lee, roles: [tech_lead], capacity_hours: 20, zone: UTC}\n- bo\n",
        "team.yaml",
    )
    write(root, "people: [{handle: Ana, email: ana@example.org}]\n", "team.local.yaml")

    people = config.load_people(root, reader=lambda: strict_yaml.compose)

    assert [(p.handle, p.name, p.roles, p.capacity_hours, p.emails) for p in people] == [
        ("Ana", "Ana Lee", ("tech_lead",), 20.0, ("ana@example.org",)),
        ("bo", "", (), None, ()),
    ]


def test_a_team_file_of_another_shape_or_none(root):
    def reader() -> Any:
        return strict_yaml.compose

    assert config.load_people(root, reader=reader) == ()
    write(root, "ana: {role: architect}\nbo:\n", "team.yaml")
    assert [(p.handle, p.roles) for p in config.load_people(root, reader=reader)] == [
        ("ana", ("architect",)),
        ("bo", ()),
    ]
    write(root, "people: [\n", "team.yaml")
    assert config.load_people(root, reader=reader) == ()
