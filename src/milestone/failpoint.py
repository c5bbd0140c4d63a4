"""Places where a test can kill the process: `MILESTONE_FAILPOINT=work.recorded:2` dies at the second passing."""

import os
import signal
from collections import Counter

_passed: Counter[str] = Counter()
_wanted, _, _number = os.environ.get("MILESTONE_FAILPOINT", "").partition(":")


def reach(place: str) -> None:
    """Pass a place; the process ends here, as if killed, when it is the one that was asked for."""
    if place != _wanted:
        return
    _passed[place] += 1
    if _passed[place] >= int(_number or 1):
        os.kill(os.getpid(), signal.SIGKILL)
