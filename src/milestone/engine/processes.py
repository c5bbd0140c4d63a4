"""Which process is which: a pid alone is given again."""

import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from milestone.agents.executors.supervise import start_time


def mine() -> dict[str, Any]:
    """Return what names this process for good."""
    return {"pid": os.getpid(), "process": start_time(os.getpid()), "host": socket.gethostname()}


def lives(owner: Mapping[str, Any]) -> bool:
    """Say whether the process a session names still runs; on another host nobody knows, so no."""
    pid = owner.get("pid")
    if not isinstance(pid, int) or owner.get("host") != socket.gethostname():
        return False
    began = start_time(pid)
    if began is not None:
        return began == owner.get("process")
    if Path("/proc/self").is_dir():
        return False
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
