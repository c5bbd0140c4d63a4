"""Say where you stopped, or welcome"""

import argparse

from milestone.cli.env import Env
from milestone.cli.text import welcome
from milestone.workspace import place


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take nothing."""


def run(env: Env, args: argparse.Namespace) -> int:
    """Welcome where there is no project."""
    root = place.nearest(env.start)
    if root is None:
        return env.answer("status", None, lambda: welcome.text(env.start))
    return env.answer("status", None, f"The project is in {root}.")
