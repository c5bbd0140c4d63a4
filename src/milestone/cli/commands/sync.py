"""Settle what git left, take it in, write"""

import argparse

from milestone.cli.env import Env
from milestone.cli.text import sync as text
from milestone.operations import sync

EXAMPLES = """
milestone sync
milestone sync --commit
milestone sync --here     on another branch than the last time
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take how far it may go."""
    parser.add_argument("--commit", action="store_true", help="commit the records' files, and nothing else")
    parser.add_argument("--here", action="store_true", help="also on another branch than the last time")
    parser.add_argument(
        "--accept-removals", action="store_true", help="also when over a fifth of the records are gone"
    )


def run(env: Env, args: argparse.Namespace) -> int:
    """Settle, take in, write; say what was renumbered and what a person has to settle."""
    request = sync.SyncRequest(commit=args.commit, here=args.here, accept_removals=args.accept_removals)
    env.was_long = True
    done = sync.sync(env.workspace, request)
    return env.answer_change(
        done.written,
        lambda: text.synced(done),
        adopted=[text.adopted(recorded) for recorded in done.written.adopted],
        renumbered=[{"uid": each.uid, "was": each.was, "now": each.now} for each in done.settled.renumbered],
        conflicts=list(done.conflicts),
        files=list(done.paths),
        commit=done.commit,
        next=text.next_steps(done),
    )
