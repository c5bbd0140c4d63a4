"""Explain a verb or a topic"""

import argparse

from milestone.cli import main, shell
from milestone.cli.env import Env
from milestone.registry import load

EXAMPLES = """
milestone help plan
milestone help flags
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take what to explain."""
    parser.add_argument("what", nargs="*", metavar="VERB|TOPIC", help="a verb, or a topic")


def run(env: Env, args: argparse.Namespace) -> int:
    """Print all verbs, or the help of one."""
    if args.what:
        verb = main.ALIASES.get(args.what[0], args.what[0])
        if not shell.is_there(verb):
            raise shell.unknown_verb(verb, [])
        grammar = load("milestone.cli.grammar")
        text = grammar.parser_for(verb, load(shell.module_of(verb))).format_help().rstrip()
        return env.answer("help", {"text": text}, text)
    text = overview()
    return env.answer("help", {"text": text}, text)


def overview() -> str:
    """Return the verbs that exist, grouped."""
    lines = ["milestone: from a goal to finished work, on a folder of YAML files", ""]
    for group, verbs in main.GROUPS.items():
        there = {verb: text for verb, text in verbs.items() if shell.is_there(verb)}
        if there:
            lines += [group, *(f"  {verb:<12} {text}" for verb, text in there.items())]
    return "\n".join([*lines, "", "More: milestone help VERB"])
