"""A project grows: its store follows by itself, announced, and nothing is lost on the way."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from milestone.cli import main
from milestone.storage import located

ROOT = ".milestones"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder under git, as somebody known, with nobody at a terminal."""
    for name in ("MILESTONE_DIR", "MILESTONE_DSN", "MILESTONE_JSON", "MILESTONE_SESSION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MILESTONE_ACTOR", "ana")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    subprocess.run(["git", "init", "-q", work], check=True)
    return work


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[dict[str, Any], str]:
    """Return what a command answers as data, and what it says on stderr."""
    capsys.readouterr()
    assert main.run([*words, "--json"]) == 0
    out, err = capsys.readouterr()
    return json.loads(out), err


def backend(folder: Path) -> str:
    return located.read(folder / ROOT).backend


def handed_in(folder: Path, count: int, start: int = 1) -> str:
    """Return a file that plans so many milestones."""
    plans = [
        {"title": f"Goal {n}", "tasks": [{"id": "task-001", "title": "Do it", "estimated_hours": 2}]}
        for n in range(start, start + count)
    ]
    path = folder / f"plans-{start}.json"
    path.write_text(json.dumps({"milestones": plans}))
    return path.name


def titles(capsys: pytest.CaptureFixture[str]) -> list[str]:
    said, _ = run(capsys, "list", "--limit", "500")
    return sorted(row["title"] for row in said["data"])


def test_forty_milestones_one_after_another(folder: Path, capsys: pytest.CaptureFixture[str]):
    told = {}
    for number in range(1, 41):
        path = handed_in(folder, 1, number)
        _, err = run(capsys, "plan", "--from", path)
        told[number] = (backend(folder), "outgrows its store" in err)

    assert [number for number, (_, said) in told.items() if said] == [25], "announced once, at the crossing write"
    assert {store for number, (store, _) in told.items() if number < 25} == {"file"}
    assert {store for number, (store, _) in told.items() if number >= 25} == {"hybrid"}
    assert titles(capsys) == sorted(f"Goal {n}" for n in range(1, 41))
    assert len(list((folder / ROOT / "active").glob("*.yaml"))) == 40
    said, _ = run(capsys, "log", "--limit", "100")
    assert [event["kind"] for event in said["data"]].count("scale.detected") == 1


def test_after_the_move_a_hand_edit_is_adopted_and_git_misses_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
):
    run(capsys, "plan", "--from", handed_in(folder, 24))
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "before")
    run(capsys, "plan", "--from", handed_in(folder, 1, 25))
    assert backend(folder) == "hybrid"
    path = folder / ROOT / "active" / "milestone-003.yaml"
    path.write_text(path.read_text().replace("Goal 3", "By hand"))

    said, _ = run(capsys, "status")
    assert said["unrecorded"] == 1
    run(capsys, "update", "m1", "--priority", "high")

    said, _ = run(capsys, "show", "m3")
    assert said["data"]["title"] == "By hand"
    assert not [line for line in git(folder, "status", "--porcelain").splitlines() if line[:2].strip() == "D"]


def git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=Ana", "-c", "user.email=ana@example.org"]
    return subprocess.run(["git", *who, *words], cwd=folder, capture_output=True, text=True, check=True).stdout


def test_reading_never_moves_a_store(folder: Path, capsys: pytest.CaptureFixture[str]):
    run(capsys, "plan", "--from", handed_in(folder, 3))
    config = folder / ROOT / "config" / "milestone-config.yaml"
    config.write_text("scale_override: hybrid\n")

    for words in (["status"], ["list"], ["show", "m1"], ["update", "--system-health"], ["doctor"]):
        run(capsys, *words)
        assert backend(folder) == "file"

    run(capsys, "update", "m1", "--priority", "high")
    assert backend(folder) == "hybrid", "effective at the next write"


def test_at_a_hundred_a_warning_names_the_command(folder: Path, capsys: pytest.CaptureFixture[str]):
    run(capsys, "plan", "--from", handed_in(folder, 30))
    run(capsys, "plan", "--from", handed_in(folder, 69, 31))
    assert backend(folder) == "hybrid"

    said, _ = run(capsys, "plan", "--from", handed_in(folder, 1, 100))

    warned = {each["code"]: each for each in said["warnings"]}
    assert "milestone migrate --to sqlite" in warned["outgrown"]["hint"]
    assert backend(folder) == "hybrid"
    said, _ = run(capsys, "update", "--system-health")
    assert said["data"]["advice"][0]["command"] == "milestone migrate --to sqlite"
    assert "100 milestones" in said["data"]["advice"][0]["reason"]


def test_a_team_counts_too(folder: Path, capsys: pytest.CaptureFixture[str]):
    run(capsys, "plan", "--from", handed_in(folder, 1))
    (folder / ROOT / "config" / "milestone-config.yaml").write_text("project: {team_size: 6}\n")

    _, err = run(capsys, "update", "m1", "--priority", "high")

    assert backend(folder) == "hybrid"
    assert "6 people" in err


def let_it_scale(folder: Path) -> None:
    (folder / ROOT / "config").mkdir(parents=True, exist_ok=True)
    (folder / ROOT / "config" / "milestone-config.yaml").write_text("features: {auto_scale: true}\n")


def test_where_it_may_it_moves_into_a_database_by_itself(folder: Path, capsys: pytest.CaptureFixture[str]):
    let_it_scale(folder)
    run(capsys, "plan", "--from", handed_in(folder, 99))
    assert backend(folder) == "hybrid"
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "before")

    _, err = run(capsys, "plan", "--from", handed_in(folder, 1, 100))

    assert backend(folder) == "sqlite"
    assert "100 milestones, all there" in err
    assert titles(capsys) == sorted(f"Goal {n}" for n in range(1, 101))
    assert not [line for line in git(folder, "status", "--porcelain").splitlines() if line[:2].strip() == "D"]
    run(capsys, "update", "m1", "--priority", "high")
    assert backend(folder) == "sqlite"
    adopt_a_hand_edit(folder, capsys)


def adopt_a_hand_edit(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Change a file after the move: `sync` takes it in, and from then on the next one is named until it does."""
    path = folder / ROOT / "active" / "milestone-003.yaml"
    path.write_text(path.read_text().replace("Goal 3", "By hand"))
    run(capsys, "sync")
    said, _ = run(capsys, "show", "m3")
    assert said["data"]["title"] == "By hand"

    path.write_text(path.read_text().replace("By hand", "By hand again"))
    said, _ = run(capsys, "status")
    assert [each["path"] for each in said["warnings"]] == ["active/milestone-003.yaml"]
    run(capsys, "sync")
    said, _ = run(capsys, "show", "m3")
    assert said["data"]["title"] == "By hand again"
    said, _ = run(capsys, "status")
    assert not said["warnings"]


def test_at_two_hundred_it_moves_to_a_server_that_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, postgres_dsn: str
):
    let_it_scale(folder)
    run(capsys, "plan", "--from", handed_in(folder, 199))
    assert backend(folder) == "sqlite"
    monkeypatch.setenv("MILESTONE_DSN", postgres_dsn)

    _, err = run(capsys, "plan", "--from", handed_in(folder, 1, 200))

    assert backend(folder) == "postgres", err
    assert titles(capsys) == sorted(f"Goal {n}" for n in range(1, 201))
    password = postgres_dsn.partition("@")[0].rpartition(":")[2]
    assert password not in err
    assert password not in (folder / ROOT / "local" / "backend.json").read_text()
    adopt_a_hand_edit(folder, capsys)


def test_what_was_taken_back_is_not_moved_again(folder: Path, capsys: pytest.CaptureFixture[str]):
    run(capsys, "plan", "--from", handed_in(folder, 30))
    assert backend(folder) == "hybrid"
    run(capsys, "migrate", "--rollback")

    said, _ = run(capsys, "plan", "--from", handed_in(folder, 1, 31))

    assert backend(folder) == "file"
    assert [each["hint"] for each in said["warnings"] if each["code"] == "outgrown"] == [
        "milestone migrate --to hybrid moves it."
    ]


def test_postgres_that_nobody_says_where_is_sqlite_with_a_warning_at_each_write(
    folder: Path, capsys: pytest.CaptureFixture[str]
):
    run(capsys, "plan", "--from", handed_in(folder, 1))
    (folder / ROOT / "config" / "milestone-config.yaml").write_text("backend: {type: postgresql}\n")

    for number in range(2, 5):
        said, _ = run(capsys, "plan", "--from", handed_in(folder, 1, number))
        assert "no_dsn" in [each["code"] for each in said["warnings"]]
        assert backend(folder) == "sqlite"

    assert titles(capsys) == [f"Goal {n}" for n in range(1, 5)]


def at_a_terminal(folder: Path, answer: bytes, *words: str) -> str:
    """Return what a command shows a person who answers its question so."""
    environ = {key: value for key, value in os.environ.items() if key not in ("CI", "MILESTONE_ACTOR")}
    child, terminal = pty.fork()
    if child == 0:
        os.execve(sys.executable, [sys.executable, "-m", "milestone", *words], {**environ, "COLUMNS": "200"})
    said, answered = b"", False
    while chunk := _read(terminal):
        said += chunk
        if b"(yes/no)" in said and not answered:
            os.write(terminal, answer)
            answered = True
    os.waitpid(child, 0)
    os.close(terminal)
    return said.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # the other side is gone
        return b""


@pytest.mark.parametrize(("answer", "store"), [(b"no\n", "file"), (b"yes\n", "hybrid")])
def test_at_a_terminal_it_is_asked_once(
    folder: Path, capsys: pytest.CaptureFixture[str], answer: bytes, store: str
):
    run(capsys, "plan", "--from", handed_in(folder, 24))

    first = at_a_terminal(folder, answer, "plan", "--from", handed_in(folder, 1, 25))
    second = at_a_terminal(folder, answer, "plan", "--from", handed_in(folder, 1, 26))

    assert "(yes/no)" in first
    assert "(yes/no)" not in second, "the answer is kept"
    assert backend(folder) == store
    assert titles(capsys) == sorted(f"Goal {n}" for n in range(1, 27))
