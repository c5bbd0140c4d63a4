"""Run `python -m milestone`."""

import gc
import os
import sys

from milestone.cli.main import run

ENDS_IN_ORDER = {"dbos", "coverage"}  # libraries with threads and connections, or with something to write down


def main() -> int:
    """Return the exit code of the command line in `sys.argv`.

    Most calls live for some tens of milliseconds: collecting often, and taking the interpreter apart piece by
    piece at the end, would be a fifth of that (docs/design/0006-fast-start.md).
    """
    gc.set_threshold(50_000, 20, 100)
    # msgspec prefers typing_extensions to typing, which on our Pythons serves it as well, and takes a tenth of a
    # change's time; `milestone.engine`, whose library needs it, takes this back.
    vars(sys)["modules"].setdefault("typing_extensions", None)
    code = run(sys.argv[1:])
    if ENDS_IN_ORDER.isdisjoint(sys.modules):
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
