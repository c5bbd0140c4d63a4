"""What is kept of a crash, so that a bug can be found."""

import os
import sys
import tempfile
import traceback
from collections.abc import Sequence

from milestone import __version__, clock


def report(argv: Sequence[str], error: BaseException) -> str:
    """Write what is needed to find a bug into a file, and return its path; empty when nothing can be written."""
    verb = argv[0].partition("=")[0] if argv else ""
    text = "\n".join(
        [
            f"milestone {__version__}, Python {sys.version.split()[0]}, {sys.platform}",
            f"at {clock.format_moment(clock.SystemClock().now())}",
            f"verb {verb} ({len(argv)} words; the others are left out, they may be private)",
            "",
            "".join(traceback.format_exception(error)),
        ]
    )
    try:
        handle, name = tempfile.mkstemp(prefix="milestone-crash-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError:
        return ""
    return name


def traceback_of(error: BaseException) -> str:
    """Return what `--debug` shows."""
    return "".join(traceback.format_exception(error)).rstrip()
