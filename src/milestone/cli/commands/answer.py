"""Answer a question a plan left open"""

import argparse

from milestone.cli.env import Env
from milestone.cli.text import doing
from milestone.operations import answer

EXAMPLES = """
milestone answer q1 "Stripe"
milestone answer m2/q1 "evenings only"
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take a question and its answer."""
    parser.add_argument("question", metavar="QUESTION", help="q1, or m2/q1 where several milestones ask")
    parser.add_argument("text", metavar="TEXT", nargs="+")


def run(env: Env, args: argparse.Namespace) -> int:
    """Keep the answer and change what it decides."""
    text = env.read_text(" ".join(args.text))
    outcome = answer.answer(env.workspace, env.start, args.question, text)
    return env.answer_change(
        outcome.written,
        lambda: doing.changed(outcome, "it was answered so already"),
        unblocked=list(outcome.effect.unblocked),
        next=doing.next_steps(outcome.effect),
    )
