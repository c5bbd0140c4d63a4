"""Hide a milestone that nobody depends on"""

import argparse

from milestone.cli.env import Env
from milestone.cli.text import doing
from milestone.operations import removing

EXAMPLES = """
milestone delete m4
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the milestones to hide."""
    parser.add_argument("ids", nargs="+", metavar="ID")
    parser.add_argument("--reason", metavar="TEXT")


def run(env: Env, args: argparse.Namespace) -> int:
    """Hide them; their numbers stay taken."""
    outcome = removing.delete(env.workspace, env.start, args.ids, args.reason)
    return env.answer_change(outcome.written, lambda: doing.changed(outcome, "nothing was there to delete"))
