"""Answer a question of a plan, or of a running agent"""

import argparse

from milestone.cli.env import Env
from milestone.cli.text import doing
from milestone.operations import answer

EXAMPLES = """
milestone answer q1 "Stripe"
milestone answer m2/q1 "evenings only"
milestone answer session-20261120-001/ask-1 yes
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take a question and its answer."""
    parser.add_argument("question", metavar="QUESTION", help="q1, m2/q1 where several ask, SESSION/ask-1")
    parser.add_argument("text", metavar="TEXT", nargs="+")


def run(env: Env, args: argparse.Namespace) -> int:
    """Keep the answer and change what it decides."""
    text = env.read_text(" ".join(args.text))
    if answer.of_agent(args.question):
        return _to_agent(env, args.question, text)
    outcome = answer.answer(env.workspace, env.start, args.question, text)
    return env.answer_change(
        outcome.written,
        lambda: doing.changed(outcome, "it was answered so already"),
        unblocked=list(outcome.effect.unblocked),
        next=doing.next_steps(outcome.effect),
    )


def _to_agent(env: Env, question: str, text: str) -> int:
    answered = answer.to_agent(env.workspace, question, text)
    follow = [] if answered.lives else [f"milestone execute {answered.milestone}"]
    said = "Answered. The agent goes on." if answered.lives else "Answered. The agent hears it in the next run."
    if not answered.written.events:
        said = "It was answered so already."
    return env.answer_change(
        answered.written, "\n".join([said, *(f"Next: {each}" for each in follow)]), next=follow
    )
