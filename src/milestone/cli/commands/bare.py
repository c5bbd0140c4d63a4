"""Say where you stopped, or welcome"""

from typing import TYPE_CHECKING

from milestone.cli import screens
from milestone.cli.env import Env
from milestone.cli.text import welcome
from milestone.workspace import whereabouts

if TYPE_CHECKING:  # a look without arguments needs no parser
    import argparse


def add_arguments(parser: "argparse.ArgumentParser") -> None:
    """Take nothing."""


def run(env: Env, args: "argparse.Namespace") -> int:
    """Show the status of the project here, or welcome where there is none."""
    named = env.options.project or env.environ.get("MILESTONE_DIR")
    if not named and whereabouts.nearest(env.here) is None:
        return env.answer("status", None, lambda: welcome.text(env.here, env.width))
    return screens.project(env)
