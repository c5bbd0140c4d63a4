"""Making a project: what is written, where, and that repeating overwrites nothing."""

import subprocess
from pathlib import Path

import pytest

from milestone import errors
from milestone.operations.init import GITIGNORE, InitRequest, init

HOME = {"HOME": "/nonexistent"}


def test_a_new_project_has_what_git_ignores_and_its_scale(tmp_path: Path) -> None:
    made = init(InitRequest(start=tmp_path), environ=HOME)

    assert made.files == (
        ".milestones/.gitignore",
        ".milestones/config/scale-detection.yaml",
        ".milestones/config/milestone.schema.json",
    )
    ignored = (tmp_path / ".milestones/.gitignore").read_text()
    for name in ("local/", "logs/", "worktrees/", "sessions/", "config/*.key", "config/*.local.yaml"):
        assert name in ignored.split("\n")


def test_repeating_overwrites_nothing(tmp_path: Path) -> None:
    init(InitRequest(start=tmp_path), environ=HOME)
    (tmp_path / ".milestones/.gitignore").write_text("mine\n")

    again = init(InitRequest(start=tmp_path, name="other"), environ=HOME)

    assert (tmp_path / ".milestones/.gitignore").read_text() == "mine\n"
    assert again.files == (".milestones/config/milestone-config.yaml",)
    assert init(InitRequest(start=tmp_path), environ=HOME).sentences == [
        ".milestones/ is there already; nothing was overwritten."
    ]


def test_inside_a_git_checkout_the_project_is_at_its_top(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "src/deep").mkdir(parents=True)

    made = init(InitRequest(start=tmp_path / "src/deep"), environ=HOME)

    assert made.root == tmp_path / ".milestones"
    assert any("Git ignores" in sentence for sentence in made.sentences)
    assert GITIGNORE.startswith("#")


def test_a_home_under_git_is_no_project(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "site").mkdir()

    made = init(InitRequest(start=tmp_path / "site"), environ={"HOME": str(tmp_path)})

    assert made.root == tmp_path / "site/.milestones"


@pytest.mark.parametrize("wrong", [{"timezone": "Mars/Olympus"}, {"timezone": "../etc"}, {"backend": "postgres"}])
def test_what_cannot_be_is_refused_and_nothing_made(tmp_path: Path, wrong: dict[str, str]) -> None:
    with pytest.raises(errors.InvalidRequest):
        init(InitRequest(start=tmp_path, **wrong), environ=HOME)
    assert not (tmp_path / ".milestones").exists()


def test_the_name_and_zone_are_kept_in_the_configuration(tmp_path: Path) -> None:
    init(InitRequest(start=tmp_path, name='A "b"', timezone="Europe/Berlin"), environ=HOME)

    text = (tmp_path / ".milestones/config/milestone-config.yaml").read_text()
    assert text == 'project:\n  name: "A \\"b\\""\n  timezone: Europe/Berlin\n'
