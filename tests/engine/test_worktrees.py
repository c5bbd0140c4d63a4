"""Worktrees that work: untracked files, submodules and dependencies are there, once, and stay out of commits."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from .project import a_task


def in_log(project, kind):
    return [e for line in project.log() for e in line.get("events", []) if e["kind"] == kind]


def test_untracked_files_are_copied_and_linked_and_never_committed(project):
    (project.folder / ".env").write_text("KEY=1\n")
    (project.folder / "deps" / "lib").mkdir(parents=True)
    (project.folder / "deps" / "lib" / "answer").write_text("42\n")
    project.configure(worktree={"copy": [".env"], "link": ["deps"]})
    project.plan(a_task(1, "cat .env deps/lib/answer > seen.txt && echo KEY=2 > .env"))

    data = project.execute("m1")

    assert data["exit"] == 0
    assert project.git("show", "milestone/milestone-001:seen.txt") == "KEY=1\n42"
    assert project.git("ls-tree", "-r", "--name-only", "milestone/milestone-001").split() == ["README", "seen.txt"]
    assert (project.folder / ".env").read_text() == "KEY=1\n"


def test_a_set_up_runs_once_and_again_when_what_it_reads_has_changed(project, tmp_path):
    count = tmp_path / "count"
    project.configure(worktree={"setup": [f"echo x >> {count}; mkdir -p tools; echo tool > tools/tool"]})
    project.plan(
        a_task(1, "cat tools/tool > one.txt"),
        a_task(2, "cat tools/tool > two.txt; echo six > requirements.txt", dependencies=["task-001"]),
        a_task(3, "cat tools/tool > three.txt", dependencies=["task-002"]),
        a_task(4, "cat tools/tool > four.txt", dependencies=["task-003"]),
    )

    data = project.execute("m1")

    assert data["exit"] == 0
    assert count.read_text() == "x\n" * 2
    assert "tools" not in project.git("ls-tree", "-r", "--name-only", "milestone/milestone-001")
    assert project.git("worktree", "list").count("\n") == 0
    assert not list((project.records / "worktrees").glob("*"))


def test_what_a_set_up_changes_of_git_s_files_is_no_change_of_the_task(project):
    project.configure(worktree={"setup": ["echo changed > README"]})
    project.plan(a_task(1, "cat README > seen.txt"))

    project.execute("m1")

    assert project.git("show", "milestone/milestone-001:seen.txt") == "hello"


def test_a_failed_set_up_is_one_blocker_and_the_run_goes_on_when_it_is_mended(project):
    project.configure(worktree={"setup": ["echo no such thing >&2; exit 3"]})
    project.plan(*(a_task(n, f"echo {n} > {n}.txt") for n in range(1, 5)))

    data = project.execute("m1", "--agents", "3")

    assert data["exit"] == 1
    assert [w["ref"] for w in data["blocked"]] == ["milestone-001"]
    assert "exit 3): no such thing" in data["blocked"][0]["text"]
    assert len(in_log(project, "blocker.detected")) == 1
    assert "blocked" not in project.statuses().values()

    project.configure(worktree={"setup": ["true"]})
    assert project.execute("m1")["exit"] == 0
    assert set(project.statuses().values()) == {"completed"}


def test_each_task_has_ports_and_a_temporary_folder_of_its_own(project, tmp_path):
    together = f"touch {tmp_path}/here-$$; while test $(ls {tmp_path} | grep -c here) -lt 2; do sleep 0.05; done"
    made = "python3 -c 'import tempfile; print(tempfile.mkdtemp())' > where-{0}.txt"
    run = f"{together}; {made}; echo $MILESTONE_PORT > port-{{0}}.txt"
    project.plan(*(a_task(n, run.replace("{0}", str(n))) for n in (1, 2)))

    assert project.execute("m1", "--agents", "2")["exit"] == 0

    ports = {project.git("show", f"milestone/milestone-001:port-{n}.txt") for n in (1, 2)}
    places = {project.git("show", f"milestone/milestone-001:where-{n}.txt") for n in (1, 2)}
    assert len({int(port) for port in ports}) == 2
    assert all(place.startswith(str(project.records / "temp")) for place in places)
    assert not any(Path(place).exists() for place in places)


def test_submodules_are_there_without_any_network(project, tmp_path):
    library = tmp_path / "library"
    library.mkdir()
    (library / "part.txt").write_text("from the library\n")
    environ = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
    for words in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=A", "-c", "user.email=a@b", "commit", "-qm", "1"],
    ):
        subprocess.run(["git", *words], cwd=library, check=True, env=environ)
    project.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library), "lib")
    project.git("commit", "-qm", "library")
    library.rename(tmp_path / "gone")
    project.plan(a_task(1, "cat lib/part.txt > seen.txt"))

    data = project.execute("m1")

    assert data["exit"] == 0, data
    assert project.git("show", "milestone/milestone-001:seen.txt") == "from the library"
    assert project.git("diff", "--name-only", "main", "milestone/milestone-001") == "seen.txt"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"copy": ["../secret"]}, "inside the repository"),
        ({"link": ["/etc/passwd"]}, "inside the repository"),
        ({"copy": [".milestones/config"]}, "holds the records"),
        ({"copy": ["missing.txt"]}, "is not in your checkout"),
        ({"copy": ["out/key"]}, "outside the worktree"),
        ({"link": ["README"]}, "git has it already"),
    ],
)
def test_a_wrong_wish_is_named_and_nothing_runs(project, tmp_path, settings, words):
    (tmp_path / "outside").mkdir(exist_ok=True)
    (tmp_path / "outside" / "key").write_text("k")
    (project.folder / "out").symlink_to(tmp_path / "outside")
    project.git("add", "out")
    project.git("commit", "-qm", "a link that leads out")
    project.configure(worktree=settings)
    project.plan(a_task(1, "touch ran"))

    data = project.execute("m1")

    assert data["exit"] == 1
    assert words in data["blocked"][0]["text"]
    assert (tmp_path / "outside" / "key").read_text() == "k"


def test_worktrees_take_no_more_room_than_they_may(project):
    project.configure(worktree={"max_megabytes": 1})
    filler = project.records / "worktrees" / "elsewhere"
    filler.mkdir(parents=True)
    (filler / "big").write_bytes(b"x" * (2 << 20))
    project.plan(a_task(1, "true"))

    data = project.execute("m1")

    assert data["exit"] == 1
    assert "worktree.max_megabytes" in data["blocked"][0]["text"]


def test_a_run_that_is_killed_in_a_set_up_goes_on_and_nothing_is_left_running(project, tmp_path):
    project.configure(worktree={"setup": [f"test -f {tmp_path}/go || {{ touch {tmp_path}/began; sleep 60; }}"]})
    project.plan(a_task(1, "echo 1 > 1.txt"))
    process = project.start("execute", "m1")
    while not (tmp_path / "began").exists():
        assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)

    (tmp_path / "go").touch()
    assert project.execute("m1")["exit"] == 0
    assert subprocess.run(["pgrep", "-f", f"{tmp_path}/began"], capture_output=True).stdout == b""


def test_clean_keeps_a_worktree_whose_commits_are_on_no_branch(project):
    project.plan(
        a_task(1, "echo work > work.txt; git add -A; git -c user.name=A -c user.email=a@b commit -qm own; exit 1")
    )
    project.configure(execution={"retries": 0})
    project.execute("m1")
    place = next((project.records / "worktrees").glob("*/task-001"))

    done = project.run("sessions", "clean", "--yes")

    assert done.returncode == 0
    assert (place / "work.txt").exists()


@pytest.mark.parametrize(("lock", "line"), [("uv.lock", "uv sync --frozen"), ("package-lock.json", "npm ci")])
def test_a_lock_file_proposes_a_set_up_until_there_is_one(project, lock, line):
    (project.folder / lock).write_text("{}\n")
    project.plan(a_task(1, "true"))

    proposed = project.run("execute", "m1", "--dry-run").stdout
    project.run("config", "set", "worktree.setup", line)

    assert f'milestone config set worktree.setup "{line}"' in proposed
    assert "config set" not in project.run("execute", "m1", "--dry-run").stdout
    assert project.execute("m1", "--dry-run")["setup"] == [line]
