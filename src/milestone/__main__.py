"""Run `python -m milestone`."""

import gc
import os
import sys

from milestone.cli.main import run

# Reasons and measurements are in docs/design/0006-fast-start.md: a command lives for a few hundredths of a second.
MANY = 100_000  # a short command makes no garbage that is worth looking for


def main() -> int:
    """Return the exit code of the command line in `sys.argv`, or end the process with it at once."""
    gc.set_threshold(MANY)
    # msgspec prefers typing_extensions to typing, which on our Pythons serves it as well; `milestone.engine`,
    # whose library needs it, takes this back.
    vars(sys)["modules"].setdefault("typing_extensions", None)
    code = run(sys.argv[1:])
    if "dbos" not in sys.modules:  # the engine has threads and connections to end in order
        _leave(code)
    return code


def _leave(code: int) -> None:
    """End without tearing the interpreter down, which takes longer than most answers; return where that fails."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        return
    os._exit(code)


if __name__ == "__main__":
    sys.exit(main())
