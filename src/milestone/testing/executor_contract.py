"""What every executor that starts a program keeps. Inherit, and say how to make it run a shell line."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from abc import ABC, abstractmethod
from pathlib import Path

from milestone.agents.executors import process, supervise
from milestone.agents.executors.base import Executor, Job


class ProgramContract(ABC):
    """Tests for whatever starts a program; the fixtures are pytest's own."""

    @abstractmethod
    def executor_for(self, line: str, folder: Path) -> Executor:
        """Return an executor that runs this shell line when its job names the same command."""

    def job(self, tmp_path: Path, line: str, **more: object) -> Job:
        """Return a job in a folder of its own."""
        folder = tmp_path / "work"
        folder.mkdir(exist_ok=True)
        fields: dict[str, object] = {
            "ref": "milestone-001/task-001",
            "folder": folder,
            "log": tmp_path / "out.log",
            "record": tmp_path / "program.json",
            "command": line,
            "environment": {"MILESTONE_LEASE": f"mark-{os.getpid()}-{tmp_path.name}"},
            **more,
        }
        return Job(**fields)  # type: ignore[arg-type]  # test data by name

    def test_a_time_limit_ends_the_whole_group(self, tmp_path: Path) -> None:
        line = "sleep 60 & echo $! > child; wait"

        outcome = self.executor_for(line, tmp_path).run(
            self.job(tmp_path, line, time_limit=0.6), threading.Event()
        )

        assert outcome.timed_out
        assert not outcome.succeeded
        assert not lives(int((tmp_path / "work" / "child").read_text()))

    def test_a_stop_ends_even_what_left_the_group(self, tmp_path: Path) -> None:
        line = "setsid sleep 60 & sleep 0.2; touch begun; wait"
        stop = threading.Event()
        job = self.job(tmp_path, line)
        threading.Thread(target=when_there, args=(tmp_path / "work" / "begun", stop.set)).start()

        outcome = self.executor_for(line, tmp_path).run(job, stop)

        assert outcome.stopped
        assert not process.end_marked(job.environment["MILESTONE_LEASE"])

    def test_a_program_that_reads_nothing_does_not_hang(self, tmp_path: Path) -> None:
        job = self.job(tmp_path, "true", brief="x" * 1_000_000)

        assert self.executor_for("true", tmp_path).run(job, threading.Event()).succeeded

    def test_what_a_dead_executor_left_is_ended_later(self, tmp_path: Path) -> None:
        job = self.job(tmp_path, "")
        mark = job.environment["MILESTONE_LEASE"]
        left = subprocess.Popen(["sleep", "60"], env={"MILESTONE_LEASE": mark}, start_new_session=True)
        record = tmp_path / "program.json"
        record.write_text(f'{{"pid": {left.pid}, "started": "{supervise.start_time(left.pid)}"}}')

        assert process.end_left_over(record, mark)

        assert left.wait(timeout=5) < 0
        assert not process.end_left_over(record, mark)

    def test_a_pid_that_was_given_again_is_left_alone(self, tmp_path: Path) -> None:
        stranger = subprocess.Popen(["sleep", "60"], start_new_session=True)
        record = tmp_path / "program.json"
        record.write_text(f'{{"pid": {stranger.pid}, "started": "1"}}')

        assert not process.end_left_over(record, "no such mark")

        assert stranger.poll() is None
        stranger.kill()
        stranger.wait()

    def test_a_program_dies_with_the_process_that_started_it(self, tmp_path: Path) -> None:
        record = tmp_path / "program.json"
        parent = subprocess.Popen([sys.executable, "-c", PARENT, supervise.__file__, str(record)])
        when_there(record)
        child = json.loads(record.read_text())["pid"]

        parent.send_signal(signal.SIGKILL)
        parent.wait()

        assert gone_within(child, 5)


class ExecutorContract(ProgramContract):
    """Tests for an executor whose program's output is kept as it is."""

    def test_output_exit_code_and_seconds_are_kept(self, tmp_path: Path) -> None:
        line = "echo out; echo err >&2; pwd; exit 3"

        outcome = self.executor_for(line, tmp_path).run(self.job(tmp_path, line), threading.Event())

        assert outcome.exit_code == 3
        assert not outcome.succeeded
        assert outcome.seconds > 0
        assert (tmp_path / "out.log").read_text().split() == ["out", "err", str(tmp_path / "work")]
        assert not (tmp_path / "program.json").exists()

    def test_the_environment_is_added(self, tmp_path: Path) -> None:
        line = 'echo "$MILESTONE_TASK"; test -n "$PATH"'
        job = self.job(tmp_path, line, environment={"MILESTONE_TASK": "task-001"})

        outcome = self.executor_for(line, tmp_path).run(job, threading.Event())

        assert outcome.succeeded
        assert (tmp_path / "out.log").read_text() == "task-001\n"


PARENT = """
import os, subprocess, sys, time
subprocess.Popen([sys.executable, "-I", "-S", sys.argv[1], sys.argv[2], str(os.getpid()), "sleep", "60"])
time.sleep(60)
"""


def lives(pid: int) -> bool:
    """Say whether a process runs; one that is dead and not yet waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def gone_within(pid: int, seconds: float) -> bool:
    """Say whether a process ended in time."""
    deadline = time.monotonic() + seconds
    while lives(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not lives(pid)


def when_there(path: Path, then: object = None) -> None:
    """Wait for a file, then call `then`."""
    deadline = time.monotonic() + 10
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    if callable(then):
        then()
