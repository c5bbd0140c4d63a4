"""Make backups, list, prove and bring them back; the same on every backend."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from milestone import clock, errors
from milestone.config import keys, values
from milestone.domain import summary
from milestone.domain.document import Event
from milestone.domain.evolve import evolve
from milestone.operations import beside, leaving, mirrors
from milestone.registry import load
from milestone.storage import disk
from milestone.storage.backups import keeping, proving, returning, taking
from milestone.storage.backups.manifest import KINDS, Manifest
from milestone.storage.backups.shelf import Shelf
from milestone.workspace.base import Workspace
from milestone.workspace.following import FollowingStore

WEEK = timedelta(days=7)
SEAL = "milestone.operations.sealing:seal"  # imports cryptography
PAUSED = "paused"
LATE = 5  # trials that are made up for at a time


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A backup, where it lies and whether it is proven."""

    manifest: Manifest
    where: str  # "here" or "mirror"
    verified: str | None  # when it was last restored for a trial
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def row(self) -> dict[str, Any]:
        """The shape of the contract."""
        manifest = self.manifest
        own = {"id": manifest.id, "at": manifest.at, "seq": manifest.seq, "kind": manifest.kind}
        return {**own, "bytes": manifest.bytes, "verified": self.verified, "where": self.where}


class BroughtBack(NamedTuple):
    """What `restore` did."""

    manifest: Manifest
    returned: returning.Returned
    before: str | None  # the backup of what was replaced; None: it could not be made
    left: str | None = None  # the database that the project lay in; it lies in files now


def shelf_of(workspace: Workspace) -> Shelf:
    """Return the project's own backups."""
    return Shelf(str(workspace.root / "backups"), workspace.secrecy)


def create(workspace: Workspace, *, kind: str | None = None, prove: bool = True) -> Made:
    """Make a backup of the project as it is; without a kind a full one when a week has passed, else incremental.

    `prove=False` leaves the trial to the next backup: for what must not take long.

    Raises:
        Busy: another process makes one.
        Refused: it would take more room than `backup.max_megabytes` leaves; nothing older is given up for it.
        NotWritable: the disk refused; earlier backups are untouched.
    """
    shelf = shelf_of(workspace)
    with disk.telling(shelf.folder), shelf.alone():
        beside.bring(workspace)  # takes in what people edited
        load(SEAL)(workspace)
        chosen = kind or next_kind(workspace, shelf)
        assert chosen in KINDS
        manifest = taking.take(workspace.store, str(workspace.root), shelf, _wanted(workspace, chosen))
        problems = _prove(workspace, shelf, manifest) if prove else []
        warnings = mirrors.copy(workspace, shelf, manifest, _policy(workspace)) if not problems else []
        _make_room(workspace, shelf, manifest)
        verified = shelf.verified_at(manifest.id)
    return Made(
        manifest=manifest, where="here", verified=verified, problems=tuple(problems), warnings=tuple(warnings)
    )


def listing(workspace: Workspace) -> list[Made]:
    """Return every backup here and in the mirror, newest first; one in both places once."""
    found: dict[str, Made] = {}
    for where, shelf in places(workspace):
        for manifest in shelf.all():
            known = Made(manifest=manifest, where=where, verified=shelf.verified_at(manifest.id))
            found.setdefault(manifest.id, known)
    return sorted(found.values(), key=lambda made: (made.manifest.at, made.manifest.id), reverse=True)


def verify(workspace: Workspace, name: str | None = None) -> list[Made]:
    """Restore backups for a trial and return them with what would not come back; all of them without a name.

    Raises:
        NotFound: there is no such backup.
    """
    found = [(where, shelf, manifest) for where, shelf in places(workspace) for manifest in _named(shelf, name)]
    if name is not None and not found:
        raise _unknown(workspace, name)
    return [_verified(workspace, where, shelf, manifest) for where, shelf, manifest in found]


def prove_late(workspace: Workspace) -> list[Made]:
    """Restore for a trial what was not when it was made, the newest ones, and return them."""
    shelf = shelf_of(workspace)
    left = [manifest for manifest in shelf.all() if shelf.verified_at(manifest.id) is None]
    return [_verified(workspace, "here", shelf, manifest) for manifest in left[-LATE:]]


def damaged(workspace: Workspace) -> list[str]:
    """Return the backups here whose manifest cannot be read."""
    shelf = shelf_of(workspace)
    return [name for name in shelf.ids() if shelf.read(name) is None]


def restore(workspace: Workspace, name: str) -> BroughtBack:
    """Bring a backup back in place of log and records, on plain files; a new epoch begins.

    What was there is backed up first where it can be read, and kept aside.

    Raises:
        NotFound: there is no such backup.
        Damaged: it would not come back whole; nothing was changed.
    """
    shelf, manifest = find(workspace, name)
    problems = proving.problems(manifest, shelf, evolve=evolve, summarise=summary.row)
    if problems:
        raise errors.Damaged(
            f"{name} would not come back whole.",
            why="; ".join(problems[:3]),
            next=["milestone backup list"],
            code="backup_damaged",
        )
    before = _before(workspace)
    returned = returning.bring_back(
        manifest,
        shelf,
        str(workspace.root),
        epoch=os.urandom(4).hex(),
        evolve=evolve,
        summarise=summary.row,
        timeout=workspace.options.lock_timeout,
    )
    left = leaving.to_files(workspace, returned.aside)
    told = Event(
        kind="store.restored", document="project", uid="project", data={"to": manifest.seq, "backup": name}
    )
    workspace.write(lambda _txn, _ctx: [told])
    return BroughtBack(manifest, returned, before, left)


def find(workspace: Workspace, name: str) -> tuple[Shelf, Manifest]:
    """Return a backup with its shelf; `last` is the newest proven one, else the newest. Raises NotFound."""
    wanted = _last(workspace) or name if name == "last" else name
    for _, shelf in places(workspace):
        manifest = shelf.read(wanted)
        if manifest is not None:
            return shelf, manifest
    raise _unknown(workspace, name)


def places(workspace: Workspace) -> Iterator[tuple[str, Shelf]]:
    """Yield where backups of this project may lie: here, then in the mirror."""
    yield "here", shelf_of(workspace)
    for shelf in mirrors.shelves(workspace):
        yield "mirror", shelf


def next_kind(workspace: Workspace, shelf: Shelf) -> str:
    """Return `full` when the last full one is a week old or there is none, else `incremental`."""
    full = [clock.parse_moment(m.at) for m in shelf.all() if m.kind in ("full", "before-migration")]
    return "incremental" if full and workspace.clock.now() - full[-1] < WEEK else "full"


def paused(root: Path) -> str | None:
    """Return why backups pause; None when they do not."""
    data = disk.read(str(root / "backups" / PAUSED))
    return data.decode("utf-8", "replace").strip() if data else None


def _wanted(workspace: Workspace, kind: str) -> taking.Wanted:
    now = workspace.clock.now()
    day = f"backup-{now:%Y%m%d}"
    known = [name for _, each in places(workspace) for name in each.ids() if name.startswith(f"{day}-")]
    number = max((int(name.rpartition("-")[2]) for name in known if name[-3:].isdecimal()), default=0) + 1
    return taking.Wanted(
        id=f"{day}-{number:03d}",
        kind=kind,
        at=clock.format_moment(now),
        backend=backend_of(workspace),
        secrets=tuple(_secrets(workspace)),
    )


def backend_of(workspace: Workspace) -> str:
    """Return the kind of store the project lies in."""
    if isinstance(workspace.store, FollowingStore):
        return workspace.store.location.backend
    return type(workspace.store).__name__.removesuffix("Store").lower()


def _secrets(workspace: Workspace) -> Iterator[str]:
    """Yield the secrets that stand in the project's configuration files."""
    for layer in workspace.settings.layers:
        known = keys.find(layer.key)
        if known is not None and known.kind == "secret":
            several = layer.value if isinstance(layer.value, list) else [layer.value]
            yield from (str(each) for each in several if values.is_literal(each))


def _prove(workspace: Workspace, shelf: Shelf, manifest: Manifest) -> list[str]:
    problems = proving.problems(manifest, shelf, evolve=evolve, summarise=summary.row)
    shelf.verified(manifest.id, None if problems else clock.format_moment(workspace.clock.now()))
    return problems


def _make_room(workspace: Workspace, shelf: Shelf, made: Manifest) -> None:
    """Let go of what the policy does not keep, and of older ones while all take too much.

    Raises:
        Refused: the last ones alone take too much; what was just made is given up, and backups pause.
    """
    cap = int(workspace.settings.get("backup.max_megabytes", 1000)) * 1_000_000
    if shelf.size_of(made) > cap:
        _pause(shelf, made, cap)
    keeping.trim(shelf, workspace.clock.now(), _policy(workspace))
    for name in keeping.under_cap(shelf.all(), keeping.proven(shelf)):
        if shelf.size() <= cap:
            break
        shelf.remove(name)
        shelf.sweep()
    if shelf.size() > cap:
        _pause(shelf, made, cap)
    disk.remove(str(Path(shelf.folder) / PAUSED))


def _policy(workspace: Workspace) -> keeping.Policy:
    settings = workspace.settings
    return keeping.Policy(
        days=int(settings.get("backup.keep_days", 14)), weeks=int(settings.get("backup.keep_weeks", 8))
    )


def _pause(shelf: Shelf, made: Manifest, cap: int) -> None:
    why = f"the last backups need {shelf.size() / 1e6:.1f} MB, backup.max_megabytes allows {cap // 1_000_000}"
    if len(shelf.ids()) > 1:
        shelf.remove(made.id)
        shelf.sweep()
    disk.replace(str(Path(shelf.folder) / PAUSED), why.encode(), shelf.objects.folder)
    raise errors.Refused(
        "Backups pause: there is no room for another.",
        why=why,
        next=["milestone config set backup.max_megabytes MEGABYTES"],
        code="backup_paused",
    )


def _named(shelf: Shelf, name: str | None) -> list[Manifest]:
    return [manifest for manifest in shelf.all() if name in (None, manifest.id)]


def _verified(workspace: Workspace, where: str, shelf: Shelf, manifest: Manifest) -> Made:
    problems = _prove(workspace, shelf, manifest)
    return Made(manifest=manifest, where=where, verified=shelf.verified_at(manifest.id), problems=tuple(problems))


def _before(workspace: Workspace) -> str | None:
    """Return the backup of what is to be replaced; None where it cannot be read any more."""
    try:
        made = create(workspace, kind="critical")
    except errors.MilestoneError:
        return None
    return None if made.problems else made.manifest.id


def _last(workspace: Workspace) -> str | None:
    """Return the newest backup that is proven, else the newest; None without any."""
    found = listing(workspace)
    return next((made.manifest.id for made in [*[m for m in found if m.verified], *found]), None)


def _unknown(workspace: Workspace, name: str) -> errors.NotFound:
    known = [made.manifest.id for made in listing(workspace)]
    return errors.NotFound(
        f"There is no backup {name}.",
        why=f"there are {len(known)}" if known else "none was made yet",
        candidates=known[:10],
        next=["milestone backup list"],
        code="backup_not_found",
    )
