"""A project whose tasks are done by scripted agents."""

from pathlib import Path
from typing import Any

from milestone.testing import scripted

from .project import Project, a_task

Acts = list[dict[str, Any]]


def a_script(project: Project, **attempts: Acts | list[Acts]) -> Path:
    """Write what the agents of `task_001` and so on do: a list of acts, or several attempts of it."""
    whole = {}
    for name, acts in attempts.items():
        ref = f"milestone-001/{name.replace('_', '-')}"
        whole[ref] = acts if acts and isinstance(acts[0], list) else [acts]
    return scripted.write(project.folder.parent / "script.json", whole)


def with_agents(project: Project, script: Path, speaks: str = "claude", **settings: Any) -> None:
    """Set the project up for agents of one kind; `settings` are further sections of its configuration."""
    own = settings.pop("own", {})
    entry = {"command": scripted.command(speaks, script), **own}
    project.configure(executor=speaks, executors={speaks: entry}, **settings)


def tasks(count: int, **fields: Any) -> list[dict[str, Any]]:
    """Return that many tasks without an order."""
    return [a_task(number, **fields) for number in range(1, count + 1)]
