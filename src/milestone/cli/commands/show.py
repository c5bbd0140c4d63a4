"""Show one milestone or task"""

import argparse

from milestone.cli import records
from milestone.cli.env import Env

EXAMPLES = """
milestone show m1
milestone show m1/t2
milestone show            the current milestone
milestone show m1 --all --json
milestone show m1 --at 41
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take names of records."""
    parser.add_argument(
        "refs", nargs="*", metavar="REF", help="m1, m1/t2, a beginning of a title, @ for the current one"
    )
    parser.add_argument("--all", action="store_true", help="everything, however long")
    parser.add_argument("--at", metavar="TIME|SEQ", help="as it was: 41, 2026-12-05, friday, 3h ago")


def run(env: Env, args: argparse.Namespace) -> int:
    """Show what was named, or the current milestone."""
    return records.show(env, args.refs, everything=args.all, at=args.at)
