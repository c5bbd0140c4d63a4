"""See two minutes of it in a throw-away folder"""

import argparse

from milestone.cli.env import Env
from milestone.cli.output import END, GREEN, RED
from milestone.operations import demo

EXAMPLES = """
milestone demo
milestone demo ~/milestone-demo
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the folder."""
    parser.add_argument("folder", nargs="?", metavar="DIR", help="an empty or new folder; else a temporary one")


def run(env: Env, args: argparse.Namespace) -> int:
    """Walk from a goal to finished work, and check what was claimed."""
    folder = demo.choose_folder(args.folder)
    show = env.note if env.json else env.out.write
    checked = demo.Demo(folder, show, env.environ).walk()
    wrong = [claim for claim in checked if not claim.holds]
    lines = ["", "# Checked"]
    for claim in checked:
        sign = f"{GREEN}✓{END}" if claim.holds else f"{RED}✗{END}"
        lines.append(f"{sign} {claim.claim}" + (f" ({claim.seen})" if claim.seen and not claim.holds else ""))
    lines.append(
        f"All of it is left in {folder}" if not wrong else f"{len(wrong)} claims do not hold; see {folder}"
    )
    data = {
        "folder": str(folder),
        "checks": [{"claim": c.claim, "holds": c.holds, "seen": c.seen} for c in checked],
    }
    return env.answer("demo", data, "\n".join(lines), exit_code=1 if wrong else 0)
