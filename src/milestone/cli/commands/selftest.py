"""Load a store of its own, and check its promises"""

import argparse

from milestone import errors
from milestone.cli.env import Env
from milestone.cli.text import selftest as text
from milestone.operations import means, selftest, selftest_executor

EXAMPLES = """
milestone selftest
milestone selftest --load 1000 --ops 5000 --processes 8
milestone selftest --backend sqlite --json
milestone selftest --executor claude
"""
DAMAGED, FAILED = 9, 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take how much of what."""
    usual = selftest.Load()
    parser.add_argument("--load", type=int, metavar="N", default=usual.milestones, help="milestones to make (100)")
    parser.add_argument("--ops", type=int, metavar="M", default=usual.operations, help="operations on them (200)")
    parser.add_argument("--processes", type=int, metavar="P", default=usual.processes, help="at once (4)")
    parser.add_argument(
        "--backend", metavar="NAME", default=usual.backend, help="auto, file, hybrid, sqlite or postgres"
    )
    parser.add_argument("--executor", metavar="NAME", help="try an agent program instead, with a few small tasks")
    parser.add_argument("--seed", type=int, metavar="S", default=usual.seed, help="another mixture (1)")


def run(env: Env, args: argparse.Namespace) -> int:
    """Say what was done, how fast, and what was not kept; 9 when anything was not."""
    if args.executor:
        return _executor(env, args.executor)
    load = selftest.Load(
        milestones=args.load, operations=args.ops, processes=args.processes, backend=args.backend, seed=args.seed
    )
    tested = selftest.run(load, environ=env.environ)
    return env.answer(
        "selftest",
        text.data(tested),
        lambda: text.text(tested, env.width),
        exit_code=DAMAGED if tested.broken else 0,
    )


def _executor(env: Env, name: str) -> int:
    """Try an agent program; it works in a folder of its own, and costs what such tasks cost."""
    try:
        make = means.maker(env.workspace, name)
    except errors.ProjectNotFound:
        make = means.maker(None, name)
    tested = selftest_executor.run(make)
    view = selftest_executor.view(tested)
    return env.answer("selftest", view, lambda: text.executor(view), exit_code=0 if tested.ok else FAILED)
