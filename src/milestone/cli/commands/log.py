"""Show what happened, or verify the log"""

import argparse

from milestone.cli import history
from milestone.cli.env import Env

EXAMPLES = """
milestone log
milestone log m1 --kind task --from monday
milestone log --since 120 --json
milestone log --follow --json
milestone log --verify
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take what to show, or the check."""
    parser.add_argument("ref", nargs="?", metavar="REF", help="only this milestone or task")
    parser.add_argument("--since", metavar="SEQ", help="what came after this event, in order")
    parser.add_argument("--from", dest="first", metavar="DATE", help="from that day on")
    parser.add_argument("--to", dest="last", metavar="DATE", help="up to and with that day")
    parser.add_argument("--actor", metavar="WHO", help="only by this actor")
    parser.add_argument("--kind", metavar="KIND", help="only this kind: task.completed, or all of task")
    parser.add_argument("--follow", action="store_true", help="go on as events come, until Ctrl-C")
    parser.add_argument("--format", choices=("csv", "ndjson", "seed"), help="other forms than a table")
    parser.add_argument("--verify", action="store_true", help="check the log's chain and the records against it")


def run(env: Env, args: argparse.Namespace) -> int:
    """Show events, follow them, or verify."""
    if args.verify:
        return history.verify(env)
    if args.follow:
        return history.follow(env, history.wanted(env, args))
    return history.show(env, history.wanted(env, args), args.format)
