"""List what waits for a person, and the command that answers each"""

from typing import TYPE_CHECKING, Any

from milestone.cli import output, paging
from milestone.cli.env import Env
from milestone.cli.look import look
from milestone.cli.output import line
from milestone.cli.text import moments, wide
from milestone.registry import load
from milestone.reports import inbox, status
from milestone.reports.names import short, typed

if TYPE_CHECKING:  # a look without arguments needs no parser
    import argparse

EXAMPLES = """
milestone inbox
milestone inbox --mine --json
"""


def add_arguments(parser: "argparse.ArgumentParser") -> None:
    """Take whose."""
    parser.add_argument("--mine", action="store_true", help="only what waits for you, or for anybody")


def run(env: Env, args: "argparse.Namespace") -> int:
    """Show one page of what waits."""
    found = look(env)
    every = status.waiting(found.moment)
    if args.mine:
        every = inbox.mine(every, load("milestone.cli.mine:matcher")(env))
    first, size = paging.start(env.options.cursor), paging.size(env.options.limit)
    part = every[first : None if size is None else first + size]
    following = paging.following(first, len(part), len(every))
    return found.answer(
        env,
        "inbox",
        part,
        lambda: text(part, len(every), env.width, following),
        total=len(every),
        next_cursor=following,
    )


def text(part: list[dict[str, Any]], total: int, width: int, following: str | None) -> str:
    """Return each entry with what answers it, what costs most first."""
    if not part:
        return "Nothing waits for a person.\nNext: milestone next"
    lines = []
    for each in part:
        head = f"{each['kind']:<11}{_name(each)} {line(each['text'])}"
        lines.append(f"{output.BOLD}{wide.cut(head, width)}{output.END}")
        lines.append(wide.cut(f"           {_more(each)}", width))
        lines.append(f"           {line(typed(each['answer_with']))}")
    if following is not None:
        lines.append(f"… {total - len(part)} more: milestone inbox --cursor {following}")
    return "\n".join(row for row in lines if row.strip())


def _name(each: dict[str, Any]) -> str:
    return line(each["id"] if each["kind"] in ("question", "permission") else short(each["ref"]))


def _more(each: dict[str, Any]) -> str:
    who = f"by {', '.join(map(line, each['who']))}" if each["who"] else ""
    since = f"since {moments.moment(each['since'])}" if each["since"] else ""
    days = each["cost_days"]
    cost = f"costs {days:g} day{'s' if days != 1 else ''} so far" if days else ""
    return ", ".join(filter(None, [who, since, cost]))
