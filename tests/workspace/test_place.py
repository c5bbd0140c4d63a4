"""Where a project is."""

import pytest

from milestone import errors
from milestone.workspace import place


def test_the_nearest_upwards(tmp_path):
    (tmp_path / ".milestones").mkdir()
    (tmp_path / "a/b").mkdir(parents=True)

    assert place.find_root(tmp_path / "a/b", environ={}) == tmp_path / ".milestones"


def test_a_linked_worktree_belongs_to_the_main_one(tmp_path):
    (tmp_path / "main/.milestones").mkdir(parents=True)
    (tmp_path / "main/.git/worktrees/side").mkdir(parents=True)
    (tmp_path / "main/.git/worktrees/side/commondir").write_text("../..\n")
    (tmp_path / "side/.milestones").mkdir(parents=True)
    (tmp_path / "side/.git").write_text(f"gitdir: {tmp_path}/main/.git/worktrees/side\n")

    assert place.find_root(tmp_path / "side", environ={}) == tmp_path / "main/.milestones"


def test_a_variable_names_it_and_a_flag_overrides(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name / ".milestones").mkdir(parents=True)

    environ = {"MILESTONE_DIR": str(tmp_path / "one/.milestones")}

    assert place.find_root(tmp_path, environ=environ) == tmp_path / "one/.milestones"
    assert place.find_root(tmp_path, project="two", environ=environ) == tmp_path / "two/.milestones"


def test_a_folder_without_project_is_named(tmp_path):
    with pytest.raises(errors.ProjectNotFound, match=str(tmp_path)):
        place.find_root(tmp_path, environ={})
