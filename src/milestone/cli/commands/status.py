"""Say where the project stands and what needs you"""

from typing import TYPE_CHECKING

from milestone.cli import screens
from milestone.cli.env import Env
from milestone.registry import load

if TYPE_CHECKING:  # a look without arguments needs no parser
    import argparse

EXAMPLES = """
milestone status
milestone status m2
milestone status --json
milestone status --at yesterday
"""


def add_arguments(parser: "argparse.ArgumentParser") -> None:
    """Take an id, to show that one."""
    parser.add_argument("ids", nargs="*", metavar="ID", help="show this milestone instead of the project")
    parser.add_argument("--all", action="store_true", help="show every milestone, or all of one")
    parser.add_argument("--at", metavar="TIME|SEQ", help="as it was: 41, 2026-12-05, friday, 3h ago")


def run(env: Env, args: "argparse.Namespace") -> int:
    """Show the project, or one milestone."""
    if args.ids:
        code: int = load("milestone.cli.records:show")(env, args.ids, everything=args.all, at=args.at)
        return code
    if args.at:
        code = load("milestone.cli.screens:project_at")(env, args.at, everything=args.all)
        return code
    return screens.project(env, everything=args.all)
