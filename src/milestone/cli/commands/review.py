"""Approve, reject or request changes of a phase"""

import argparse
from typing import Any

from milestone import errors
from milestone.cli import dates
from milestone.cli.env import Env
from milestone.cli.text import review as text
from milestone.operations import review
from milestone.registry import load

SIGNER = "milestone.operations.signing:signer"  # imports cryptography
ASK = "milestone.cli.passphrase:ask"
EXAMPLES = """
milestone review
milestone review m1 t1 --phase design
milestone review m1 t1 --phase design --approve
milestone review m1 t1 --phase design --delegate cy --until friday
milestone review m1 --phase spec --request-changes --comment "name the errors"
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take what is judged, a word about it, and what the word is bound to."""
    parser.add_argument("milestone", nargs="?", metavar="ID", help="a milestone, or MILESTONE/TASK")
    parser.add_argument("task", nargs="?", metavar="TASK", help="one of its tasks")
    parser.add_argument("--phase", metavar="P", help="design, spec, task, execute, or a name of your own")
    words = parser.add_mutually_exclusive_group()
    for word, help_text in (
        ("approve", "open the way to the next phase"),
        ("reject", "refuse it; the task is blocked until it is retried"),
        ("request-changes", "send it back with a comment"),
        ("withdraw", "take your approval back"),
    ):
        words.add_argument(f"--{word}", dest="word", action="store_const", const=word, help=help_text)
    words.add_argument(
        "--delegate", metavar="WHO", help="let somebody else judge in your place; yourself takes it back"
    )
    parser.add_argument("--until", metavar="DATE", help="with --delegate: the last day")
    parser.add_argument("--reviewer", metavar="WHO", help="who judges, when it is not you who types")
    parser.add_argument("--comment", metavar="TEXT", help="why; needed to reject and to request changes")
    parser.add_argument(
        "--sign", action="store_true", help="sign with your own key, also where nothing asks for it"
    )
    parser.add_argument("--version", metavar="DIGEST", help="refuse when the deliverables are others than these")
    parser.add_argument("--pending", action="store_true", help="list what waits for people")
    parser.add_argument("--mine", action="store_true", help="list what waits for you")
    parser.add_argument("--history", action="store_true", help="list what was handed in and decided")


def run(env: Env, args: argparse.Namespace) -> int:
    """List, show or decide."""
    if args.delegate:
        args.word = "delegate"
    if args.word:
        return _decide(env, args)
    _refuse_words_without_action(args)
    if args.history:
        return _history(env, args)
    if args.milestone is None or args.pending or args.mine:
        return _pending(env, args)
    with env.workspace.reading() as reading:
        items = review.judged(env.workspace, reading, args.milestone, args.task, args.phase)
        return env.answer("review", items, lambda: text.judged(items, env.width), reading=reading)


def _decide(env: Env, args: argparse.Namespace) -> int:
    if args.milestone is None:
        raise errors.InvalidRequest(
            f"--{args.word} needs what is judged.", next=[f"milestone review ID --{args.word}", "milestone review"]
        )
    if args.word in ("reject", "request-changes") and not args.comment:
        raise errors.InvalidRequest(
            f"--{args.word} needs a reason.",
            why="who did the work has to know what to change",
            next=[f'milestone review {args.milestone} --{args.word} --comment "TEXT"'],
        )
    request = review.Review(
        word=args.word,
        milestone=args.milestone,
        task=args.task,
        phase=args.phase,
        reviewer=args.reviewer,
        comment=env.read_text(args.comment) if args.comment else None,
        version=args.version,
        sign=args.sign,
        to=args.delegate,
        until=_until(env, args) if args.until else None,
    )
    written, items = review.decide(env.workspace, request, lambda: _signer(env))
    return env.answer("review", items, lambda: text.decided(args.word, items, written, env.width), written=written)


def _until(env: Env, args: argparse.Namespace) -> str | None:
    """Return the last day of a delegation."""
    if args.until and not args.delegate:
        raise errors.InvalidRequest("--until needs --delegate WHO.", next=["milestone review ID --delegate WHO"])
    with env.workspace.reading() as reading:
        today = env.workspace.context(reading).today
    return dates.day("--until", args.until, today)


def _signer(env: Env) -> Any:
    """Return what signs with the person's own key; only who signs waits for what that loads."""
    return load(SIGNER)(env.workspace, env.environ, load(ASK))


def _pending(env: Env, args: argparse.Namespace) -> int:
    with env.workspace.reading() as reading:
        items = review.pending(env.workspace, reading, milestone=args.milestone, only_mine=args.mine)
        return env.answer(
            "review.list",
            items,
            lambda: text.pending(items, env.width, mine=args.mine),
            reading=reading,
            total=len(items),
        )


def _history(env: Env, args: argparse.Namespace) -> int:
    with env.workspace.reading() as reading:
        items = review.history(reading, args.milestone, args.task)
        return env.answer(
            "review.list", items, lambda: text.history(items, env.width), reading=reading, total=len(items)
        )


def _refuse_words_without_action(args: argparse.Namespace) -> None:
    """A comment or a version without a word would be lost."""
    given = [f"--{name}" for name in ("reviewer", "comment", "version", "sign", "until") if getattr(args, name)]
    if given:
        raise errors.InvalidRequest(
            f"{given[0]} needs a decision.",
            why="without one review only shows what is judged",
            next=[f"milestone review {args.milestone or 'ID'} --approve {given[0]} …"],
        )
