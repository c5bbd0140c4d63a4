"""Open a finished milestone again"""

import argparse

from milestone import errors
from milestone.cli.env import Env
from milestone.cli.text import doing
from milestone.operations import removing

EXAMPLES = """
milestone reopen m1 --reason "the form loses attachments"
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the milestones and the reason."""
    parser.add_argument("ids", nargs="+", metavar="ID")
    parser.add_argument("--reason", metavar="TEXT", help="why; who built on it wants to know")


def run(env: Env, args: argparse.Namespace) -> int:
    """Open them and mark what was built on them to be checked again."""
    if any("/" in ref for ref in args.ids):
        raise errors.InvalidRequest(
            "reopen is for milestones.", next=[f'milestone task reopen {args.ids[0]} --reason "..."']
        )
    outcome = removing.reopen(
        env.workspace, env.start, args.ids, env.read_text(args.reason) if args.reason else None
    )
    return env.answer_change(
        outcome.written,
        lambda: doing.changed(outcome, "it is open"),
        unblocked=list(outcome.effect.unblocked),
        next=doing.next_steps(outcome.effect),
    )
