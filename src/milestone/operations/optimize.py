"""Care for the database of a project: check it, clear it up, make it small."""

import os
from collections.abc import Callable

from milestone.domain import summary
from milestone.domain.evolve import evolve
from milestone.registry import load
from milestone.storage import located
from milestone.storage.care import Care, Step
from milestone.workspace.base import Workspace
from milestone.workspace.following import FollowingStore

SERVER = Step(
    name="vacuum",
    done=False,
    note="the server does this by itself (autovacuum); the owner of the tables may run VACUUM ANALYZE",
    ms=0.0,
)


def optimize(workspace: Workspace) -> Care:
    """Return what was done; on files there is nothing to do.

    Raises:
        Damaged: the database is; nothing was changed.
        Busy: another writer kept the store for longer than `--lock-timeout`.
        NotWritable: the disk refused; the records are as they were.
    """
    backend = located.read(workspace.root).backend
    made = CARES.get(backend)
    return made(workspace) if made is not None else Care(backend=backend)


def _sqlite(workspace: Workspace) -> Care:
    care: Care = load("milestone.storage.sqlite_care:of_store")(
        os.fspath(workspace.root),
        evolve=evolve,
        summarise=summary.row,
        timeout=workspace.options.lock_timeout,
        vault=workspace.vault,
    )
    return care


def _hybrid(workspace: Workspace) -> Care:
    care: Care = load("milestone.storage.sqlite_care:of_index")(
        os.fspath(workspace.root), timeout=workspace.options.lock_timeout
    )
    return care


def _postgres(workspace: Workspace) -> Care:
    assert isinstance(workspace.store, FollowingStore)  # whatever a door opens is one
    lines = workspace.store.reseal(workspace.options.lock_timeout)
    return Care(backend="postgres", steps=(*_resealed(lines), SERVER))


def _resealed(lines: int) -> list[Step]:
    note = f"{lines} lines of the log and every record are as the settings say now"
    return [Step(name="encryption", done=True, note=note, ms=0.0)] if lines else []


CARES: dict[str, Callable[[Workspace], Care]] = {"sqlite": _sqlite, "hybrid": _hybrid, "postgres": _postgres}
