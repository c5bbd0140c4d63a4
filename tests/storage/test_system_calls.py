"""The real program, killed by strace at every system call that changes something: nothing acknowledged is lost.

Needs strace (`apt-get install strace`); `test_crashes.py` is the same without it, call by call inside Python.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CALLS = ("write", "pwrite64", "fsync", "rename", "link", "unlink", "mkdir", "ftruncate", "truncate")
PLAN = {
    "title": "Log in",
    "tasks": [{"id": "task-001", "title": "Write the form", "estimated_hours": 8}],
}
ENVIRONMENT = {
    **{key: value for key, value in os.environ.items() if not key.startswith("MILESTONE_")},
    "MILESTONE_ACTOR": "ana",
}
COMMANDS: dict[str, list[str]] = {
    "create": ["plan", "--from", "other.json"],
    "update": ["update", "m1", "--title", "Sign in", "--priority", "low"],
    "task done": ["task", "done", "m1/t1"],
    "archive": ["archive", "m1"],
}
State = dict[str, Any]
DONE: dict[str, Callable[[State], bool]] = {
    "create": lambda rows: len(rows) == 2,
    "update": lambda rows: (
        (rows["milestone-001"]["title"], rows["milestone-001"]["priority"]) == ("Sign in", "low")
    ),
    "task done": lambda rows: rows["milestone-001"]["tasks_completed"] == 1,
    "archive": lambda rows: bool(rows["milestone-001"]["archived"]),
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed (apt-get install strace)"),
]


def milestone(folder: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    return traced(folder, [], *words)


def traced(folder: Path, tracer: list[str], *words: str) -> subprocess.CompletedProcess[bytes]:
    command = [*tracer, sys.executable, "-m", "milestone", *words, "--json"]
    return subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, timeout=60, check=False)


@pytest.fixture
def template(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A project in which the command of the test can be given."""
    folder = tmp_path / "template"
    folder.mkdir()
    (folder / "plan.json").write_text(json.dumps(PLAN))
    (folder / "other.json").write_text(json.dumps({**PLAN, "title": "Pay"}))
    assert milestone(folder, "init").returncode == 0
    assert milestone(folder, "plan", "--from", "plan.json").returncode == 0
    if request.node.callspec.params["name"] == "archive":
        assert milestone(folder, "task", "done", "m1/t1").returncode == 0
    return folder


def state(folder: Path) -> tuple[State, int]:
    """Return the rows by id and how many files nobody recorded, as a fresh process sees them."""
    script = (
        "import json, sys; from pathlib import Path; from milestone.domain import summary;"
        "from milestone.domain.evolve import evolve; from milestone.storage.file import FileStore;"
        "store = FileStore(Path('.milestones'), evolve=evolve, summarise=summary.row);"
        "ctx = store.reading(); r = ctx.__enter__();"
        "print(json.dumps([[dict(row) for row in r.rows()], r.unrecorded]))"
    )
    said = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, check=True)
    rows, unrecorded = json.loads(said.stdout)
    return {row["id"]: row for row in rows}, unrecorded


def adopted(folder: Path) -> list[dict[str, Any]]:
    """Return the events that say somebody edited a file."""
    lines = [
        line for path in (folder / ".milestones/logs/events").iterdir() for line in path.read_text().splitlines()
    ]
    events = [event for line in lines for event in json.loads(line)["events"]]
    return [event for event in events if (event.get("data") or {}).get("via")]


@pytest.mark.parametrize("name", COMMANDS)
def test_killed_at_every_system_call(name: str, template: Path, tmp_path: Path):
    words = COMMANDS[name]
    assert (
        milestone(copy(template, tmp_path / "counted"), *words).returncode == 0
    )  # compiles what is not compiled yet
    counted = copy(template, tmp_path / "counted")
    log = tmp_path / "calls"
    assert (
        traced(
            counted, ["strace", "-f", "-qq", "-o", str(log), "-e", f"trace={','.join(CALLS)}"], *words
        ).returncode
        == 0
    )
    assert DONE[name](state(counted)[0])
    counts = Counter(re.findall(r"^\d+ +(\w+)\(", log.read_text(), re.MULTILINE))
    killed = 0
    for call, number in counts.items():
        for at in range(1, number + 1):
            folder = copy(template, tmp_path / "trial")
            fault = ["-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={at}"]
            ended = traced(folder, ["strace", "-f", "-qq", "-o", "/dev/null", *fault], *words)
            killed += ended.returncode != 0
            check(folder, name, f"{name}: {call} number {at} of {number}", answered=bool(ended.stdout.strip()))
    assert killed == sum(counts.values())
    print(f"{name}: {killed} kills")


def check(folder: Path, name: str, where: str, *, answered: bool) -> None:
    rows, unrecorded = state(folder)
    assert DONE[name](rows) or not answered, f"{where}: acknowledged and lost"
    assert unrecorded == 0, f"{where}: a file is said to be edited"
    assert "milestone-001" in rows, where
    after = milestone(folder, "update", "m1", "--description", "goes on")
    assert after.returncode == 0, f"{where}: {after.stdout!r}"
    assert state(folder)[0].keys() == rows.keys()
    assert adopted(folder) == [], where
    health = json.loads(milestone(folder, "doctor").stdout)
    errors = [each for each in health["data"]["findings"] if each["severity"] == "error"]
    assert errors == [], where
    assert milestone(folder, "log", "--verify").returncode == 0, where


def copy(template: Path, to: Path) -> Path:
    shutil.rmtree(to, ignore_errors=True)
    return Path(shutil.copytree(template, to, symlinks=True))
