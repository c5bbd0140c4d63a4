"""A program in its own process group: output to a file, a time limit, and nothing left behind."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from milestone.agents.executors import redacting, supervise
from milestone.agents.executors.base import Job, Outcome

GRACE = 3.0  # seconds between asking a program to end and ending it
TICK = 0.05
LINGER = 10.0  # seconds a program may take to end after nothing more is said to it
LONGEST_LINE = 32 * 1024 * 1024  # bytes; what is longer is cut, and cannot be read


class Line:
    """Our end of the line to a running program: its standard input."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self._turn = threading.Lock()
        self._over: float | None = None
        self.left = False

    def say(self, text: str) -> None:
        """Write text. A program that reads no more is not an error here: its end says how it went."""
        with self._turn, contextlib.suppress(OSError, ValueError):
            if self._process.stdin is not None:
                self._process.stdin.write(text.encode())
                self._process.stdin.flush()

    def send(self, message: Mapping[str, Any]) -> None:
        """Write one message as a line of JSON."""
        self.say(json.dumps(message, ensure_ascii=False) + "\n")

    def hang_up(self) -> None:
        """Say that nothing more comes; the program has a moment to end by itself."""
        self._over = self._over or time.monotonic()
        with self._turn, contextlib.suppress(OSError, ValueError):
            if self._process.stdin is not None:
                self._process.stdin.close()

    def leave(self) -> None:
        """Have the program ended now."""
        self.left = True

    def waited_long(self) -> bool:
        """Say whether the program lives on long after it should have ended."""
        return self.left or (self._over is not None and time.monotonic() - self._over > LINGER)


class Talk(Protocol):
    """What is said to a program, and heard from it, a line at a time; each on a thread of its own."""

    def begin(self, line: Line, /) -> None: ...

    def hear(self, raw: bytes, line: Line, /) -> None: ...

    @property
    def is_over(self) -> bool:
        """Whether the program said all it had to: then it need not end by itself."""
        ...


class _Brief:
    """Text on standard input; output goes to the log unread."""

    is_over = False

    def __init__(self, text: str) -> None:
        self._text = text

    def begin(self, line: Line) -> None:
        line.say(self._text)
        line.hang_up()

    def hear(self, _raw: bytes, _line: Line, /) -> None:
        return


def run_program(
    program: Sequence[str], job: Job, stop: threading.Event, *, stdin: str = "", talk: Talk | None = None
) -> Outcome:
    """Return how a program ended. It and all its descendants are gone afterwards, whatever happened.

    With `talk` its output is heard line by line, and its errors go to the log; without, both go to the log.
    """
    job.log.parent.mkdir(parents=True, exist_ok=True)
    job.record.parent.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with job.log.open("ab") as log, redacting.into(log, job.secrets) as output:
        process = _start(program, job, output, heard=talk is not None)
        line, partner = Line(process), talk or _Brief(stdin)
        # A program that reads nothing must not stop the run: it is talked to, and heard, beside it.
        threads = [threading.Thread(target=partner.begin, args=(line,), daemon=True)]
        if talk is not None:
            threads.append(threading.Thread(target=_listen, args=(process, talk, line), daemon=True))
        for thread in threads:
            thread.start()
        timed_out = _wait(process, job.time_limit, stop, line, partner)
    lived = process.returncode is None
    if lived:
        end_group(process.pid)
        process.wait()
    end_marked(job.environment.get("MILESTONE_LEASE", ""))
    for thread in threads:
        thread.join(GRACE)
    job.record.unlink(missing_ok=True)
    said_all = lived and partner.is_over and not (timed_out or stop.is_set())
    return Outcome(
        exit_code=0 if said_all else process.returncode,
        seconds=round(time.monotonic() - began, 3),
        timed_out=timed_out,
        stopped=stop.is_set() and lived,
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


def _start(program: Sequence[str], job: Job, output: int, *, heard: bool) -> "subprocess.Popen[bytes]":
    shim = [sys.executable, "-I", "-S", supervise.__file__, str(job.record), str(os.getpid())]
    return subprocess.Popen(
        [*shim, *program],
        cwd=job.folder,
        env={**os.environ, **job.environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE if heard else output,
        stderr=output,
        start_new_session=True,
    )


def _listen(process: "subprocess.Popen[bytes]", talk: Talk, line: Line) -> None:
    """Hand on each line of output; one that never ends is cut, so that no program fills our memory."""
    if process.stdout is None:
        return
    with contextlib.suppress(OSError, ValueError), process.stdout as output:
        while raw := output.readline(LONGEST_LINE):
            talk.hear(raw, line)


def _wait(
    process: "subprocess.Popen[bytes]", limit: float | None, stop: threading.Event, line: Line, talk: Talk
) -> bool:
    """Wait until a program ends, or should be ended; say whether its time was over."""
    deadline = None if limit is None else time.monotonic() + limit
    while not stop.is_set():
        try:
            process.wait(timeout=TICK * 2)
            return False
        except subprocess.TimeoutExpired:
            if line.left or (talk.is_over and line.waited_long()):
                return False
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
