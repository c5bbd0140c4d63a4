"""Put right what is safe: log or database, what is folded from it, files nobody can read; say what came whence.

Nothing is thrown away: what is replaced is set aside first. One process at a time, and only a few times a minute,
so that a program that repairs again and again does not fill the disk with copies.
"""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from milestone import clock, errors
from milestone.domain import summary
from milestone.domain.document import Event
from milestone.domain.evolve import evolve
from milestone.operations import backup, doctor, kept_findings, quarantine, surroundings
from milestone.operations.doctor import Health
from milestone.operations.findings import finding
from milestone.registry import load
from milestone.storage import disk, located, repairing
from milestone.storage.backups import proving
from milestone.storage.backups.manifest import Manifest
from milestone.storage.backups.shelf import Shelf
from milestone.storage.salvage import Source
from milestone.workspace.base import Workspace
from milestone.workspace.following import FollowingStore

SQLITE = "milestone.storage.repairing_sqlite:repair"  # imports sqlite3
POSTGRES = "milestone.storage.repairing_postgres:repair"  # imports psycopg
TRIES = 3
WHILE_NS = 60 * 10**9  # in which so many repairs of damage are done


def repair(workspace: Workspace, *, environ: Mapping[str, str]) -> Health:
    """Put right what is safe, then examine again; what was put right is among the findings, `repaired`.

    Raises:
        Busy: another process writes or repairs, or it was repaired too often just now; nothing was changed.
    """
    shelf = backup.shelf_of(workspace)
    with shelf.alone():
        mended = [*repairing.repair_note(str(workspace.root)), *_mend(workspace)]
        done = [finding("error", "log_repaired", _where(workspace), told, repaired=True) for told in mended]
        found, brought = quarantine.repair(workspace)
        done += [*found, *surroundings.repair(workspace.root)]
        events = [_event(told) for told in [*mended, *brought]]
        with contextlib.suppress(errors.Damaged):  # then the findings say so
            workspace.write(lambda _txn, _ctx: events)
    health = doctor.examine(workspace, environ=environ)
    return doctor.health([*done, *health.findings], seq=health.seq, unrecorded=health.unrecorded)


def _mend(workspace: Workspace) -> list[str]:
    """Return what was put right in the log or database and what is folded from it."""
    root, timeout = str(workspace.root), workspace.options.lock_timeout
    if workspace.store.verify()["ok"] and not kept_findings.is_gone(workspace):
        return []
    _admit(workspace.root)
    backend = backup.backend_of(workspace)
    others = list(_others(workspace))
    if backend == "sqlite":
        workspace.store.close()
        rules: dict[str, Any] = {"evolve": evolve, "summarise": summary.row, "vault": workspace.vault}
        return list(load(SQLITE)(root, timeout=timeout, others=others, **rules))
    if backend == "postgres":
        assert isinstance(workspace.store, FollowingStore)  # whatever a door opens is one
        with contextlib.closing(workspace.store.open_at(workspace.store.location)) as store:
            return list(load(POSTGRES)(store, timeout=timeout, others=others))
    told = repairing.repair(root, timeout=timeout, others=others)
    if not told or not workspace.store.verify()["ok"]:
        told.append(repairing.rebuild(root, timeout=timeout))
    return told


def _others(workspace: Workspace) -> Iterator[Source]:
    for where, shelf, manifest in kept_findings.backups(workspace):
        name = manifest.id if where == "here" else f"{manifest.id} in the mirror"
        yield f"the backup {name}", _lines(manifest, shelf)


def _lines(manifest: Manifest, shelf: Shelf) -> Iterator[bytes]:
    try:
        yield from proving.lines(manifest, shelf)
    except errors.Damaged:
        return  # another backup may hold what is gone from this one


def _where(workspace: Workspace) -> str:
    return "logs/events" if backup.backend_of(workspace) in located.FILES else "database"


def _event(told: str) -> Event:
    return Event(kind="store.repaired", document="project", uid="project", data={"what": told})


def _admit(root: Path) -> None:
    """Let a repair begin, and remember it.

    Raises:
        Busy: three were begun within the last minute.
    """
    path = root / "local" / "repairs"
    now = clock.wall_ns()
    known = (disk.read(str(path)) or b"").decode("ascii", "replace").split()
    recent = [word for word in known if word.isdecimal() and now - int(word) < WHILE_NS]
    if len(recent) >= TRIES:
        raise errors.Busy(
            f"The store was repaired {TRIES} times within a minute, and is damaged again.",
            why="the disk may be failing, or another program writes into .milestones/",
            next=["milestone doctor", "milestone backup restore last"],
            retry_after_ms=60_000,
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([*recent, str(now)]) + "\n")
