"""Agents in terminals of their own who use only `next --claim`, `task` and `review`: issue 4 must show it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from claims import watching
from milestone.testing.builders import a_body, a_task
from milestone.testing.workspaces import created
from milestone.workspace import opening

ROUNDS = int(os.environ.get("CLAIMS_ROUNDS", "1"))
TASKS = int(os.environ.get("CLAIMS_TASKS", "10"))
FOLDERS = ("src/a.py", "src/*.py", "src/b/x.py", "src/b", "docs/a.md", "docs/**/*.md")
SIGNS = {  # what a rig without the rule has to see
    "overlap": ["overlaps", "in use"],
    "claims": ["given to two", "in use"],
    "names": ["finished by another", "nobody held it"],
}
TESTS = Path(__file__).parents[1]


def a_plan() -> list[dict]:
    """Return tasks whose files overlap in many ways; some wait for others, some touch nothing."""
    tasks = []
    for number in range(1, TASKS + 1):
        files = [FOLDERS[number % len(FOLDERS)]] if number % 4 else []
        after = [f"task-{number - 3:03d}"] if number % 5 == 0 else []
        tasks.append(a_task(f"task-{number:03d}", files=files, dependencies=after))
    return tasks


@pytest.fixture(params=["file", "sqlite", "postgres"])
def project(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, dict[str, str]]:
    folder = tmp_path / "project"
    (folder / "desk").mkdir(parents=True)
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(TESTS)}
    backend = request.param
    words = ["init", "--backend", backend]
    if backend == "postgres":
        environ["MILESTONE_DSN"] = request.getfixturevalue("postgres_dsn")
    subprocess.run([sys.executable, "-m", "milestone", *words], cwd=folder, env=environ, check=True)
    return folder, environ


def run(project: tuple[Path, dict[str, str]], names: list[str], fault: str = "") -> list[str]:
    """Let agents work a plan off; return everything that went wrong."""
    folder, environ = project
    workspace = opening.open_workspace(folder, environ=environ)
    body = a_body(tasks=a_plan())
    workspace.write(lambda _txn, _ctx: [created(body)])
    outs = [folder.parent / f"out-{number}" for number in range(len(names))]
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "claims.terminal", name, str(out), *filter(None, [fault])],
            cwd=folder,
            env=environ,
        )
        for name, out in zip(names, outs, strict=True)
    ]
    codes = [each.wait(90) for each in running]
    files = {f"milestone-001/{t['id']}": tuple(t["files"]) for t in body["tasks"]}
    with workspace.reading() as reading:
        found = watching.wrongs(list(reading.events()), files)
    workspace.store.close()
    return found + watching.seen(outs) + [f"a terminal ended with {code}" for code in codes if code]


@pytest.mark.parametrize("names", [["agent:one", "agent:two"], ["agent:twin", "agent:twin"]], ids=["two", "twins"])
def test_never_one_task_never_overlapping_files_never_each_others(
    project: tuple[Path, dict[str, str]], names: list[str]
):
    assert run(project, names) == []


@pytest.mark.parametrize("fault", ["overlap", "claims", "names"])
@pytest.mark.parametrize("project", ["sqlite"], indirect=True)
def test_the_rig_bites(project: tuple[Path, dict[str, str]], fault: str):
    found = run(project, ["agent:twin"] * 3, fault)

    assert any(word in each for each in found for word in SIGNS[fault]), found
