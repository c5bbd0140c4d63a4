"""Say as whom you act, and why"""

import argparse
from collections.abc import Mapping

from milestone import errors
from milestone.cli.env import Env
from milestone.domain import people as known_people
from milestone.workspace import acting, opening

EXAMPLES = """
milestone whoami
milestone whoami --as agent:claude-code --json
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take nothing."""


def run(env: Env, args: argparse.Namespace) -> int:
    """Show the actor, how it is known and what it may do."""
    try:
        people = env.workspace.people
    except errors.ProjectNotFound:
        people = ()
    known = acting.who(flag=env.options.actor, environ=env.environ, people=people, folder=env.start)
    actor = known.actor
    in_run = bool(env.environ.get("MILESTONE_SESSION"))
    present = opening.is_present(actor, terminal=env.terminal, session=env.environ.get("MILESTONE_SESSION"))
    person = known_people.match(actor.name, people)
    roles = person.roles if person else ()
    data = {
        "name": actor.name,
        "kind": actor.kind,
        "on_behalf_of": actor.on_behalf_of,
        "source": actor.source,
        "why": known.why,
        "roles": list(roles),
        "proof": "present" if present else "named",
        "in_run": in_run,
        "enforced": False,
    }
    return env.answer("actor", data, lambda: _text(data))


def _text(data: Mapping[str, object]) -> str:
    behalf = f" on behalf of {data['on_behalf_of']}" if data["on_behalf_of"] else ""
    lines = [f"You act as {data['name']}{behalf}: {data['why']}."]
    if isinstance(data["roles"], list) and data["roles"]:
        lines.append(f"Roles: {', '.join(map(str, data['roles']))}.")
    if data["in_run"]:
        lines.append("A run started this process, so it never approves or overrides.")
    elif data["kind"] == "agent":
        lines.append("An agent never approves, overrides or answers permissions.")
    else:
        lines.append(f"An approval given here counts as {data['proof']}.")
    return "\n".join(lines)
