"""Name the best ready task, and why"""

import re
from typing import TYPE_CHECKING, Any

from milestone import clock
from milestone.cli import output
from milestone.cli.env import Env
from milestone.cli.look import look
from milestone.cli.output import line
from milestone.cli.text import moments, wide
from milestone.registry import load
from milestone.reports import next as report
from milestone.reports.names import short

if TYPE_CHECKING:  # a look without arguments needs no parser
    import argparse

EXAMPLES = """
milestone next
milestone next --milestone m2 --limit 5
milestone next --claim --json
"""


def add_arguments(parser: "argparse.ArgumentParser") -> None:
    """Take a milestone to stay in."""
    parser.add_argument("--milestone", metavar="ID", help="only tasks of this milestone")
    parser.add_argument("--claim", action="store_true", help="take it: nobody else is given it while you hold it")


def run(env: Env, args: "argparse.Namespace") -> int:
    """Show one task, or why there is none."""
    if args.claim:
        return _claim(env, args.milestone)
    found = look(env)
    rows, current = found.moment.rows, found.moment.current
    row_of = load("milestone.workspace.finding:milestone_row") if args.milestone else None
    only = str(row_of(rows, args.milestone, current=current)["id"]) if row_of else None
    offer = load("milestone.reports.handed:of_moment")(found.moment) if found.moment.leases else None
    view = report.view(rows, current=current, milestone=only, limit=env.options.limit, offer=offer)
    return found.answer(env, "next", view, lambda: text(view, env.width))


def _claim(env: Env, milestone: str | None) -> int:
    claimed = load("milestone.operations.claim:take_next")(env.workspace, env.start, milestone, env.options.limit)
    view = claimed.view
    return env.answer("next", view, lambda: _taken(env, view), written=claimed.written)


def _taken(env: Env, view: dict[str, Any]) -> str:
    words = load("milestone.cli.text.claims:next_taken")
    return str(words(view, text(view, env.width), dry_run=env.options.dry_run))


def text(view: dict[str, object], width: int) -> str:
    """Return the task, the reason, others, and the command that takes it."""
    task, others = view["task"], view["alternatives"]
    if not isinstance(task, dict) or not isinstance(others, list):
        return f"Nothing is ready. {view['reason']}\nNext: {_otherwise(str(view['reason']))}"
    ref = short(task["ref"])
    who = f", {line(task['assigned_to'])}" if task["assigned_to"] else ""
    hours = f" ({moments.hours(task['hours'])}{who})" if task["hours"] else ""
    title = wide.cut(line(task["title"]), width - len(ref) - wide.width(hours) - 2)
    lines = [f"{output.BOLD}{ref} {title}{output.END}{hours}"]
    if task.get("next_note"):
        lines.append(f"  note: {wide.wrap(line(task['next_note']), width - 8, '        ')}")
    lines.append(f"  why: {wide.wrap(told(str(view['reason'])), width - 7, '       ')}")
    for other in others:
        lines.append(wide.cut(f"  or:  {short(other['ref'])} {line(other['title'])}", width))
    command = f"milestone execute {short(task['milestone'])}" if task["run"] else f"milestone task start {ref}"
    return "\n".join([*lines, f"Next: {command}"])


def told(reason: str) -> str:
    """Return the reason with its days as people say them."""
    today = moments.local(clock.clock_from_environment().now()).date()
    return re.sub(r"\d{4}-\d{2}-\d{2}", lambda found: moments.day(found[0], today), reason)


def _otherwise(reason: str) -> str:
    if reason.startswith(("There are no", "Every milestone")):
        return 'milestone plan "GOAL"'
    return "milestone status"
