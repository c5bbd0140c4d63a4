"""Worktrees, commits and merges of a run, in real repositories."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from milestone.integrations.git import commits, merging, repository, worktrees
from milestone.integrations.git.commits import Message

from .conftest import run_git

M = "milestone-001"


def message(task: str, title: str = "Do it", **more: str) -> Message:
    return Message(milestone=M, task=task, title=title, **more)


@pytest.fixture
def repo(project: Path) -> repository.Repository:
    found = repository.find(project / ".milestones")
    assert found is not None
    return found


@pytest.fixture
def base(repo: repository.Repository) -> str:
    head = repo.commit_of("HEAD")
    assert head is not None
    return commits.open_branch(repo, M, head)


def a_task(repo: repository.Repository, base: str, name: str, files: dict[str, str]) -> str | None:
    folder = repo.records / "worktrees" / "session" / name
    worktrees.add(repo, folder, base)
    for path, text in files.items():
        (folder / path).write_text(text)
    return commits.snapshot(repo, folder, base, message(name))


def test_a_worktree_has_the_code_and_not_the_records(repo, base):
    folder = repo.records / "worktrees" / "session" / "task-001"

    worktrees.add(repo, folder, base)

    assert (folder / "app.py").exists()
    assert not (folder / ".milestones").exists()
    assert repo.at(folder, "status", "--porcelain").out == ""
    assert run_git(repo.top, "status", "--porcelain") == ""
    assert "worktreeconfig" not in run_git(repo.top, "config", "--local", "--list").casefold()


def test_tasks_side_by_side_become_one_commit_each_on_the_branch(repo, base):
    one = a_task(repo, base, "task-001", {"one.txt": "1\n"})
    two = a_task(repo, base, "task-002", {"two.txt": "2\n"})

    for name, commit in (("task-001", one), ("task-002", two)):
        commits.integrate(repo, M, commit, message(name, f"Write {name}", category="bug", mark=f"s/{name}/1"))

    assert run_git(repo.top, "log", "--format=%s", f"main..milestone/{M}").splitlines() == [
        f"fix({M}): Write task-002",
        f"fix({M}): Write task-001",
    ]
    body = run_git(repo.top, "log", "-1", "--format=%B", f"milestone/{M}")
    assert "- Add two.txt" in body
    assert run_git(repo.top, "log", "-1", "--format=%(trailers:key=Task,valueonly)", f"milestone/{M}") == (
        f"{M}/task-002"
    )
    assert ".milestones/active/milestone-001.yaml" in run_git(
        repo.top, "ls-tree", "-r", "--name-only", f"milestone/{M}"
    )
    assert run_git(repo.top, "symbolic-ref", "HEAD") == "refs/heads/main"
    found = commits.find_commit(repo, M, base, "s/task-001/1")
    assert found == run_git(repo.top, "rev-parse", f"milestone/{M}~1")


def test_what_the_worker_committed_itself_is_squashed(repo, base):
    folder = repo.records / "worktrees" / "session" / "task-001"
    worktrees.add(repo, folder, base)
    for number in (1, 2):
        (folder / f"{number}.txt").write_text("x\n")
        run_git(folder, "add", "-A")
        run_git(folder, "commit", "-q", "-m", f"step {number}")

    commit = commits.snapshot(repo, folder, base, message("task-001"))

    assert commit is not None
    assert run_git(repo.top, "rev-list", "--count", f"{base}..{commit}") == "1"
    assert [c.path for c in commits.changes_between(repo, base, commit)] == ["1.txt", "2.txt"]


def test_a_conflict_leaves_the_branch_as_it_was(repo, base):
    one = a_task(repo, base, "task-001", {"app.py": "print('left')\n"})
    two = a_task(repo, base, "task-002", {"app.py": "print('right')\n"})
    tip = commits.integrate(repo, M, one, message("task-001"))

    with pytest.raises(commits.Conflict) as caught:
        commits.integrate(repo, M, two, message("task-002"))

    assert caught.value.paths == ["app.py"]
    assert repo.commit_of(commits.branch_ref(M)) == tip


def test_a_task_that_changed_nothing_has_no_commit(repo, base):
    assert a_task(repo, base, "task-001", {}) is None


def test_work_that_touches_the_records_is_named(repo, base):
    folder = repo.records / "worktrees" / "session" / "task-001"
    worktrees.add(repo, folder, base)
    (folder / ".milestones" / "active").mkdir(parents=True)
    (folder / ".milestones" / "active" / "milestone-001.yaml").write_text("status: completed\n")

    with pytest.raises(commits.RecordsChanged) as caught:
        commits.snapshot(repo, folder, base, message("task-001"))

    assert caught.value.paths == [".milestones/active/milestone-001.yaml"]


def test_an_interrupted_worktree_can_be_put_back_and_removed(repo, base):
    folder = repo.records / "worktrees" / "session" / "task-001"
    worktrees.add(repo, folder, base)
    (folder / "half.txt").write_text("half")
    (folder / "app.py").write_text("broken")

    worktrees.clean(repo, folder, base)

    assert not (folder / "half.txt").exists()
    assert (folder / "app.py").read_text() == "print('one')\n"
    worktrees.remove(repo, folder)
    assert not folder.exists()
    assert len(run_git(repo.top, "worktree", "list").splitlines()) == 1


@pytest.mark.parametrize("half", ["empty folder", "stray files", "git knows it, the folder is gone"])
def test_a_half_made_worktree_is_made_again(repo, base, half):
    folder = repo.records / "worktrees" / "session" / "task-001"
    if half == "git knows it, the folder is gone":
        run_git(repo.top, "worktree", "add", "-q", "--detach", str(folder), base)
        for path in sorted(folder.rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()
        folder.rmdir()
    else:
        folder.mkdir(parents=True)
        if half == "stray files":
            (folder / "stray").write_text("x")

    worktrees.add(repo, folder, base)

    assert sorted(p.name for p in folder.iterdir()) == [".git", "app.py"]


def test_the_merge_into_the_base_is_a_fast_forward_of_a_clean_checkout(repo, base):
    commits.integrate(repo, M, a_task(repo, base, "task-001", {"one.txt": "1\n"}), message("task-001"))

    assert merging.obstacle(repo, M, "main") is None
    merging.merge(repo, M)

    assert (repo.top / "one.txt").exists()
    assert merging.obstacle(repo, M, "main") == "main has everything already."


@pytest.mark.parametrize("state", ["dirty", "diverged", "detached", "another branch"])
def test_the_merge_is_not_offered_where_something_could_be_lost(repo, base, state):
    commits.integrate(repo, M, a_task(repo, base, "task-001", {"one.txt": "1\n"}), message("task-001"))
    if state == "dirty":
        (repo.top / "app.py").write_text("mine\n")
    elif state == "diverged":
        run_git(repo.top, "commit", "-q", "--allow-empty", "-m", "meanwhile")
    elif state == "detached":
        run_git(repo.top, "checkout", "-q", "--detach")
    else:
        run_git(repo.top, "checkout", "-q", "-b", "other")

    assert merging.obstacle(repo, M, "main")


def test_no_repository_no_commit_and_a_detached_head_are_told_apart(tmp_path, repo):
    assert repository.find(tmp_path / ".milestones") is None
    (tmp_path / "new" / ".milestones").mkdir(parents=True)
    run_git(tmp_path / "new", "init", "-q", "-b", "main")
    unborn = repository.find(tmp_path / "new" / ".milestones")
    assert unborn is not None
    assert unborn.checkout().head is None
    assert unborn.checkout().branch == "main"
    run_git(repo.top, "checkout", "-q", "--detach")
    assert repo.checkout().branch is None
    assert repo.branches_in_use() == {}


def test_a_project_in_a_folder_of_the_repository_keeps_its_records_out(tmp_path):
    records = tmp_path / "repo" / "sub dir" / ".milestones"
    records.mkdir(parents=True)
    (records / "x.yaml").write_text("x\n")
    (records.parent / "code.py").write_text("x\n")
    run_git(tmp_path, "init", "-q", "-b", "main", "repo")
    run_git(tmp_path / "repo", "add", "-A")
    run_git(tmp_path / "repo", "commit", "-q", "-m", "first")
    repo = repository.find(records)
    assert repo is not None

    worktrees.add(repo, tmp_path / "w", repo.commit_of("HEAD"))

    assert (tmp_path / "w" / "sub dir" / "code.py").exists()
    assert not (tmp_path / "w" / "sub dir" / ".milestones").exists()


def test_worktrees_made_at_the_same_moment_do_not_take_each_other_away(repo, base):
    folders = [repo.records / "worktrees" / "session" / f"task-{n:03d}" for n in range(12)]

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda folder: worktrees.add(repo, folder, base), folders))

    assert all(worktrees.is_whole(repo, folder) for folder in folders)
