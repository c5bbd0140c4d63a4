"""Become another program that dies with its parent, after writing down who it is.

Run as a script, so that nothing happens between fork and exec in a process with threads. Arguments: the record
file, the parent's pid, then the program.
"""

import ctypes
import json
import os
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1
DEAD = ("Z", "X")  # states in /proc of a process that runs no more


def main(record: str, parent: int, program: list[str]) -> None:
    """Replace this process by `program`; 127 when it cannot be started."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before the line above
        os._exit(137)
    mine = Path(record)
    half = mine.with_suffix(f".{os.getpid()}")
    half.write_text(json.dumps({"pid": os.getpid(), "started": start_time(os.getpid())}), encoding="utf-8")
    half.rename(mine)
    # Python ignores these two; a program expects them as a shell would hand them on.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        os.execvp(program[0], program)
    except OSError as error:
        print(f"{program[0]}: {error.strerror}", file=sys.stderr, flush=True)
        os._exit(127)


def start_time(pid: int) -> str | None:
    """Return when a process started, as the kernel counts; with the pid it names one process for good.

    None when it is gone, or dead and only not yet waited for by its parent: a killed run whose shell had not
    looked counted as alive, and nobody took over from it.
    """
    try:
        line = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    state, *facts = line.rpartition(")")[2].split()
    return None if state in DEAD else facts[18]


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
