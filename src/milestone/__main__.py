"""Run `python -m milestone`."""

import gc
import os
import sys

from milestone.cli.main import run


def main() -> int:
    """Return the exit code of the command line in `sys.argv`.

    Most calls live for some tens of milliseconds: collecting often, and taking the interpreter apart piece by
    piece at the end, would be a fifth of that. Where threads run, their libraries get the usual end.
    """
    gc.set_threshold(50_000, 20, 100)
    code = run(sys.argv[1:])
    if "threading" not in sys.modules and "coverage" not in sys.modules:
        leave(code)
    return code


def leave(code: int) -> None:
    """End the process at once, with everything written; a closed pipe has been dealt with before."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        return
    os._exit(code)


if __name__ == "__main__":
    sys.exit(main())
