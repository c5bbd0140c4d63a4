"""The first words somebody reads."""

from milestone.cli.output import line
from milestone.cli.text import wide


def text(start: str, width: int) -> str:
    """Return the welcome where there is no project: twelve lines."""
    here = line(start)
    room = width - len("No project in  or above it.")
    if wide.width(here) > room:
        here = "…" + here[-(room - 1) :]
    return f"""No project in {here} or above it.
  milestone quickstart             look at this folder and propose a setup
  milestone plan "what you want"   start with a first milestone
  milestone demo                   two minutes in a throw-away folder

milestone turns a goal into tasks with an order, hours and a date, runs them
or follows your own work, and remembers where you stopped. Everything is kept
as plain files in .milestones/ that you may edit and commit.

  milestone help                   all verbs
  milestone help start             the first ten minutes
  milestone whoami                 as whom you act, and why"""
