"""The means of a run: executors by name, each as the project has set it."""

import shlex
from collections.abc import Callable, Mapping
from typing import Any

from milestone import errors
from milestone.agents.executors import EXECUTORS
from milestone.agents.executors.agent import Agent
from milestone.agents.executors.base import Executor
from milestone.agents.executors.settings import Settings, price
from milestone.agents.executors.speaking import Speaking
from milestone.operations import selftest_executor
from milestone.registry import load
from milestone.workspace.base import Workspace

ALWAYS = ("shell", "human")  # need nothing of the machine
PLAIN = "agent"  # reads its brief, and says nothing we understand


def executors_of(workspace: Workspace) -> Callable[[str], Executor]:
    """Return executors by name: the table's, and every `executors.<name>` of the configuration."""
    return lambda name: executor(workspace, name)


def executor(workspace: Workspace, name: str) -> Executor:
    """Return one executor; one nobody knows says so when it is run."""
    kind = kind_of(workspace, name)
    if kind == PLAIN:
        return Agent(command_of(workspace, name), name)
    made: Any = load(EXECUTORS[kind])
    found: Executor = made(settings_of(workspace, name), name) if issubclass(made, Speaking) else made()
    return found


def kind_of(workspace: Workspace, name: str) -> str:
    """Return which kind of executor a name means: by its `kind` key, by the name, else a plain program."""
    kind = str(entry(workspace, name).get("kind") or name)
    return kind if kind in EXECUTORS else PLAIN


def settings_of(workspace: Workspace, name: str) -> Settings:
    """Return what the project has set for an executor."""
    found = entry(workspace, name)
    return Settings(
        command=tuple(_words(found.get("command"))),
        args=tuple(_words(found.get("args"))),
        model=str(found.get("model") or ""),
        permissions=str(found.get("permissions") or ""),
        price=price(found.get("price")),
    )


def command_of(workspace: Workspace, name: str) -> str | list[str]:
    """Return the command line of a configured executor; empty when there is none."""
    found = entry(workspace, name).get("command")
    return [str(word) for word in found] if isinstance(found, list) else str(found or "")


def entry(workspace: Workspace, name: str) -> Mapping[str, Any]:
    """Return `executors.<name>` as one mapping, however it is written: a bare text is its command."""
    every = workspace.settings.get("executors")
    found = every.get(name) if isinstance(every, dict) else None
    whole = dict(found) if isinstance(found, dict) else {"command": found} if found else {}
    for key in ("kind", "command", "args", "model", "permissions", "price", "time_limit"):
        single = workspace.settings.get(f"executors.{name}.{key}")
        if single is not None:
            whole[key] = single
    return whole


def maker(workspace: Workspace | None, name: str) -> selftest_executor.Make:
    """Return what makes an agent executor, as the project has set it, for its trial.

    Raises:
        InvalidRequest: that is no agent whose output is read.
    """
    kind = kind_of(workspace, name) if workspace is not None else name
    made: Any = load(EXECUTORS[kind]) if kind in EXECUTORS else None
    if not (isinstance(made, type) and issubclass(made, Speaking)):
        known = [each for each in EXECUTORS if each not in (*ALWAYS, PLAIN)]
        raise errors.InvalidRequest(
            f'selftest --executor takes an agent whose output is read, not "{name}".',
            why=f"these are known: {', '.join(known)}, and executors of their kinds",
            next=[f"milestone selftest --executor {known[0]}"],
        )
    settings = settings_of(workspace, name) if workspace is not None else Settings()
    return selftest_executor.maker(made, name, settings)


def check_executor(workspace: Workspace, name: str | None) -> None:
    """Let an executor pass that can be started here.

    Raises:
        InvalidRequest: nothing is configured under that name, so nothing could be started.
        Refused: its program is not installed, too old, or set to what it cannot do.
    """
    if name is None or name in ALWAYS:
        return
    if kind_of(workspace, name) == PLAIN and not command_of(workspace, name):
        raise errors.InvalidRequest(
            f'"{name}" is no executor here.',
            why="nothing is started merely because it is installed; a command line makes it one",
            next=[
                f'milestone config set executors.{name}.command "{name} ..."',
                "milestone execute --executor shell",
            ],
            code="unknown_executor",
        )
    found = executor(workspace, name)
    if isinstance(found, Speaking):
        found.check()


def _words(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(word) for word in value]
    return shlex.split(str(value)) if value else []
