"""Show, pause, steer and stop runs, and clean up behind them"""

import argparse
from typing import Any

from milestone import errors
from milestone.cli import session_controls as controls
from milestone.cli.env import Env
from milestone.cli.output import line
from milestone.operations import sessions

EXAMPLES = """
milestone sessions
milestone sessions show session-current
milestone sessions pause session-current
milestone sessions steer session-current "leave the old endpoint in place"
milestone sessions show --wait 600
milestone sessions note "the tests need the new key first"
milestone sessions clean --yes
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take a verb; without one, sessions are listed."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    verbs.add_parser("list", help="list sessions, the latest first")
    show = verbs.add_parser("show", help="show one: tasks, context, notes, journal")
    show.add_argument("session", nargs="?", metavar="S", help="a session, else the last one")
    show.add_argument("--watch", action="store_true", help="follow it until it is over")
    show.add_argument("--wait", type=float, metavar="SECONDS", help="wait until it is over, so long at most (8)")
    controls.add_arguments(verbs)
    note = verbs.add_parser("note", help="keep a note for whoever goes on")
    note.add_argument("text", metavar="TEXT", help="the note; - reads it from stdin")
    note.add_argument("--session", metavar="S", help="another session than the last one")
    clean = verbs.add_parser("clean", help="remove what sessions that are over left behind")
    clean.add_argument("session", nargs="?", metavar="S", help="one session, else all that are over")


def run(env: Env, args: argparse.Namespace) -> int:
    """List, show, note or clean."""
    verb = args.verb or "list"
    if verb in controls.ACTS:
        return controls.ACTS[verb](env, args)
    if verb == "show" and (args.watch or args.wait is not None):
        return controls.follow(env, args)
    if verb == "note":
        written = sessions.note(env.workspace, env.read_text(args.text), args.session)
        return env.answer_change(written, "Noted. Whoever goes on with this session reads it first.")
    if verb == "clean":
        return _clean(env, args.session)
    with env.workspace.reading() as reading:
        if verb == "show":
            view = sessions.shown(env.workspace, reading, args.session)
            return env.answer("session", view, lambda: _shown(env, view), reading=reading)
        views = sessions.listed(env.workspace, reading)
        kept = views if env.options.limit == 0 else views[: env.options.limit or 20]
        return env.answer("session.list", kept, lambda: _listed(env, kept), reading=reading, total=len(views))


def _clean(env: Env, name: str | None) -> int:
    if not env.options.yes:
        question = "Remove worktrees, logs and copies of sessions that are over? Records stay."
        if env.ask(question, "no", "--yes").casefold() not in ("y", "yes"):
            raise errors.NeedsAnswer(
                "Nothing was removed.", hint="Confirm with --yes.", next=["milestone sessions"]
            )
    gone = sessions.clean(env.workspace, name)
    text = "\n".join(f"Removed {line(path)}." for path in gone) or "There was nothing to remove."
    return env.answer("sessions", {"files": gone}, text)


def _listed(env: Env, views: list[dict[str, Any]]) -> str:
    if not views:
        return "No session yet.\nNext: milestone execute ID"
    rows = [
        (
            str(v["id"]),
            str(v["milestone"]),
            str(v["state"]),
            f"{v['completed']} of {v['completed'] + v['remaining']}",
        )
        for v in views
    ]
    shown = _aligned([("SESSION", "MILESTONE", "STATE", "DONE"), *rows])
    going = next((v for v in views if v["resumable"]), None)
    follow = f"milestone execute {going['milestone']}" if going else f"milestone sessions show {views[0]['id']}"
    return f"{shown}\nNext: {follow}"


def _aligned(rows: list[tuple[str, ...]]) -> str:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _cost(task: dict[str, Any]) -> str:
    return str(task["cost"]["text"]) if task.get("cost") else ""


def _reason(task: dict[str, Any]) -> str:
    return line(task.get("reason") or "")


def _ask(session: str, each: dict[str, Any]) -> str:
    if each.get("withdrawn"):
        return f"  asked {line(each['text'])} ({line(str(each['withdrawn']))})"
    options = each.get("options") or ["..."]
    return f"  asks {line(each['text'])}: milestone answer {session}/{each['id']} {line(str(options[0]))}"


def _shown(env: Env, view: dict[str, Any]) -> str:
    done, left = view["completed"], view["remaining"]
    lines = [
        f"{view['id']}  {view['milestone']} {line(view['title'] or '')}",
        f"  {view['state']}, {done} done, {left} left",
    ]
    context = view["context"]
    if context.get("branch"):
        lines.append(f"  on {line(context['branch'])}, {context['uncommitted_changes']} files changed there")
    if view["cost"]:
        lines.append(f"  cost so far: {view['cost']['text']}")
    lines += [
        "  ".join(
            filter(None, (f"  {task['ref']}", task.get("status"), _cost(task), line(task.get("reason") or "")))
        )
        for task in view["tasks"]
    ]
    lines += [_ask(view["id"], each) for each in view["asks"] if each.get("answer") is None]
    lines += [f"  next: {line(step)}" for step in context.get("next_steps") or []]
    lines += [f"  note by {line(each['by'])}: {line(each['text'])}" for each in view["notes"]]
    lines += [f"  {line(each)}" for each in view["journal"]]
    follow = f"milestone execute {view['milestone']}" if view["resumable"] else "milestone sessions"
    return "\n".join([*lines, f"Next: {follow}"])
