"""The verb git calls and people do not: it reads its words by hand, because git waits for it at every file."""

import sys

from milestone.operations.merge_driver import LEFT, merge

USAGE = 2


def run(argv: list[str]) -> int:
    """Return 0 for a merged file, 1 for one that git's own merge left with markers."""
    if len(argv) not in (4, 5) or argv[0].startswith("-"):
        sys.stderr.write("git calls this: milestone merge-driver BASE OURS THEIRS PATH [MARKER-SIZE]\n")
        return USAGE
    base, ours, theirs, path, *size = argv
    code = merge(base, ours, theirs, path, marker_size=int(size[0]) if size and size[0].isdecimal() else 7)
    if code == LEFT:
        sys.stderr.write(f"milestone: {path} is no record on one side, so git merged its lines.\n")
    return code
