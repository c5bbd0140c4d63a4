"""The report flags of `update`: their names and help, without what makes the reports."""

import argparse
from collections.abc import Mapping

HELP: Mapping[str, str] = {
    "dependencies": "what waits for what, and the critical path",
    "conflicts": "clashes of resources, files, dates, hours",
    "upcoming": "what starts and is due in two weeks",
    "agents": "who works in the sessions of this clone",
    "system-health": "the store: which one, how big, how fast, whether another fits better",
    "deployment-status": "how the last pipelines ended, and what is deployed where",
    "health-check": "what needs attention, worst first",
    "validate-config": "whether every setting is known and takes effect",
    "diagnostics": "what somebody who helps needs, without secrets",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take report flags; a value after one is taken too, so that it can be refused with the right flag."""
    group = parser.add_argument_group("reports, which change nothing")
    for name, text in HELP.items():
        group.add_argument(f"--{name}", nargs="*", metavar="", help=text)


def asked(args: argparse.Namespace) -> list[str]:
    """Return the reports a line asks for."""
    return [name for name in HELP if getattr(args, name.replace("-", "_")) is not None]
