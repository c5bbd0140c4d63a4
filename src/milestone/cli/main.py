"""Dispatch a command line to its command, and show what went wrong."""


def run(argv: list[str]) -> int:
    """Return the exit code of one command line."""
    return 0 if argv else 2
