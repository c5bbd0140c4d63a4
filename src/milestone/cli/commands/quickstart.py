"""Look at this folder and propose a setup"""

import argparse

from milestone import errors
from milestone.agents.planners import templates
from milestone.cli.env import Env
from milestone.operations import quickstart as operation
from milestone.operations import upgrade

EXAMPLES = """
milestone quickstart
milestone quickstart team --hours-per-week 32
milestone quickstart --upgrade --dry-run
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take a template and the hours a week, which are asked for at a terminal otherwise."""
    parser.add_argument("template", nargs="?", metavar="NAME", help=", ".join(templates.NAMES))
    parser.add_argument("--hours-per-week", type=float, metavar="H", help="hours a person can give each week")
    parser.add_argument("--upgrade", action="store_true", help="fit the settings to what the project has become")


def run(env: Env, args: argparse.Namespace) -> int:
    """Look, ask two things at most, make the project."""
    if args.upgrade:
        return _upgrade(env)
    if args.template:
        operation.check_name(args.template)
    sight = operation.look(env.start, env.environ)
    env.note(templates.described(sight))
    name = args.template or _asked_template(env, templates.propose(sight))
    begun = operation.quickstart(env.start, name, _hours(env, args, name, sight), sight, env.environ)
    data = {
        "milestones": [],
        "findings": [],
        "questions": [],
        "recipe": begun.template.name,
        "dry_run": False,
        "template": begun.template.name,
        "project": begun.template.project,
        "files": list(begun.made.files),
        "seen": templates.described(sight),
    }
    return env.answer("plan", data, _text(begun))


def _upgrade(env: Env) -> int:
    made = upgrade.upgrade(env.workspace, operation.look(env.start, env.environ))
    data = {
        "milestones": [],
        "findings": [],
        "questions": [],
        "recipe": None,
        "dry_run": env.options.dry_run,
        "changes": [{"key": c.key, "before": c.before, "after": c.after, "why": c.why} for c in made],
    }
    lines = [f"{c.key}: {_shown(c.before)} → {_shown(c.after)}   ({c.why})" for c in made]
    if not lines:
        lines = ["The settings fit the project; nothing to upgrade."]
    elif env.options.dry_run:
        lines.append("Nothing was changed (dry run).")
    return env.answer("plan", data, "\n".join(lines))


def _shown(value: object) -> str:
    return "not set" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _asked_template(env: Env, proposed: str) -> str:
    return env.ask("Template", proposed, "quickstart NAME") if env.terminal else proposed


def _hours(env: Env, args: argparse.Namespace, name: str, sight: templates.Sight) -> float | None:
    if args.hours_per_week is not None or not env.terminal:
        hours: float | None = args.hours_per_week
        return hours
    usual = templates.template(name, sight).project.get("hours_per_week", 10)
    reply = env.ask("Hours a week you can give", str(usual), "--hours-per-week")
    try:
        return float(reply.replace(",", "."))
    except ValueError:
        raise errors.InvalidRequest(f'"{reply}" is no number of hours.', next=["milestone quickstart"]) from None


def _text(begun: operation.Begun) -> str:
    hours = begun.template.project.get("hours_per_week", 10)
    size = begun.template.project.get("team_size", 1)
    people = "one person" if size == 1 else f"{size} people"
    if begun.is_kept:
        chosen = (
            "The configuration that is there stays as it is. To change it:\n"
            f"  milestone config set project.hours_per_week {hours:g}"
        )
    else:
        each = "" if size == 1 else " each"
        kept = "kept in config/milestone-config.yaml"
        chosen = f"Template {begun.template.name}: {people}, {hours:g} h a week{each}, {kept}."
    return "\n".join([*begun.made.sentences, chosen, 'Next: milestone plan "GOAL"'])
