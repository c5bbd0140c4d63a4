"""Set the current milestone"""

import argparse

from milestone.cli.env import Env
from milestone.reports.names import short
from milestone.workspace import current, finding

EXAMPLES = """
milestone use m2
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the milestone that `@`, and a bare `t2`, shall mean."""
    parser.add_argument("milestone", metavar="ID")


def run(env: Env, args: argparse.Namespace) -> int:
    """Remember it in this clone; a checked-out branch `milestone/<id>` says otherwise as long as it is."""
    workspace = env.workspace
    with workspace.reading() as reading:
        here = current.find(workspace.root, env.start, reading.rows())
        document = finding.milestone(reading, args.milestone, current=here)
        name = str(document.body["id"])
        if not env.options.dry_run:
            current.remember(workspace.root, name)
        found = current.which(workspace.root, env.start, reading.rows())
        data = {"current": found.id if found else name, "why": found.why if found else ""}
        text = f"{short(name)} {document.body['title']} is current now.\nNext: milestone next"
        if found is not None and found.id != name:
            text = f"{short(name)} is kept, but {short(found.id)} is current: {found.why}."
        return env.answer("use", data, text, reading=reading)
