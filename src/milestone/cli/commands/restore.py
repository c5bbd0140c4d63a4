"""Take the whole plan back to a moment"""

import argparse

from milestone import errors
from milestone.cli import past
from milestone.cli.env import Env
from milestone.operations import restore
from milestone.operations.moments import Point

EXAMPLES = """
milestone restore --at 41
milestone restore --at yesterday --dry-run
milestone restore --at "2026-12-05 14:30" --yes
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the moment."""
    parser.add_argument(
        "--at", required=True, metavar="TIME|SEQ", help="a number of the log, 2026-12-05, friday, 3h ago"
    )


def run(env: Env, args: argparse.Namespace) -> int:
    """Append what makes every record what it was; asked first, and taken back by another restore."""
    point = past.point(env, args.at)
    if not (env.options.yes or env.options.dry_run):
        _confirm(env, point)
    done = restore.restore(env.workspace, point)
    again = [f"milestone restore --at {done.before}"] if done.written.events and not done.written.dry_run else []
    return env.answer_change(done.written, lambda: _text(done), next=again, restored_to=done.to)


def _confirm(env: Env, point: Point) -> None:
    seq, behind = restore.preview(env.workspace, point)
    question = f"Take every record back to what it was after event {seq}, over {behind} later events?"
    if env.ask(question, "no", "--yes").casefold() not in ("y", "yes"):
        raise errors.NeedsAnswer("Nothing was restored.", hint="Confirm with --yes.", next=["milestone log"])


def _text(done: restore.Restored) -> str:
    changed = len(done.written.events) - 1
    if changed < 0:
        return f"Nothing changed: every record is what it was after event {done.to}."
    records = f"{changed} record{'s' if changed != 1 else ''}"
    if done.written.dry_run:
        return f"Nothing was recorded (--dry-run). It would take {records} back to event {done.to}."
    told = f"{records} {'are' if changed != 1 else 'is'} again what {'they were' if changed != 1 else 'it was'}"
    return f"{told} after event {done.to}.\nTo have it again as before: milestone restore --at {done.before}"
