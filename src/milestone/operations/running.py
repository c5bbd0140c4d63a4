"""What a run needs besides the workspace: its ledger, its means, its limits, all from the settings."""

import functools
import os
import zlib

from milestone.engine.branches import Branches
from milestone.engine.furnishing import Furnishing
from milestone.engine.ledger import Book, SharedLedger
from milestone.engine.outcome import seconds
from milestone.engine.ports import Ports
from milestone.engine.setup import Limits, Setup
from milestone.integrations.git import repository as repositories
from milestone.integrations.git.repository import Repository
from milestone.operations import means, presences, sealing, trusting
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
        executors=means.executors_of(workspace),
        repository=found,
        deliverables=Deliverables(root),
        limits=limits_of(workspace),
        may_run=trusting.judge_of(workspace),
        footer=str(workspace.settings.get("git.footer") or ""),
        worktrees=(root.parent / str(folder)) if folder else None,
        copies=not workspace.keeps_all_sealed,
        reveal=workspace.secrecy.reveal if workspace.secrecy is not None else None,
        furnishing=furnishing_of(workspace),
        most_disk=_megabytes(workspace.settings.get("worktree.max_megabytes")),
        presence=presences.of(workspace),
        branches=_branches(workspace, found),
        ports=Ports(zlib.crc32(os.fsencode(root))),
    )


def furnishing_of(workspace: Workspace) -> Furnishing:
    """Return what the project wants in every worktree."""

    def lines(key: str) -> tuple[str, ...]:
        found = workspace.settings.get(key)
        return tuple(str(each) for each in found) if isinstance(found, list | tuple) else ()

    return Furnishing(setup=lines("worktree.setup"), copy=lines("worktree.copy"), link=lines("worktree.link"))


def _branches(workspace: Workspace, found: Repository | None) -> Branches | None:
    """Return where other machines find the branches of shared runs; None where they are not shared."""
    if found is None or not presences.of(workspace).is_shared:
        return None
    return Branches(found, presences.remote(workspace), presences.of(workspace))


def _megabytes(value: object) -> int | None:
    return value << 20 if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


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
        retries=_count(retries, usual.retries),
        by_executor={name: limit for name, limit in own.items() if limit},
        silence=seconds(get("execution.silence")) or usual.silence,
        answer=seconds(get("execution.answer_limit")) or usual.answer,
        backoff=usual.backoff if get("execution.backoff") is None else seconds(get("execution.backoff")) or 0.0,
        breaker=_count(get("execution.breaker"), usual.breaker),
        breaker_rest=seconds(get("execution.breaker_rest")) or usual.breaker_rest,
    )


def _count(value: object, usual: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else usual
