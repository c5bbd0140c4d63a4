"""Which milestone is current, and why."""

from milestone.workspace import current

ROWS = [
    {"id": "milestone-001", "status": "in_progress", "actual_start": "2026-11-01"},
    {"id": "milestone-002", "status": "in_progress", "actual_start": "2026-11-05"},
    {"id": "milestone-003", "status": "planned", "actual_start": None},
]


def a_checkout(folder, branch):
    """Make what git leaves of a checkout that reading needs."""
    (folder / ".git").mkdir(parents=True)
    (folder / ".git/HEAD").write_text(f"ref: refs/heads/{branch}\n")
    return folder


def test_the_branch_checked_out_comes_first(tmp_path):
    folder = a_checkout(tmp_path / "repo", "milestone/milestone-003")
    root = folder / ".milestones"
    current.remember(root, "milestone-001")

    found = current.which(root, folder / "src", ROWS)

    assert found == ("milestone-003", "the branch milestone/milestone-003 is checked out")


def test_a_linked_worktree_has_a_branch_of_its_own(tmp_path):
    main = a_checkout(tmp_path / "main", "main")
    folder = main / ".git/worktrees/side"
    folder.mkdir(parents=True)
    (folder / "HEAD").write_text("ref: refs/heads/milestone/milestone-002\n")
    (tmp_path / "side").mkdir()
    (tmp_path / "side/.git").write_text(f"gitdir: {folder}\n")

    assert current.find(main / ".milestones", tmp_path / "side", ROWS) == "milestone-002"


def test_then_what_use_set_then_what_was_started_last(tmp_path):
    root = tmp_path / ".milestones"

    assert current.find(root, tmp_path, ROWS) == "milestone-002"
    current.remember(root, "milestone-001")
    assert current.find(root, tmp_path, ROWS) == "milestone-001"
    current.remember(root, None)
    assert current.find(root, tmp_path, ROWS) == "milestone-002"


def test_a_word_that_names_nothing_is_passed_over(tmp_path):
    folder = a_checkout(tmp_path / "repo", "milestone/milestone-099")

    assert current.find(folder / ".milestones", folder, ROWS[2:]) is None


def test_a_detached_head_is_no_branch(tmp_path):
    folder = a_checkout(tmp_path / "repo", "x")
    (folder / ".git/HEAD").write_text("0123456789012345678901234567890123456789\n")

    assert current.branch_milestone(folder) == ""
