"""Several machines work on one run: a dead worker's tasks go to others, one that was cut off ends nothing."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from milestone.testing.postgres import Server
from milestone.testing.postgres_fixtures import address, set_up
from milestone.testing.proxy import Proxy
from milestone.testing.typed import Typed

LEASE = 5.0  # seconds
BEGIN = """
import os
from pathlib import Path
from milestone.operations import execute
from milestone.workspace import finding
from milestone.workspace.opening import open_workspace
workspace = open_workspace(Path.cwd(), environ=os.environ)
with workspace.reading() as reading:
    document = finding.milestones(reading, ["m1"], current=None, writing=True)[0]
print(execute.begin(workspace, document, execute.ExecuteMilestone(agents=6)).session)
"""


class Machines:
    """Clones of one project, each as if on a machine of its own."""

    def __init__(self, folder: Path, server: Server, schema: str) -> None:
        self.folder = folder
        self.server, self.schema = server, schema
        self.log = folder / "log"
        self.remote = folder / "remote.git"
        self.settings = f"execution: {{workers: shared, worker_lease: {LEASE:.0f}s}}\n"
        self.started: list[subprocess.Popen[str]] = []
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(self.remote)], check=True)

    def first(self, *tasks: dict) -> Typed:
        """Make the project, in the database and at the remote."""
        one = self._typed("one", None)
        one.write(".milestones/config/milestone-config.yaml", self.settings)
        one.repository("Ana")
        one.git("remote", "add", "origin", str(self.remote))
        one.write("plan.json", json.dumps({"title": "Reach it", "tasks": list(tasks)}))
        one.does("plan", "--from", "plan.json")
        one.git("add", "-A")
        one.git("commit", "-qm", "plan")
        one.git("push", "-q", "origin", "main")
        one.does("migrate", "--to", "postgres")
        return one

    def clone(self, name: str, port: int | None = None) -> Typed:
        """Make another clone that uses the same database."""
        subprocess.run(["git", "clone", "-q", str(self.remote), str(self.folder / name)], check=True)
        other = self._typed(name, port)
        other.git("config", "user.name", "Ana")
        other.git("config", "user.email", "ana@example.org")
        other.does("migrate", "--to", "postgres")
        return other

    def worker(self, clone: Typed, *words: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [*clone.program, "worker", "--trust-commands", *words],
            cwd=clone.folder,
            env=clone.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.started.append(process)
        return process

    def lines(self, word: str = "", where: str = "") -> list[str]:
        text = self.log.read_text() if self.log.exists() else ""
        return [
            line for line in text.splitlines() if line.startswith(word) and (not where or f"/{where}/" in line)
        ]

    def _typed(self, name: str, port: int | None) -> Typed:
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        return Typed(folder, "ana", {"MILESTONE_DSN": address(self.server, self.schema, port=port)})


def a_task(machines: Machines, number: int) -> dict:
    """A task that says where it runs, waits for `go`, and changes a file."""
    said = f'"$MILESTONE_TASK $PWD" >> {machines.log}'
    wait = f"while test ! -e {machines.folder}/go; do sleep 0.1; done"
    return {
        "title": f"Do {number}",
        "run": f"echo begun {said}; {wait}; echo {number} > {number}.txt; echo done {said}",
    }


def until(met: Callable[[], bool], seconds: float, what: str) -> float:
    """Return how long it took until something is so."""
    began = time.monotonic()
    while not met():
        assert time.monotonic() - began < seconds, f"{what} did not come about within {seconds} s"
        time.sleep(0.05)
    return time.monotonic() - began


@pytest.fixture
def machines(tmp_path: Path, postgres_server: Server, postgres_schema: str) -> Iterator[Machines]:
    set_up(postgres_server, postgres_schema)
    found = Machines(tmp_path, postgres_server, postgres_schema)
    yield found
    (tmp_path / "go").touch()
    for process in found.started:
        process.kill()
        process.communicate()


@pytest.mark.timeout(400)
def test_the_tasks_of_killed_and_cut_off_workers_go_to_others_and_are_done_once(machines):
    one = machines.first(*(a_task(machines, number) for number in range(1, 9)))
    with Proxy(machines.server.port) as wire:
        killed, cut, left = machines.clone("two"), machines.clone("three", wire.port), machines.clone("four")
        session = one.run([sys.executable, "-c", BEGIN]).out.strip()
        assert session, one.run([sys.executable, "-c", BEGIN]).err
        first = machines.worker(killed, "--agents", "2")
        second = machines.worker(cut, "--agents", "2")
        until(lambda: len(machines.lines("begun")) == 4, 60, "two tasks on each of two machines")
        last = machines.worker(left, "--agents", "8", "--until-idle")
        until(lambda: len(machines.lines("begun", "four")) == 2, 60, "two more tasks: six in all may be in hand")

        first.kill()
        wire.__exit__()
        taken = until(lambda: len(machines.lines("begun", "four")) == 6, 4 * LEASE, "the take-over of four tasks")
        until(lambda: second.poll() is not None, 4 * LEASE, "the end of the worker that was cut off")
        (machines.folder / "go").touch()
        said, _ = last.communicate(timeout=120)

    assert taken < 2 * LEASE, f"taken over after {taken:.1f} s"
    assert second.returncode == 8, second.communicate()[0]
    assert not machines.lines("done", "two") and not machines.lines("done", "three")
    data = one.does("show", "m1", "--all", "--json").data
    assert {task["status"] for task in data["tasks"]} == {"completed"}, f"{said}\n{data}"
    done = [e for e in one.does("log", "m1", "--limit", "0", "--json").data if e["kind"] == "task.completed"]
    assert sorted(e["task"] for e in done) == [f"task-{n:03}" for n in range(1, 9)]
    shown = one.run(
        [
            "git",
            "-C",
            str(machines.remote),
            "log",
            "--format=%(trailers:key=Task,valueonly)",
            "milestone/milestone-001",
            "^main",
        ]
    )
    assert (
        sorted(shown.out.split()) == [f"milestone-001/task-{n:03}" for n in range(1, 9)]
        or len(shown.out.split()) == 8
    )


def test_a_worker_that_leaves_gives_its_tasks_back_at_once(machines):
    one = machines.first(a_task(machines, 1))
    session = one.run([sys.executable, "-c", BEGIN]).out.strip()
    first = machines.worker(machines.clone("two"))
    until(lambda: len(machines.lines("begun", "two")) == 1, 60, "the task's begin")

    first.terminate()
    out, _ = first.communicate(timeout=60)
    machines.worker(machines.clone("three"), "--until-idle")
    until(lambda: len(machines.lines("begun", "three")) == 1, 60, "the task elsewhere")
    (machines.folder / "go").touch()
    machines.started[-1].communicate(timeout=60)

    assert "has left" in out
    assert one.does("show", "m1/t1", "--json").data["status"] == "completed", session


@pytest.mark.timeout(400)
def test_commands_that_came_with_the_clone_are_left_to_others_until_somebody_confirms_them(machines):
    machines.settings += "worktree: {setup: ['true']}\n"
    (machines.folder / "go").touch()
    one = machines.first(a_task(machines, 1))
    one.run([sys.executable, "-c", BEGIN])
    two = machines.clone("two")

    left = two.does("worker", "--until-idle")
    done = two.does("worker", "--until-idle", "--trust-commands")

    assert "is left to others" in left.err
    assert len(machines.lines("done", "two")) == 1, done.err


def test_without_postgres_or_a_remote_a_worker_refuses(tmp_path):
    alone = Typed(tmp_path, "ana")
    alone.write("README", "x")
    alone.repository("Ana")
    alone.does("init")

    refused = alone.does("worker", code=5)

    assert "PostgreSQL" in refused.err
