"""What each sub-verb of `task` takes."""

import argparse
from collections.abc import Callable

VERBS = {
    "add": "add a task to a milestone",
    "start": "begin a task",
    "done": "finish tasks; a task's verify decides",
    "check": "run what shows a task, keep the receipt, finish nothing",
    "block": "say what stands in a task's way",
    "unblock": "nothing stands in its way any more",
    "note": "leave a note, and what the next worker should know",
    "assign": "say who does it",
    "claim": "take tasks, or say that you still work on them",
    "release": "give tasks back that you claimed",
    "log": "log time spent",
    "retry": "let a failed or blocked task be tried again",
    "cancel": "give a task up",
    "reopen": "take a completed or cancelled task up again",
}


def _of_add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("milestone", metavar="ID")
    parser.add_argument("title", metavar="TITLE", nargs="+")
    parser.add_argument("--estimate", metavar="TIME", help="3h, or 2h/3h/6h for best, likely, worst")
    parser.add_argument("--after", metavar="TASK", action="append", default=[], help="what it waits for")
    parser.add_argument("--run", metavar="CMD", help="the command that does it")
    parser.add_argument("--verify", metavar="CMD", help="the command whose success is the evidence")
    parser.add_argument("--assign", metavar="WHO")
    parser.add_argument("--parent", metavar="TASK", help="make it a subtask")
    parser.add_argument("--executor", metavar="NAME", help="shell, agent or human")
    parser.add_argument("--priority", metavar="WORD")
    parser.add_argument("--label", metavar="WORD", action="append", default=[])
    parser.add_argument("--description", metavar="TEXT")


def _of_start(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("refs", metavar="REF", nargs="+", help="m1/t2, or t2 in the current milestone")
    parser.add_argument("--override", metavar="REASON", help="go past what is unmet (people only)")


def _of_done(parser: argparse.ArgumentParser) -> None:
    _of_start(parser)
    parser.add_argument("--note", metavar="TEXT")
    parser.add_argument("--spent", metavar="TIME", help="2h, 90m")
    parser.add_argument(
        "--proof", metavar="N=TEXT", action="append", default=[], help="what shows acceptance criterion N"
    )


def _of_check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("ref", metavar="REF", help="m1/t2, or t2 in the current milestone")
    parser.add_argument("--item", metavar="N", type=int, help="the acceptance item that is shown, from 1")
    parser.add_argument("--sign", action="store_true", help="sign the receipt: it counts in every clone")
    parser.add_argument(
        "command", metavar="COMMAND", nargs="*", help="after --; else the item's own check, the task's verify"
    )


def _of_claim(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("refs", metavar="REF", nargs="+", help="m1/t2, or t2 in the current milestone")


def _of_act(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("refs", metavar="REF", nargs="+", help="m1/t2, or t2 in the current milestone")
    parser.add_argument("--reason", metavar="TEXT")


def _said(words: str, nargs: str = "+") -> Callable[[argparse.ArgumentParser], None]:
    def add(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("ref", metavar="REF")
        parser.add_argument("words", metavar=words, nargs=nargs)

    return add


def _of_note(parser: argparse.ArgumentParser) -> None:
    _said("TEXT", "*")(parser)
    parser.add_argument("--next", metavar="TEXT", help="shown first to the next worker")


def _of_log(parser: argparse.ArgumentParser) -> None:
    _said("TIME")(parser)
    parser.add_argument("--date", metavar="DAY", help="2026-12-05, friday")
    parser.add_argument("--who", metavar="NAME", help="whose time, when it is not yours")
    parser.add_argument("--take-back", action="store_true", help="correct: take that much off")


ARGUMENTS: dict[str, Callable[[argparse.ArgumentParser], None]] = {
    "add": _of_add,
    "start": _of_start,
    "done": _of_done,
    "check": _of_check,
    "block": _said("REASON"),
    "note": _of_note,
    "assign": _said("WHO"),
    "claim": _of_claim,
    "release": _of_act,
    "log": _of_log,
    "unblock": _of_act,
    "retry": _of_act,
    "cancel": _of_act,
    "reopen": _of_act,
}
