"""Run `python -m milestone`."""

import sys

from milestone.cli.main import run


def main() -> int:
    """Return the exit code of the command line in `sys.argv`."""
    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
