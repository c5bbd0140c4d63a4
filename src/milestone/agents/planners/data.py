"""The planner's data files, read once: goal words and recipes that came with the package."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

NotYaml = yaml.YAMLError
HERE = Path(__file__).parent


def parse(text: str) -> Any:
    """Return the plain value of a YAML text, without tags or objects."""
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@cache
def goal_words() -> Any:
    """Return `goal_words.yaml`."""
    return parse((HERE / "goal_words.yaml").read_text("utf-8"))


@cache
def stacks() -> Any:
    """Return `stacks.yaml`."""
    return parse((HERE / "stacks.yaml").read_text("utf-8"))


@cache
def packaged_recipes() -> tuple[tuple[str, str], ...]:
    """Return name and text of every recipe file of the package, by name."""
    return tuple((file.stem, file.read_text("utf-8")) for file in sorted((HERE / "recipes").glob("*.yaml")))
