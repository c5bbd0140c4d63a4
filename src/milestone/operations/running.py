"""What a run needs besides the workspace: its ledger, its means, its limits, all from the settings."""

import functools
from collections.abc import Callable

from milestone import errors
from milestone.agents.executors import EXECUTORS
from milestone.agents.executors.agent import Agent
from milestone.agents.executors.base import Executor
from milestone.engine.ledger import Book, SharedLedger
from milestone.engine.outcome import seconds
from milestone.engine.setup import Limits, Setup
from milestone.integrations.git import repository as repositories
from milestone.operations import sealing
from milestone.registry import load
from milestone.storage.deliverables import Deliverables
from milestone.workspace.base import Workspace, WriteOptions


def ledger_of(workspace: Workspace) -> SharedLedger:
    """Return the ledger of a workspace: a run writes for its sessions, without the flags of the command."""
    options = WriteOptions(lock_timeout=max(workspace.options.lock_timeout, 10.0))

    def book(session: str) -> Book:
        own = Workspace(
            workspace.root,
            workspace.store,
            workspace.settings,
            workspace.clock,
            workspace.actor,
            people=workspace.people,
            options=options,
            session=session or workspace.session,
            present=workspace.present,
            in_run=workspace.in_run,
        )
        own.after_write = functools.partial(sealing.sign_line, workspace)
        return own

    return SharedLedger(book)


def setup_of(workspace: Workspace, epoch: str) -> Setup:
    """Return the surroundings of every attempt."""
    root = workspace.root.resolve()
    found = repositories.find(root)
    folder = workspace.settings.get("worktree.dir")
    return Setup(
        root=root,
        epoch=epoch,
        user=workspace.actor,
        executors=executors_of(workspace),
        repository=found,
        deliverables=Deliverables(root),
        limits=limits_of(workspace),
        footer=str(workspace.settings.get("git.footer") or ""),
        worktrees=(root.parent / str(folder)) if folder else None,
        reveal=workspace.secrecy.reveal if workspace.secrecy is not None else None,
    )


def limits_of(workspace: Workspace) -> Limits:
    """Return time limits and retries as the project has set them."""
    get = workspace.settings.get
    usual = Limits()
    retries = get("execution.retries")
    executors = get("executors")
    known = executors.items() if isinstance(executors, dict) else ()
    own = {str(name): seconds(each.get("time_limit")) for name, each in known if isinstance(each, dict)}
    return Limits(
        work=seconds(get("execution.time_limit")) or usual.work,
        verify=seconds(get("execution.verify_time_limit")) or usual.verify,
        retries=retries if isinstance(retries, int) and not isinstance(retries, bool) else usual.retries,
        by_executor={name: limit for name, limit in own.items() if limit},
    )


def executors_of(workspace: Workspace) -> Callable[[str], Executor]:
    """Return executors by name: the table's, and every `executors.<name>.command` of the configuration."""

    def of(name: str) -> Executor:
        command = command_of(workspace, name)
        if command or name not in EXECUTORS:
            return Agent(command, name)
        made: Executor = load(EXECUTORS[name])()
        return made

    return of


def command_of(workspace: Workspace, name: str) -> str | list[str]:
    """Return the command line of a configured executor; empty when there is none."""
    found = workspace.settings.get(f"executors.{name}.command")
    if not found:
        every = workspace.settings.get("executors")
        entry = every.get(name) if isinstance(every, dict) else None
        found = entry.get("command") if isinstance(entry, dict) else entry
    if isinstance(found, list):
        return [str(word) for word in found]
    return str(found or "")


def check_executor(workspace: Workspace, name: str | None) -> None:
    """Let a known executor pass.

    Raises:
        InvalidRequest: nothing is configured under that name, so nothing could be started.
    """
    if name is None or name in ("shell", "human") or command_of(workspace, name):
        return
    raise errors.InvalidRequest(
        f'"{name}" is no executor here.',
        why="nothing is started merely because it is installed; a command line makes it one",
        next=[f'milestone config set executors.{name}.command "{name} ..."', "milestone execute --executor shell"],
        code="unknown_executor",
    )
