"""What `sessions` does to a run of another process: pause, steer, stop, follow."""

import argparse
from collections.abc import Callable
from typing import Any

from milestone.cli.env import Env
from milestone.cli.output import line
from milestone.cli.text import execute as words
from milestone.operations import controlling, ending, run_report, running, sessions
from milestone.operations.watching import Watch

STILL_RUNS = 8


def add_arguments(verbs: Any) -> None:
    """Take pause, steer and stop."""
    pause = verbs.add_parser("pause", help="let a run stand still before its next step")
    pause.add_argument("session", nargs="?", metavar="S", help="a session, else the last one")
    pause.add_argument("--off", action="store_true", help="let it go on")
    steer = verbs.add_parser("steer", help="tell the workers of a run something")
    steer.add_argument("session", metavar="S")
    steer.add_argument("text", nargs="+", metavar="TEXT", help="what they read before their next step; - is stdin")
    steer.add_argument("--task", metavar="REF", help="only the worker of this task")
    stop = verbs.add_parser("stop", help="save a run and end it; execute goes on with it")
    stop.add_argument("session", nargs="?", metavar="S", help="a session, else the last one")


def _pause(env: Env, args: argparse.Namespace) -> int:
    written = controlling.pause(env.workspace, args.session, on=not args.off)
    if not written.events:
        return env.answer_change(written, f"Nothing changed: it {'goes on' if args.off else 'is paused'} already.")
    name = written.documents[0].body["id"]
    told = f"{name} goes on." if args.off else f"{name} stands still before its next step."
    follow = f"milestone sessions show {name}" if args.off else f"milestone sessions pause {name} --off"
    return env.answer_change(written, f"{told}\nNext: {follow}")


def _steer(env: Env, args: argparse.Namespace) -> int:
    steered = controlling.steer(env.workspace, args.session, env.read_text(" ".join(args.text)), args.task)
    who = ", ".join(steered.to) if steered.to else "whoever works on it next"
    return env.answer_change(steered.written, f"Told {line(who)}: it is read before the next step of work.")


def _stop(env: Env, args: argparse.Namespace) -> int:
    written = controlling.stop(env.workspace, args.session)
    session = written.documents[0].body
    name = (session.get("milestones") or ["ID"])[0]
    return env.answer_change(written, f"{session['id']} is saved and stopped.\nNext: milestone execute {name}")


ACTS: dict[str, Callable[[Env, argparse.Namespace], int]] = {"pause": _pause, "steer": _steer, "stop": _stop}


def follow(env: Env, args: argparse.Namespace) -> int:
    """Stay until a session is over, or the time is; answer with it and the code of its run."""
    workspace = env.workspace
    with workspace.reading() as reading:
        session, after, epoch = sessions.find(reading, args.session), reading.seq, reading.epoch
    name = str(session.body["id"])
    setup = running.setup_of(workspace, epoch)
    watch = Watch(running.ledger_of(workspace), setup, [name], _teller(env), after)
    seconds = args.wait if args.wait is not None else float("inf")
    look = (lambda: watch.look(writes=False)) if args.watch else (lambda: None)
    is_over = controlling.wait(workspace, name, seconds, look)
    with workspace.reading() as reading:
        view = sessions.shown(workspace, reading, name)
        session = sessions.find(reading, name)
    uid = str(session.body["holds"][0])
    views = ending.views(workspace, setup, [uid], {uid: session})
    code = (run_report.exit_code(views[0]) if views else 0) if is_over else STILL_RUNS
    said = f"{name} is {view['state']}, {view['completed']} done, {view['remaining']} left."
    return env.answer("session", view, said, exit_code=code)


def _teller(env: Env) -> Callable[[Any], None]:
    if env.json:
        return lambda said: env.event_line({"line": words.fitted(said, 1_000)})
    return lambda said: env.note(words.fitted(said, env.width))
