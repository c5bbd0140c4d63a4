"""Explain a verb or a topic"""

import argparse

from milestone.cli import main, shell, topics, unknown
from milestone.cli.env import Env
from milestone.cli.text import prose
from milestone.registry import load

EXAMPLES = """
milestone help
milestone help plan
milestone help ids
milestone help --json
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take what to explain."""
    parser.add_argument("what", nargs="*", metavar="VERB|TOPIC", help="a verb, or a topic")


def run(env: Env, args: argparse.Namespace) -> int:
    """Print all verbs, the help of one, or a topic; with --json every command as data."""
    if env.json and not args.what:
        return env.answer("help", load("milestone.cli.describe:everything")(), "")
    text = explained(args.what) if args.what else topics.overview()
    return env.answer("help", {"text": text}, prose.fitted(text, max(40, env.width)))


def explained(what: list[str]) -> str:
    """Return the help of a verb (with its sub-verb) or a topic.

    Raises:
        InvalidRequest: it is neither; the nearest is named.
    """
    verb = main.ALIASES.get(what[0], what[0])
    if verb in main.COMMANDS:
        return str(load("milestone.cli.grammar:help_of")(verb, load(shell.module_of(verb)), what[1:]))
    found = topics.text(what[0])
    if found is None:
        raise unknown.verb(what[0], [], others=topics.names(), before="milestone help")
    return found
