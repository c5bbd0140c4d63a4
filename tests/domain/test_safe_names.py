"""Names made of ids that anybody may have typed."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milestone.domain.safe_names import branch_name, folder_name


@pytest.mark.parametrize("usual", ["task-001", "milestone-001", "grüße", "a_b.c"])
def test_a_usual_id_is_its_own_name(usual):
    assert folder_name(usual) == branch_name(usual) == usual


@given(st.text())
def test_a_folder_name_is_one_step_down_and_no_option(text):
    name = folder_name(text)

    assert name not in ("", ".", "..")
    assert "/" not in name
    assert not name.startswith(("-", "."))
    assert "\0" not in name


def test_two_odd_ids_keep_names_of_their_own():
    assert folder_name("a/b") != folder_name("a:b")


@pytest.mark.parametrize("odd", ["../x", "a..b", "x.lock", "a b", "@{u}", "-x", "ü/ö", "~1", "a\\b", "."])
def test_git_takes_every_branch_name(odd):
    name = f"refs/heads/milestone/{branch_name(odd)}"

    assert subprocess.run(["git", "check-ref-format", name], check=False).returncode == 0
