"""Take tasks of runs that other machines share"""

import argparse
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from milestone import errors
from milestone.cli.env import Env
from milestone.cli.text import execute as text
from milestone.operations import presences, worker

EXAMPLES = """
milestone worker
milestone worker --agents 4 --until-idle
"""
CUT_OFF = 8


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take how much is done here at once."""
    parser.add_argument("--agents", type=int, metavar="N", default=0, help="tasks at once on this machine")
    parser.add_argument("--until-idle", action="store_true", help="leave when no shared run is left")


def run(env: Env, args: argparse.Namespace) -> int:
    """Work until a signal comes, or with --until-idle until nothing is left."""
    workspace = env.workspace
    begun: list[worker.Worker] = []
    made = worker.begin(
        workspace,
        tell=lambda said: env.note(text.fitted(said, env.width)),
        most=max(args.agents, 0) or 2 * (os.cpu_count() or 1),
        leaves_idle=args.until_idle,
        leave=lambda: _cut_off(env, begun),
    )
    begun.append(made)
    name = presences.of(workspace).name
    env.note(f"{name} waits for shared runs; Ctrl-C leaves, and others go on.")
    with _signals(made):
        try:
            made.stay()
        except errors.Busy:  # the database is away, and threads still wait for it
            _cut_off(env, begun)
    presences.of(workspace).end()
    return env.answer("text", {"text": f"{name} has left."}, f"{name} has left.")


def _cut_off(env: Env, begun: list[worker.Worker]) -> None:
    """Kill what runs here and be gone: a process that nobody sees must not end anything any more."""
    for each in begun:
        each.cut_off()
    env.note("The database was out of reach for too long: others take these tasks. Start the worker again.")
    sys.stderr.flush()
    os._exit(CUT_OFF)


@contextmanager
def _signals(made: worker.Worker) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM ask a worker to leave."""

    def hear(_number: int, _frame: FrameType | None) -> None:
        made.interrupt("leaves")

    before = {each: signal.signal(each, hear) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
