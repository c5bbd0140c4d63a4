"""Start, finish, block or change tasks"""

import argparse
from collections.abc import Callable

from milestone import errors
from milestone.cli.env import Env
from milestone.cli.task_arguments import ARGUMENTS, VERBS
from milestone.cli.text import doing
from milestone.domain import durations
from milestone.domain.decide import task as rules
from milestone.domain.decide import task_fields, time
from milestone.domain.document import Event
from milestone.operations import PARTS
from milestone.operations import task as operation
from milestone.registry import load

SIGNER = "milestone.operations.signing:receipt_signer"  # imports cryptography
ASK = "milestone.cli.passphrase:ask"
EXAMPLES = """
milestone task done m1/1 --note "name, mail, text"
milestone task check m1/1 --item 2 -- pytest tests/login
milestone task add m1 "Rate limit" --estimate 3h --after t3 --verify "npm test"
milestone task block m1/4 "no API key yet"
milestone task log m1/2 90m
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take a verb and what it acts on."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name, text in VERBS.items():
        ARGUMENTS[name](verbs.add_parser(name, help=text, description=text))


def run(env: Env, args: argparse.Namespace) -> int:
    """Do it and say what changed."""
    return ACTS[args.verb](env, args)


def _add(env: Env, args: argparse.Namespace) -> int:
    request = task_fields.AddTask(
        title=env.read_text(" ".join(args.title)),
        estimate=_estimate(args.estimate),
        after=[name for text in args.after for name in text.split(",") if name],
        parent=args.parent,
        run=args.run,
        verify=args.verify,
        assign=args.assign,
        executor=args.executor,
        priority=args.priority,
        labels=[word for text in args.label for word in text.split(",") if word],
        description=env.read_text(args.description) if args.description else None,
    )
    _warn_stranger(env, args.assign)
    return _answer(env, operation.add(env.workspace, env.start, args.milestone, request), "it is there")


def _start(env: Env, args: argparse.Namespace) -> int:
    outcome = operation.begin(env.workspace, env.start, args.refs, args.override)
    return _answer(env, outcome, "work on it has begun already")


def _done(env: Env, args: argparse.Namespace) -> int:
    request = operation.Done(
        refs=args.refs,
        note=env.read_text(args.note) if args.note else None,
        hours=_hours(args.spent, "--spent") if args.spent else None,
        proofs=dict(_proof(text) for text in args.proof),
        override=args.override,
    )
    outcome = operation.done(env.workspace, env.start, request)
    evidence = [{"ref": item.ref, "grade": item.grade, "command": item.command} for item in outcome.finished]
    code = env.answer_change(
        outcome.written,
        lambda: doing.finished(outcome),
        unblocked=list(outcome.effect.unblocked),
        evidence=evidence,
        next=doing.next_steps(outcome.effect),
    )
    if env.terminal and outcome.written.events and not env.options.dry_run:
        _offer_commits(env, outcome)
    return code


def _check(env: Env, args: argparse.Namespace) -> int:
    checking = load(PARTS["checking"])
    request = checking.Check(ref=args.ref, item=args.item, command=args.command)
    signer = (lambda: load(SIGNER)(env.workspace, env.environ, load(ASK))) if args.sign else None
    checked = checking.check(env.workspace, env.start, request, signer)
    return env.answer_change(
        checked.written,
        lambda: load("milestone.cli.text.checked:text")(checked),
        evidence=[{"ref": checked.ref, **item} for item in checked.shown],
        next=[item["hint"] for item in checked.lacks] or [f"milestone task done {checked.ref}"],
    )


def _offer_commits(env: Env, outcome: operation.Outcome) -> None:
    committing = load(PARTS["committing"])
    for item in outcome.finished:
        offer = committing.offer(env.workspace, env.start, item.ref) if item.grade else None
        if offer is None:
            continue
        files = f"{len(offer.paths)} changed file{'s' if len(offer.paths) > 1 else ''}"
        reply = env.ask(f'Commit {files} as "{offer.header}" on {offer.branch}? [y/N]', "n", "git commit")
        if reply.strip().lower() in ("y", "yes"):
            env.note(f"Committed {committing.commit(env.workspace, offer)[:7]} on {offer.branch}.")


def _block(env: Env, args: argparse.Namespace) -> int:
    reason = env.read_text(" ".join(args.words))
    outcome = operation.apply(
        env.workspace,
        env.start,
        [args.ref],
        lambda document, name, ctx: rules.block(document, rules.BlockTask(task=name, reason=reason), ctx),
    )
    return _answer(env, outcome, "it was blocked already")


def _note(env: Env, args: argparse.Namespace) -> int:
    text = env.read_text(" ".join(args.words)) if args.words else ""
    hint = env.read_text(args.next) if args.next else None
    outcome = operation.apply(
        env.workspace,
        env.start,
        [args.ref],
        lambda document, name, ctx: task_fields.note(
            document, task_fields.NoteTask(task=name, note=text, next=hint), ctx
        ),
    )
    return _answer(env, outcome, "there was nothing to note")


def _assign(env: Env, args: argparse.Namespace) -> int:
    who = " ".join(args.words)
    nobody = who.lower() in ("nobody", "none", "-")
    if not nobody:
        _warn_stranger(env, who)
    outcome = operation.apply(
        env.workspace,
        env.start,
        [args.ref],
        lambda document, name, ctx: task_fields.assign(document, name, None if nobody else who, ctx),
    )
    return _answer(env, outcome, "it was so already")


def _claim(env: Env, args: argparse.Namespace) -> int:
    claimed = load(PARTS["claim"]).take(env.workspace, env.start, args.refs)
    lease = claimed.leases[0] if len(claimed.leases) == 1 else list(claimed.leases) or None
    words = load("milestone.cli.text.claims:taken")
    return env.answer_change(claimed.written, lambda: str(words(claimed)), lease=lease)


def _release(env: Env, args: argparse.Namespace) -> int:
    reason = env.read_text(args.reason) if args.reason else None
    written = load(PARTS["claim"]).release(env.workspace, env.start, args.refs, reason)
    refs = [f"{r.event.milestone}/{r.event.task}" for r in written.events]
    words = load("milestone.cli.text.claims:released")
    return env.answer_change(written, lambda: str(words(refs)))


def _log(env: Env, args: argparse.Namespace) -> int:
    hours = _hours(" ".join(args.words), "task log")
    day = None
    if args.date:
        today = env.workspace.clock.now().astimezone(env.workspace.settings.timezone).date()
        found = durations.day(args.date, today)
        if found is None:
            raise errors.InvalidRequest(f'"{args.date}" is no day.', hint="for example 2026-12-05, friday or +3d")
        day = found.isoformat()
    request = time.LogTime(task="", hours=-hours if args.take_back else hours, who=args.who, date=day)
    return _answer(env, operation.log(env.workspace, env.start, args.ref, request), "no time was given")


def _simple(rule: Callable[..., list[Event]], nothing: str) -> Callable[[Env, argparse.Namespace], int]:
    def act(env: Env, args: argparse.Namespace) -> int:
        reason = env.read_text(args.reason) if args.reason else None
        outcome = operation.apply(
            env.workspace,
            env.start,
            args.refs,
            lambda document, name, ctx: rule(document, rules.Act(task=name, reason=reason), ctx),
        )
        return _answer(env, outcome, nothing)

    return act


ACTS: dict[str, Callable[[Env, argparse.Namespace], int]] = {
    "add": _add,
    "start": _start,
    "done": _done,
    "check": _check,
    "block": _block,
    "note": _note,
    "assign": _assign,
    "claim": _claim,
    "release": _release,
    "log": _log,
    "unblock": _simple(rules.unblock, "it was not blocked"),
    "retry": _simple(rules.retry, "it can be worked on already"),
    "cancel": _simple(rules.cancel, "it was cancelled already"),
    "reopen": _simple(rules.reopen, "it is open already"),
}


def _answer(env: Env, outcome: operation.Outcome, nothing: str) -> int:
    return env.answer_change(
        outcome.written,
        lambda: doing.changed(outcome, nothing),
        unblocked=list(outcome.effect.unblocked),
        next=doing.next_steps(outcome.effect),
    )


def _hours(text: str, what: str) -> float:
    found = durations.hours(text)
    if found is None:
        raise errors.InvalidRequest(f'{what} takes a time, not "{text}".', hint="for example 2h, 90m or 1d 2h")
    return found


def _estimate(text: str | None) -> object:
    if not text:
        return None
    points = [_hours(part, "--estimate") for part in text.split("/")]
    if len(points) == 1:
        return _plain(points[0])
    if len(points) != 3 or points != sorted(points):
        raise errors.InvalidRequest(
            f'--estimate takes one time or three, best/likely/worst, not "{text}".', hint="for example 2h/3h/6h"
        )
    return dict(zip(("optimistic", "likely", "pessimistic"), map(_plain, points), strict=True))


def _plain(hours: float) -> float | int:
    return int(hours) if hours == int(hours) else hours


def _proof(text: str) -> tuple[int, str]:
    number, equals, shown = text.partition("=")
    if not equals or not number.strip().isdigit() or not shown.strip():
        raise errors.InvalidRequest(
            f'--proof takes N=TEXT, not "{text}".', hint='for example --proof 1="report.html"'
        )
    return int(number), shown.strip()


def _warn_stranger(env: Env, who: str | None) -> None:
    if who and not operation.is_known(env.workspace, who):
        env.warn("unknown_person", f'"{who}" is nobody in config/team.yaml.')
