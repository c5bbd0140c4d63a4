"""Bring records and files together: those of a file store, or those that lie beside a database."""

from typing import Any

import msgspec

from milestone import clock, errors, registry
from milestone.storage import copy_index, located, summary_file
from milestone.storage.base import Stamp, Warning, merge_warnings
from milestone.workspace.base import Workspace, Written

LOOK = "milestone.storage.working_copy:look"  # imports yaml
TAKE_IN = "milestone.storage.working_copy:take_in"
WRITE = "milestone.storage.working_copy:write"
LATE = "milestone.storage.working_copy:late"
RENEW = "milestone.storage.working_copy:renew"
MOST = 5  # one file in so many may be gone


def take_in(workspace: Workspace) -> Written:
    """Return what the files said that the store did not know; afterwards they say what it says."""
    if located.read(workspace.root).is_files:
        return workspace.write(lambda _txn, _ctx: [])
    check_may_be_files(workspace)
    root, dry_run = str(workspace.root), workspace.options.dry_run
    with workspace.store.reading() as reading:
        seen = registry.load(LOOK)(reading, root)
        taken = Written(seq=reading.seq, dry_run=dry_run)
    if seen.is_edited:
        taken = _taken(workspace, seen)
    if dry_run:
        return taken
    with workspace.store.reading() as reading:
        if located.read(root).is_files:  # the project moved meanwhile: its files are the store's own now
            return taken
        late = registry.load(LATE)(reading, root)
    told = [*registry.load(RENEW)(late), *workspace.first_in_git()]
    return msgspec.structs.replace(taken, seq=late.at, warnings=tuple(merge_warnings(taken.warnings, told)))


def _taken(workspace: Workspace, seen: Any) -> Written:
    """Let what was typed become events; others wait for this, and for nothing else."""
    root, dry_run = str(workspace.root), workspace.options.dry_run
    at = clock.format_moment(workspace.clock.now())
    stamp = Stamp(actor=workspace.actor, at=at, session=workspace.session)
    with workspace.store.transaction(stamp, timeout=workspace.options.lock_timeout) as txn:
        before = list(txn.warnings)
        if located.read(root).is_files:  # the project moved meanwhile: its store took the edits in by itself
            return Written(seq=txn.seq, adopted=tuple(txn.adopted), warnings=tuple(before), dry_run=dry_run)
        moment = registry.load(TAKE_IN)(txn, root, stamp, seen)
        if dry_run:
            txn.abandon()
        adopted, seq = tuple(txn.adopted), txn.seq
    told = moment.warnings
    if not dry_run:
        told = [*told, *registry.load(WRITE)(moment)]
    return Written(seq=seq, adopted=adopted, warnings=(*before, *told), dry_run=dry_run)


def bring(workspace: Workspace) -> list[Warning]:
    """Take in what people typed, wherever the records are; afterwards files and store say the same."""
    if located.read(workspace.root).is_files:
        return list(workspace.write(lambda _txn, _ctx: []).warnings)
    return refresh(workspace)


def refresh(workspace: Workspace) -> list[Warning]:
    """Bring the files beside a database to what it says, edits taken in first; what stops it becomes a warning.

    Nothing happens in a file store, whose files are its own, and where over a fifth of the files are gone: that
    is for `sync` to ask about.
    """
    root = str(workspace.root)
    if located.read(root).is_files or workspace.options.dry_run or workspace.keeps_all_sealed:
        return []
    known, there = copy_index.known(root), summary_file.scan(root)
    gone = sum(path not in there for path in known)
    if gone * MOST > len(known):
        return [_late(f"{gone} of {len(known)} files are gone")]
    try:
        return list(take_in(workspace).warnings)
    except (errors.MilestoneError, OSError) as problem:
        return [_late(str(problem))]


def check_may_be_files(workspace: Workspace) -> None:
    """Refuse files that would say in the clear what the database keeps sealed.

    Raises:
        Refused: `security.encrypt: all` is set, and the records are in a database.
    """
    if workspace.keeps_all_sealed:
        raise errors.Refused(
            "Everything of this project is encrypted; files beside the database would be in the clear.",
            why="security.encrypt is all",
            next=["milestone config set security.encrypt sensitive"],
            code="all_encrypted",
        )


def _late(why: str) -> Warning:
    message = f"The files beside the database were not brought up to date: {why}."
    return Warning(code="copy_out_of_date", message=message, hint="milestone sync")
