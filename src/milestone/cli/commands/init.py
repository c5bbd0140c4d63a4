"""Make a project in this folder"""

import argparse

from milestone.cli.env import Env
from milestone.operations.init import InitRequest, init

EXAMPLES = "milestone init\nmilestone init --name portfolio --timezone Europe/Berlin"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags of `init`."""
    parser.add_argument("--name", metavar="NAME", help="the project's name (the folder's)")
    parser.add_argument("--timezone", metavar="ZONE", help="where its days end: Europe/Berlin (UTC)")
    parser.add_argument(
        "--backend", metavar="NAME", default="auto", help="auto, file, hybrid, sqlite or postgres (auto)"
    )
    parser.add_argument("--no-git", action="store_true", help="leave git's configuration alone")


def run(env: Env, args: argparse.Namespace) -> int:
    """Make what is missing, say what is new."""
    request = InitRequest(
        start=env.start, name=args.name, timezone=args.timezone, backend=args.backend, git=not args.no_git
    )
    made = init(request, environ=env.environ)
    text = "\n".join([*made.sentences, 'Next: milestone plan "GOAL"'])
    return env.answer("init", {"text": text, "files": list(made.files), "project": made.name}, text)
