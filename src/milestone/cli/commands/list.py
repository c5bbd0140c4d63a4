"""List milestones or tasks, filtered and sorted"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from milestone import errors
from milestone.cli import dates, paging, words
from milestone.cli.env import Env
from milestone.cli.look import Look, look
from milestone.registry import load
from milestone.reports import listing

if TYPE_CHECKING:  # a look without arguments needs no parser
    import argparse

EXAMPLES = """
milestone list
milestone list --tasks --ready
milestone list login --status planned,in_progress --sort due
milestone list --fields id,title,due --csv
"""
SHOWN_TASKS = ("ref", "title", "status", "percentage", "assigned_to", "blocked_by")
SHOWN = ("id", "title", "status", "percentage", "assigned_to", "due", "blocked_by")


def add_arguments(parser: "argparse.ArgumentParser") -> None:
    """Take words to look for, filters, order and form."""
    parser.add_argument("words", nargs="*", metavar="WORDS", help="words of the title or id")
    parser.add_argument("--tasks", action="store_true", help="list tasks")
    for name in ("status", "priority", "category", "label", "assignee", "phase"):
        metavar = {"status": "STATE", "assignee": "WHO"}.get(name, name.upper())
        parser.add_argument(f"--{name}", action="append", default=[], metavar=metavar, help=f"only this {name}")
    parser.add_argument("--unassigned", action="store_true", help="only what nobody is assigned to")
    parser.add_argument("--mine", action="store_true", help="only what you are assigned to")
    parser.add_argument("--ready", action="store_true", help="only what can be started now")
    parser.add_argument("--blocked", action="store_true", help="only what is blocked or waits")
    parser.add_argument("--due-before", metavar="DATE", help="only what is due before that day")
    parser.add_argument("--archived", action="store_true", help="archived ones too")
    parser.add_argument("--sort", default="", metavar="KEY", help="by this field; --sort=-due for the other way")
    parser.add_argument("--fields", default="", metavar="A,B", help="these fields")
    parser.add_argument("--csv", action="store_true", help="comma-separated values")


def run(env: Env, args: "argparse.Namespace") -> int:
    """Show the rows asked for."""
    if args.csv and env.json:
        raise errors.InvalidRequest("--csv and --json exclude each other.", next=["milestone list --csv"])
    found = look(env)
    fields = _fields(args)
    first = paging.start(env.options.cursor)
    part, total = _page(env, args, found, first)
    data = listing.pick(part, fields or listing.FIELDS)
    return found.answer(
        env,
        "task.list" if args.tasks else "milestone.list",
        data,
        lambda: _text(env, args, found, part, total, first),
        total=total,
        next_cursor=paging.following(first, len(part), total),
    )


def _page(env: Env, args: "argparse.Namespace", found: Look, first: int) -> listing.Page:
    if args.sort:
        _known("--sort", args.sort.removeprefix("-"), listing.SORTS)
    wanted, size = _wanted(env, args, found), paging.size(env.options.limit)
    make = listing.tasks if args.tasks else listing.milestones
    return make(found.moment.rows, wanted, args.sort, first, size)


def _wanted(env: Env, args: "argparse.Namespace", found: Look) -> listing.Wanted:
    states = listing.TASK_STATES if args.tasks else listing.MILESTONE_STATES
    statuses = [each.replace("-", "_").replace(" ", "_").lower() for each in _several(args.status)]
    for each in statuses:
        _known("--status", each, states)
    return listing.Wanted(
        words=args.words,
        statuses=statuses,
        priorities=_several(args.priority),
        categories=_several(args.category),
        labels=_several(args.label),
        assignees=_several(args.assignee),
        phases=_several(args.phase),
        mine=load("milestone.cli.mine:matcher")(env) if args.mine else None,
        unassigned=args.unassigned,
        ready=args.ready,
        blocked=args.blocked,
        due_before=dates.day("--due-before", args.due_before, found.moment.today),
        archived=args.archived,
    )


def _several(values: Iterable[str]) -> list[str]:
    return [part.strip() for value in values for part in value.split(",") if part.strip()]


def _fields(args: "argparse.Namespace") -> list[str]:
    known = (*listing.FIELDS, *(listing.MORE_OF_TASKS if args.tasks else listing.MORE))
    fields = _several([args.fields])
    for field in fields:
        _known("--fields", field, known)
    return fields


def _known(flag: str, value: str, known: Iterable[str]) -> None:
    if value not in known:
        near = words.nearest(value, known)
        raise errors.InvalidRequest(
            f'{flag} does not know "{value}".',
            why=f"It takes {', '.join(known)}.",
            candidates=near,
            next=[f"milestone list {flag} {near[0]}"] if near else ["milestone list --help"],
        )


def _text(env: Env, args: "argparse.Namespace", found: Look, part: Sequence[Any], total: int, first: int) -> str:
    texts = load("milestone.cli.text.listing")
    fields = _fields(args)
    if args.csv:
        return str(texts.as_csv(part, fields or listing.FIELDS))
    if not part:
        return empty(args, found)
    shown = str(texts.text(part, fields or (SHOWN_TASKS if args.tasks else SHOWN), env.width, found.moment.today))
    if first + len(part) < total:
        shown += (
            f"\n{first + len(part)} of {total} shown: --limit 0 shows all, --cursor {first + len(part)} goes on"
        )
    return shown


def empty(args: "argparse.Namespace", found: Look) -> str:
    """Return why the list is empty, and what would fill it."""
    noun = "tasks" if args.tasks else "milestones"
    if not found.moment.rows:
        return 'No milestones yet.\nNext: milestone plan "GOAL"'
    if args.ready:
        return "Nothing is ready to start.\nNext: milestone next     says what it waits for"
    if args.blocked:
        return f"No {noun} are blocked.\nNext: milestone next"
    if args.mine:
        return f"No {noun} are assigned to you.\nNext: milestone list --unassigned"
    if args.words:
        return f'No {noun} have "{" ".join(args.words)}" in their title.\nNext: milestone list --archived'
    return f"No {noun} match.\nNext: milestone list{' --tasks' if args.tasks else ''}"
