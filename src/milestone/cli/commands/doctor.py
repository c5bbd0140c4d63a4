"""Check records and log, and repair what is safe"""

import argparse

from milestone import errors
from milestone.cli.env import Env
from milestone.cli.text import doctor as text
from milestone.operations import cleaning, doctor, repair

EXAMPLES = """
milestone doctor
milestone doctor --repair
milestone doctor --clean --json
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take what to put right."""
    parser.add_argument("--repair", action="store_true", help="put right what is safe, and say what was done")
    parser.add_argument(
        "--clean", action="store_true", help="remove temporary files, caches and copies that are old"
    )


def run(env: Env, args: argparse.Namespace) -> int:
    """Show every finding; 5 while one above a note remains, 9 for damaged data."""
    workspace = env.workspace
    if env.options.dry_run and (args.repair or args.clean):
        raise errors.InvalidRequest(
            "doctor has no --dry-run.",
            why="without --repair and --clean it changes nothing",
            next=["milestone doctor"],
        )
    cleaned = cleaning.clean(workspace.root) if args.clean else []
    found = (repair.repair if args.repair else doctor.examine)(workspace, environ=env.environ)
    findings = [*cleaned, *found.findings]
    data = {"ok": found.ok, "findings": findings}
    return env.answer(
        "doctor",
        data,
        lambda: text.findings(findings, ok=found.ok),
        seq=found.seq,
        unrecorded=found.unrecorded,
        exit_code=found.exit_code,
    )
