"""Take a change back"""

import argparse

from milestone.cli.env import Env
from milestone.cli.text import undo as text
from milestone.operations import undo

EXAMPLES = """
milestone undo
milestone undo 41         the number stands in milestone log
milestone undo --dry-run
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the number of a change."""
    parser.add_argument(
        "seq", nargs="?", type=int, metavar="SEQ", help="a change by its number in the log; else your last one"
    )


def run(env: Env, args: argparse.Namespace) -> int:
    """Take it back by new events; the log keeps both."""
    done = undo.undo(env.workspace, args.seq)
    again = [] if done.written.dry_run else [f"milestone undo {each.seq}" for each in done.written.events[:1]]
    return env.answer_change(done.written, lambda: text.undone(done), next=again, undone=done.of)
