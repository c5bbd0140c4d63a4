"""Turn a goal into a milestone with tasks"""

import argparse
import tempfile
from pathlib import Path

from milestone import errors, ids
from milestone.cli.env import Env
from milestone.cli.text import plan as text
from milestone.operations import plan as operation
from milestone.operations.init import make_project
from milestone.operations.plan_options import PlanRequest
from milestone.storage import located
from milestone.workspace import finding
from milestone.workspace.base import Workspace
from milestone.workspace.opening import open_workspace

EXAMPLES = """
milestone plan "Add a contact form with spam protection"
milestone plan "API Development" --duration "2 weeks" --depends-on m1,m3
milestone plan "Payment System" --kiro-workflow --approval-required
milestone plan --from plan.yaml
milestone plan --explain m1
"""
PRIORITIES = ("low", "medium", "high", "critical")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take a goal or a plan made elsewhere, and what is known about time and people."""
    parser.add_argument("goal", nargs="*", metavar="GOAL", help="what you want, in any language; - reads stdin")
    parser.add_argument("--from", dest="source", metavar="FILE", help="a plan in YAML or JSON; - reads stdin")
    when = parser.add_argument_group("time and people")
    when.add_argument("--duration", metavar="SPAN", help='how long it may take: "2 weeks"')
    when.add_argument("--deadline", metavar="DAY", help="the last day: 2026-12-05, friday, +3w")
    when.add_argument("--hours-per-week", type=float, metavar="H", help="hours each person has a week")
    when.add_argument("--team-size", type=int, metavar="N", help="how many people work on it")
    when.add_argument("--buffer", type=float, metavar="PERCENT", help="reserve on top of the estimate (20)")
    kind = parser.add_argument_group("the milestone")
    kind.add_argument(
        "--depends-on",
        "--dependencies",
        action="append",
        default=[],
        metavar="IDS",
        help="what must be done first",
    )
    kind.add_argument("--priority", choices=PRIORITIES, help="how much it matters")
    kind.add_argument("--category", metavar="NAME", help="feature, infrastructure, bug, ...")
    kind.add_argument("--milestones", metavar="N", help="how many to split it into; auto decides")
    kind.add_argument("--single", action="store_true", help="one milestone however long")
    kind.add_argument("--kiro-workflow", action="store_true", help="tasks go through design, spec, task, execute")
    kind.add_argument("--approval-required", action="store_true", help="every phase waits for an approval")
    kind.add_argument("--strict", action="store_true", help="what would be a warning refuses the plan")
    kind.add_argument(
        "--explain", action="store_true", help="show what each analysis found; of ID when one is named"
    )


def run(env: Env, args: argparse.Namespace) -> int:
    """Plan, store and show; with --explain and an id show how a plan came about."""
    goal = " ".join(args.goal)
    if args.explain and not args.source and _is_known(env, goal):
        return _explain(env, goal)
    request = _request(env, args, goal)
    if env.options.dry_run and not _has_project(env):
        with tempfile.TemporaryDirectory() as folder:
            return _answer(env, args, request, _elsewhere(env, Path(folder)))
    return _answer(env, args, request, env.workspace_or_init())


def _answer(env: Env, args: argparse.Namespace, request: PlanRequest, workspace: Workspace) -> int:
    planned = operation.plan(workspace, request, look_at=None if _has_project(env) else env.start)
    return env.answer(
        "plan",
        operation.shown(planned),
        lambda: text.text(planned, env.width, explain=args.explain, folder=_files(workspace)),
        written=planned.written,
    )


def _has_project(env: Env) -> bool:
    try:
        return env.workspace is not None
    except errors.ProjectNotFound:
        return False


def _files(workspace: Workspace) -> str:
    """Return the folder of the files that are the records; none where a database is."""
    return workspace.root.name if located.read(workspace.root).is_files else ""


def _elsewhere(env: Env, folder: Path) -> Workspace:
    """Return a project in a folder that vanishes: a dry run where there is none makes nothing."""
    make_project(folder, environ=env.environ)
    return open_workspace(
        folder, as_=env.options.actor, options=env.options, environ=env.environ, terminal=env.terminal
    )


def _request(env: Env, args: argparse.Namespace, goal: str) -> PlanRequest:
    if args.source and goal:
        raise errors.InvalidRequest(
            "plan takes a goal or --from, not both.", next=["milestone plan --from FILE", 'milestone plan "GOAL"']
        )
    if not args.source and not goal.strip():
        raise errors.InvalidRequest(
            "plan needs a goal.",
            why="it turns what you want into a milestone",
            next=['milestone plan "what you want"', "milestone plan --from FILE"],
        )
    handed_in = (_read(env, args.source), args.source if args.source != "-" else "stdin") if args.source else None
    return PlanRequest(
        goal=env.read_text(goal) if goal else None,
        handed_in=handed_in,
        duration=args.duration,
        deadline=args.deadline,
        depends_on=tuple(args.depends_on),
        priority=args.priority,
        category=args.category,
        team_size=args.team_size,
        buffer=args.buffer,
        hours_per_week=args.hours_per_week,
        milestones=_number(args.milestones),
        single=args.single,
        kiro=args.kiro_workflow,
        approval_required=args.approval_required,
        strict=args.strict,
    )


def _read(env: Env, source: str) -> str:
    return env.read_text(source if source == "-" else f"@{source.removeprefix('@')}")


def _number(value: str | None) -> int | None:
    if value is None or value == "auto":
        return None
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 50:
        raise errors.InvalidRequest(
            f'--milestones takes a number from 1 to 50, or auto, not "{value}".',
            next=["milestone plan GOAL --milestones 2"],
        )
    return int(value)


def _is_known(env: Env, name: str) -> bool:
    """Say whether a word with --explain means a milestone and no goal: an id, or the current one."""
    if not name or " " in name:
        return False
    if ids.parse_milestone_id(name):
        return True
    try:
        with env.workspace.reading() as reading:
            finding.milestone(reading, name, writing=True)
    except (errors.NotFound, errors.InvalidRequest):
        return False
    return True


def _explain(env: Env, name: str) -> int:
    with env.workspace.reading() as reading:
        document = finding.milestone(reading, name)
        planning = document.body.get("planning") or {}
        return env.answer(
            "explanation", planning, lambda: text.explanation(document.body, env.width), reading=reading
        )
