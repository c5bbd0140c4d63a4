"""Kill `execute`, let it go on, and see that nothing was lost, repeated or doubled."""

import contextlib
import os
import random
import signal
import time
from collections import Counter
from pathlib import Path

from .project import Project, a_task

# A place in the program where it can be killed: before and after every fact, around every program that is run.
PLACES = (
    "moves.decided",
    "begin.recorded",
    "prepare.made",
    "work.starting",
    "work.done",
    "work.recorded",
    "verify.starting",
    "verify.done",
    "verify.recorded",
    "failed.recorded",
    "finish.committed",
    "finish.recorded",
)
AGENTS = "2"


class Rig:
    """One project with tasks that leave a trace, killed as often as wanted."""

    def __init__(self, folder: Path, *, tasks: int = 4, program: list[str] | None = None) -> None:
        self.project = Project(folder / "project")
        self.trace = folder / "trace"
        self.trace.touch()
        self.program = program
        self.kills = 0
        self._settled: dict[str, int] = {}
        mark = f'echo "$MILESTONE_TASK" >> {self.trace}'
        plan = [a_task(1, f"{mark}; echo 1 > 1.txt", verify="test -s 1.txt")]
        plan += [
            a_task(
                n,
                f"{mark}; sleep 0.1; echo {n} > {n}.txt",
                verify=f"test -s {n}.txt && test $(wc -l < {n}.txt) = 1",
                dependencies=["task-001"] if n % 2 == 0 else [f"task-{n - 1:03d}"],
            )
            for n in range(2, tasks + 1)
        ]
        # One task fails its verify the first time, so that the way through a retry is killed as well.
        plan[-1]["verify"] = f"test -e {folder}/second || {{ touch {folder}/second; false; }}"
        plan[-1]["retries"] = 20
        self.names = [task["id"] for task in plan]
        self.project.plan(*plan)

    def killed_at(self, place: str, *, lose_engine: bool) -> None:
        """Run until the program reaches a place, where it dies; it may end first when it never comes there."""
        process = self._start(MILESTONE_FAILPOINT=place)
        process.wait(timeout=60)
        self._after(process.returncode == -signal.SIGKILL, lose_engine)

    def killed_after(self, seconds: float, *, lose_engine: bool) -> None:
        """Run for some seconds, then die."""
        process = self._start()
        with contextlib.suppress(Exception):
            process.wait(timeout=seconds)
        alive = process.poll() is None
        if alive:
            process.send_signal(signal.SIGKILL)
        process.wait()
        self._after(alive, lose_engine)

    def is_done(self) -> bool:
        return all(status == "completed" for status in self.project.statuses().values())

    def finish(self) -> None:
        """Let it run to its end, and look at everything."""
        process = self._start()
        out, err = process.communicate(timeout=90)
        assert process.returncode == 0, f"exit {process.returncode}\n{out}\n{err}"
        self.check()

    def check(self) -> None:
        """Fail when a task is missing, was repeated after it was recorded, or has not exactly one commit."""
        self._check_nothing_repeated()
        assert self.project.statuses() == dict.fromkeys(self.names, "completed")
        assert Counter(self.project.commits()) == dict.fromkeys((f"milestone-001/{n}" for n in self.names), 1)
        facts = Counter(self._facts("work"))
        judged = Counter(self._facts("verify"))
        completed = Counter(name for kind, name, _ in self._events() if kind == "task.completed")
        assert completed == dict.fromkeys(self.names, 1), completed
        for name in self.names:
            attempts = next(t["attempts"] for t in self.project.body()["tasks"] if t["id"] == name)
            assert facts[name] == judged[name] == attempts, (name, facts[name], judged[name], attempts)
        done = self.project.run("log", "--verify", "--json")
        assert done.returncode == 0, done.stdout

    def _start(self, **environ: str):
        project = self.project
        command = ["execute", "m1", "--agents", AGENTS]
        if self.program is None:
            return project.start(*command, **environ)
        project.command = lambda *arguments: [*self.program, *arguments]
        try:
            return project.start(*command, **environ)
        finally:
            del project.command

    def _after(self, killed: bool, lose_engine: bool) -> None:
        self.kills += killed
        self._check_nothing_repeated()
        ran = Counter(line.rpartition("/")[2] for line in self.trace.read_text().splitlines())
        for name in self._done_working():
            self._settled.setdefault(name, ran[name])
        if lose_engine:
            for path in (self.project.records / "database").glob("engine.db*"):
                path.unlink()

    def _check_nothing_repeated(self) -> None:
        ran = Counter(line.rpartition("/")[2] for line in self.trace.read_text().splitlines())
        for name, times in self._settled.items():
            assert ran[name] == times, f"{name} was recorded as worked on, and ran again"

    def _done_working(self) -> set[str]:
        """Return the tasks whose last attempt has its work recorded, and was not followed by another."""
        last: dict[str, str] = {}
        for kind, name, step in self._events():
            if kind in ("task.started", "task.retried", "task.completed"):
                last[name] = kind
            elif kind == "run.step_finished" and step == "work":
                last[name] = "work"
        # The last task may be tried again after its work; it settles when it is completed.
        return {
            n for n, kind in last.items() if kind == "task.completed" or (kind == "work" and n != self.names[-1])
        }

    def _facts(self, step: str) -> list[str]:
        return [name for kind, name, what in self._events() if kind == "run.step_finished" and what == step]

    def _events(self) -> list[tuple[str, str, str]]:
        found = []
        for line in self.project.log():
            for event in line["events"]:
                data = event.get("data") or {}
                found.append((event["kind"], event.get("task") or "", str(data.get("step") or "")))
        return found


def random_moments(rig: Rig, kills: int, seed: int) -> None:
    """Kill at random moments until the run is done, or that often."""
    chance = random.Random(seed)
    deadline = time.monotonic() + 60 + 10 * kills
    while rig.kills < kills and not rig.is_done() and time.monotonic() < deadline:
        rig.killed_after(chance.uniform(0.9, 3.0), lose_engine=chance.random() < 0.4)
    rig.finish()


def wanted(name: str, usual: int) -> int:
    """Return how much of a programme to do: a variable makes it longer."""
    return int(os.environ.get(name, usual))
