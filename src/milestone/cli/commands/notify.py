"""Show and send what people are told"""

import argparse

from milestone.cli.env import Env
from milestone.cli.output import line
from milestone.domain import channels
from milestone.operations import outbox
from milestone.reports.notices import TOPICS

BUSY = 8  # something waits, and can be sent later

EXAMPLES = """
milestone notify
milestone notify test slack
milestone notify send
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take a verb; without one, channels are listed."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    verbs.add_parser("list", help="show who is told what, and what waits")
    send = verbs.add_parser("send", help="send what waits, now")
    send.add_argument("--after", type=int, metavar="SEQ", help="a new channel begins after this event")
    send.add_argument("--settle", action="store_true", help="wait a moment first, and go on while more happens")
    test = verbs.add_parser("test", help="send one message, to see whether it arrives")
    test.add_argument("channel", metavar="NAME")


def run(env: Env, args: argparse.Namespace) -> int:
    """List, send, or test."""
    if args.verb == "test":
        outbox.test(env.workspace, args.channel)
        return env.answer("text", {"text": f"{args.channel} took it."}, f"{line(args.channel)} took it.")
    if args.verb == "send":
        done = _send(env, args)
        return _answer(env, done, BUSY if any(each.reason and each.waiting for each in done) else 0)
    with env.workspace.reading() as reading:
        return _answer(env, outbox.standing(env.workspace, reading), 0)


def _send(env: Env, args: argparse.Namespace) -> list[outbox.Delivery]:
    if args.settle:
        return outbox.settle(env.workspace, args.after)
    return outbox.deliver(env.workspace, after=args.after)


def _answer(env: Env, found: list[outbox.Delivery], code: int) -> int:
    data = [
        {"channel": each.channel, "sent": each.sent, "waiting": each.waiting, "reason": each.reason or None}
        for each in found
    ]
    return env.answer("notification.list", data, lambda: _text(env, found), exit_code=code, total=len(data))


def _text(env: Env, found: list[outbox.Delivery]) -> str:
    if not found:
        return (
            "Nobody is told anything by itself.\n"
            f"A channel hears of: {', '.join(TOPICS)}.\n"
            "Next: milestone config set channels.team.url ADDRESS --local"
        )
    known = {channel.name: channel for channel in channels.of(env.workspace.settings.values)}
    lines = [_line(each, ", ".join(known[each.channel].events) or "every topic") for each in found]
    return "\n".join([*lines, f"Next: milestone notify test {line(found[0].channel)}"])


def _line(each: outbox.Delivery, heard: str) -> str:
    state = f"{each.sent} sent" if each.sent else f"{each.waiting} waiting" if each.waiting else "up to date"
    why = f": {line(each.reason)}" if each.reason else ""
    return f"{line(each.channel)}  {state}  ({line(heard)}){why}"
