"""A program in its own process group: output to a file, a time limit, and nothing left behind."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from milestone.agents.executors import redacting, supervise
from milestone.agents.executors.base import Job, Outcome

GRACE = 3.0  # seconds between asking a program to end and ending it
TICK = 0.05


def run_program(program: Sequence[str], job: Job, stop: threading.Event, *, stdin: str = "") -> Outcome:
    """Return how a program ended. It and all its descendants are gone afterwards, whatever happened."""
    job.log.parent.mkdir(parents=True, exist_ok=True)
    job.record.parent.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with job.log.open("ab") as log, redacting.into(log, job.secrets) as output:
        process = _start(program, job, output)
        feeding = threading.Thread(target=_feed, args=(process, stdin), daemon=True)
        feeding.start()
        timed_out = _wait(process, job.time_limit, stop)
    stopped = stop.is_set() and process.returncode is None
    if process.returncode is None:
        end_group(process.pid)
        process.wait()
    end_marked(job.environment.get("MILESTONE_LEASE", ""))
    job.record.unlink(missing_ok=True)
    return Outcome(
        exit_code=process.returncode,
        seconds=round(time.monotonic() - began, 3),
        timed_out=timed_out,
        stopped=stopped,
        error=_missing(program, process.returncode),
    )


def end_left_over(record: Path, mark: str) -> bool:
    """End what a dead executor left running; say whether something was. `mark` is the MILESTONE_LEASE it got."""
    found = False
    try:
        known = json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        known = {}
    pid = known.get("pid")
    if isinstance(pid, int) and pid > 1 and supervise.start_time(pid) == known.get("started") is not None:
        end_group(pid)
        found = True
    found = end_marked(mark) or found
    record.unlink(missing_ok=True)
    return found


def end_group(leader: int) -> None:
    """Ask a process group to end, then end it."""
    for number, patience in ((signal.SIGTERM, GRACE), (signal.SIGKILL, GRACE)):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(leader, number)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if not _group_lives(leader):
                return
            time.sleep(TICK)


def end_marked(mark: str) -> bool:
    """End every process whose environment carries a mark, wherever it hid; say whether there was one.

    A descendant that left the group (`setsid`, a daemon) still has the environment it was given.
    """
    found = False
    deadline = time.monotonic() + GRACE
    while mark and (alive := _marked(mark)) and time.monotonic() < deadline:
        found = True
        for pid in alive:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(TICK)  # one of them may have started another meanwhile
    return found


def _marked(mark: str) -> list[int]:
    needle = f"MILESTONE_LEASE={mark}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if needle in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found


def _start(program: Sequence[str], job: Job, output: int) -> "subprocess.Popen[bytes]":
    shim = [sys.executable, "-I", "-S", supervise.__file__, str(job.record), str(os.getpid())]
    return subprocess.Popen(
        [*shim, *program],
        cwd=job.folder,
        env={**os.environ, **job.environment},
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=output,
        start_new_session=True,
    )


def _feed(process: "subprocess.Popen[bytes]", text: str) -> None:
    # A program that reads nothing must not stop the run: the pipe is fed beside it.
    if process.stdin is not None:
        with contextlib.suppress(OSError), process.stdin as pipe:
            pipe.write(text.encode())


def _wait(process: "subprocess.Popen[bytes]", limit: float | None, stop: threading.Event) -> bool:
    deadline = None if limit is None else time.monotonic() + limit
    while not stop.is_set():
        try:
            process.wait(timeout=TICK * 2)
            return False
        except subprocess.TimeoutExpired:
            if deadline is not None and time.monotonic() >= deadline:
                return True
    return False


def _group_lives(leader: int) -> bool:
    """Say whether a group has a member that still runs; a dead one not yet waited for does not count."""
    with contextlib.suppress(ChildProcessError):
        if os.waitid(os.P_PID, leader, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            return _others_in(leader)
    try:
        os.killpg(leader, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _others_in(group: int) -> bool:
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
            if fields[0] not in "ZX" and int(fields[2]) == group:
                return True
    return False


def _missing(program: Sequence[str], code: int | None) -> str:
    return f"{program[0]} could not be started" if code == 127 else ""
