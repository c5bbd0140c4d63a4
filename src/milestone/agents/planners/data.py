"""The planner's data files, read once: goal words and recipes that came with the package."""

from functools import cache
from importlib import resources
from typing import Any

import yaml

HERE = "milestone.agents.planners"


def parse(text: str) -> Any:
    """Return the plain value of a YAML text, without tags or objects."""
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@cache
def goal_words() -> Any:
    """Return `goal_words.yaml`."""
    return parse(resources.files(HERE).joinpath("goal_words.yaml").read_text("utf-8"))


@cache
def packaged_recipes() -> tuple[tuple[str, str], ...]:
    """Return name and text of every recipe file of the package, by name."""
    folder = resources.files(HERE).joinpath("recipes")
    files = (f for f in folder.iterdir() if f.name.endswith(".yaml"))
    return tuple((f.name.removesuffix(".yaml"), f.read_text("utf-8")) for f in sorted(files, key=lambda f: f.name))
