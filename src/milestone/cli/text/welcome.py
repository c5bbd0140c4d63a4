"""The first words somebody reads."""

from pathlib import Path


def text(start: Path) -> str:
    """Return the welcome where there is no project."""
    return f"""No project in {start} or above it.
  milestone quickstart             look at this folder and propose a setup
  milestone plan "what you want"   start with a first milestone
  milestone demo                   two minutes in a throw-away folder"""
