"""Change milestones, or show a report"""

import argparse
from collections.abc import Sequence
from datetime import date
from typing import Any

from milestone import errors
from milestone.cli import report_flags, words
from milestone.cli.env import Env
from milestone.cli.text import changed as texts
from milestone.domain import durations
from milestone.operations import update as operation
from milestone.registry import load

EXAMPLES = """
milestone update
milestone update m2 --depends-on m1 --due friday
milestone update m1 m2 --priority high
milestone update m3 --met "schema approved" --evidence docs/schema.md
milestone update --dependencies --conflicts
milestone update --optimize-database
"""
FIELDS = ("title", "description", "priority", "category")
LISTS = ("label", "depends_on", "no_depends_on", "met", "unmet")
# A plain change loads none of this.
IS_KNOWN = "milestone.operations.task:is_known"
SHOWS = {
    "reports": "milestone.cli.update_reports:run",
    "records": "milestone.cli.records:show",
    "view": "milestone.cli.records:view",
    "project": "milestone.cli.screens:project",
    "moment": "milestone.cli.look:look_into",
    "care": "milestone.cli.optimizing:run",
}
PRIORITIES = ("critical", "critical_path", "urgent", "high", "medium", "normal", "low")
OTHERS = ("status", "start", "due", "assign", "note", "evidence", "override")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take records, what is to change about them, and the reports."""
    parser.add_argument("ids", nargs="*", metavar="REF", help="milestones (commas or spaces), or tasks")
    group = parser.add_argument_group("changes")
    group.add_argument("--status", metavar="S", help="planned, in_progress, paused, blocked, completed, cancelled")
    group.add_argument("--priority", metavar="WORD")
    group.add_argument("--title", metavar="TEXT")
    group.add_argument("--description", metavar="TEXT")
    group.add_argument("--category", metavar="WORD")
    group.add_argument("--start", metavar="DAY", help="2026-12-05, friday, +3d; none takes it away")
    group.add_argument("--due", metavar="DAY", help="the same")
    group.add_argument("--assign", metavar="WHO", help="who does a task, who owns a milestone; nobody")
    group.add_argument("--label", metavar="WORD", action="append", default=[])
    group.add_argument("--depends-on", metavar="ID", action="append", default=[])
    group.add_argument("--no-depends-on", metavar="ID", action="append", default=[])
    group.add_argument("--note", metavar="TEXT", help="why, or what the next worker should know")
    group.add_argument("--met", metavar="FACT", action="append", default=[], help="a criterion or condition holds")
    group.add_argument("--evidence", metavar="TEXT", help="what shows that: words, a path, a URL")
    group.add_argument("--unmet", metavar="FACT", action="append", default=[], help="it holds no more")
    group.add_argument("--override", metavar="REASON", help="start past what is unmet (people only)")
    group.add_argument("--each", action="store_true", help="change them one by one, not all or none")
    group.add_argument(
        "--optimize-database", action="store_true", help="check the database, clear it up, make it small"
    )
    report_flags.add_arguments(parser)


def run(env: Env, args: argparse.Namespace) -> int:
    """Report, show, or change."""
    wanted = any(getattr(args, name) not in (None, []) for name in (*FIELDS, *LISTS, *OTHERS))
    if args.optimize_database:
        cared: int = load(SHOWS["care"])(env, has_changes=bool(wanted or args.ids or report_flags.asked(args)))
        return cared
    if report_flags.asked(args):
        shown: int = load(SHOWS["reports"])(env, args, has_changes=wanted or args.each, ids=args.ids)
        return shown
    if not wanted:
        code: int = load(SHOWS["records"])(env, args.ids) if args.ids else load(SHOWS["project"])(env)
        return code
    if not args.ids:
        raise errors.InvalidRequest("update needs the milestones to change.", next=["milestone update m1 …"])
    request = _request(env, args)
    if args.each:
        return _one_by_one(env, args.ids, request)
    return _answer(env, [operation.apply(env.workspace, env.start, args.ids, request)])


def _request(env: Env, args: argparse.Namespace) -> operation.Update:
    _check_together(args)
    if args.assign and args.assign not in ("nobody", "none") and not load(IS_KNOWN)(env.workspace, args.assign):
        env.warn("unknown_person", f'"{args.assign}" is nobody in config/team.yaml.')
    given = {name: getattr(args, name) for name in FIELDS if getattr(args, name) is not None}
    fields = {name: env.read_text(text).strip() for name, text in given.items()}
    _warn_unusual(env, fields.get("priority"))
    if fields.get("title") == "":
        raise errors.InvalidRequest("A title cannot be empty.")
    return operation.Update(
        status=args.status.strip().lower().replace("-", "_").replace(" ", "_") if args.status else None,
        fields=fields,
        start=_day(env, args.start, "--start"),
        due=_day(env, args.due, "--due"),
        assign="" if args.assign in ("nobody", "none") else args.assign,
        labels=_split(args.label),
        depends_on=_split(args.depends_on),
        no_depends_on=_split(args.no_depends_on),
        note=env.read_text(args.note).strip() if args.note else None,
        met=args.met,
        unmet=args.unmet,
        evidence=env.read_text(args.evidence) if args.evidence else None,
        override=args.override,
    )


def _warn_unusual(env: Env, priority: str | None) -> None:
    """Any word may be a priority; one that looks misspelt is named."""
    if not priority or priority.lower() in PRIORITIES:
        return
    near = words.nearest(priority, PRIORITIES)
    meant = f" Did you mean {near[0]}?" if near else ""
    env.warn("unusual_priority", f'"{priority}" is kept, but sorts like no priority.{meant}')


def _check_together(args: argparse.Namespace) -> None:
    if args.evidence and not args.met:
        raise errors.InvalidRequest(
            "--evidence goes with --met.", next=['milestone update m1 --met "FACT" --evidence "..."']
        )
    if args.override is not None and not args.status:
        raise errors.InvalidRequest(
            "--override goes with --status in_progress.",
            why="it is one start that goes past what is unmet",
            next=['milestone update m1 --status in_progress --override "reason"'],
        )


def _day(env: Env, text: str | None, flag: str) -> str | None:
    if text is None:
        return None
    if text.strip().lower() in ("", "none", "never"):
        return ""
    today: date = env.workspace.clock.now().astimezone(env.workspace.settings.timezone).date()
    found = durations.day(text, today)
    if found is None:
        raise errors.InvalidRequest(
            f'{flag} takes a day, not "{text}".', hint="for example 2026-12-05, friday, +3d or none"
        )
    return found.isoformat()


def _split(texts: Sequence[str]) -> list[str]:
    return [word.strip() for text in texts for word in text.split(",") if word.strip()]


def _one_by_one(env: Env, refs: Sequence[str], request: operation.Update) -> int:
    done: list[operation.Updated] = []
    failed: list[tuple[str, errors.MilestoneError]] = []
    for ref in [word for text in refs for word in text.replace(",", " ").split()]:
        try:
            done.append(operation.apply(env.workspace, env.start, [ref], request))
        except errors.MilestoneError as error:
            failed.append((ref, error))
    if not failed:
        return _answer(env, done)
    first = failed[0][1]
    found: list[dict[str, Any]] = [
        {"severity": "error", "code": e.code, "path": ref, "line": None, "message": e.message, "hint": e.hint}
        for ref, e in failed
    ]
    refusal = errors.MilestoneError(
        f"{len(done)} of {len(done) + len(failed)} were changed; the others stay as they are.",
        why=first.why,
        next=first.next,
        findings=found,
        code=first.code,
        changed=[ref for each in done for ref in each.refs],
    )
    refusal.exit_code = first.exit_code
    raise refusal


def _answer(env: Env, done: Sequence[operation.Updated]) -> int:
    if env.options.dry_run or not env.json or any(each.written.repeated for each in done):
        return env.answer_change(done[-1].written, lambda: texts.text(done))
    with env.workspace.reading() as reading:
        moment = load(SHOWS["moment"])(env, reading)
        views = [
            {**load(SHOWS["view"])(moment, reading, ref), "changed": texts.fields(each, ref)}
            for each in done
            for ref in each.refs
        ]
        kind = "task" if all("ref" in view for view in views) else "milestone"
        return env.answer(
            kind, views if len(views) > 1 else views[0], "", written=done[-1].written, reading=reading
        )
