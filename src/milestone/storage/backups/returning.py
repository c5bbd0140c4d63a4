"""Bring a backup back in place of what is there: staged beside it first, and what it replaces is kept aside."""

import os
import shutil
from tempfile import mkdtemp

import msgspec

from milestone.storage import disk, index_file, locks, summary_file, transaction
from milestone.storage.backups import proving, texts
from milestone.storage.backups.manifest import Manifest
from milestone.storage.backups.shelf import Shelf
from milestone.storage.base import Evolve, Summarise
from milestone.storage.event_log import EventLog
from milestone.storage.place import Place

RECORDS = summary_file.FOLDERS  # active, completed
LOG = "logs/events"


class Returned(msgspec.Struct, frozen=True, kw_only=True):
    """What was brought back."""

    aside: str  # folder under `.milestones` that holds what was replaced
    files: int  # written
    unrecorded: tuple[str, ...] = ()  # files of the backup that said more than its log; they lie aside, too


def bring_back(
    manifest: Manifest,
    shelf: Shelf,
    root: str,
    *,
    epoch: str,
    evolve: Evolve,
    summarise: Summarise,
    timeout: float,
) -> Returned:
    """Replace log and files of a project by those of a backup; nobody reads or writes meanwhile.

    Killed in between, it leaves the old state, or a log that begins with the backup's, which `doctor` cuts
    there; to do it again is right at any point.

    Raises:
        Damaged: the backup is; nothing was changed.
        Busy: somebody kept writing for longer than `timeout` seconds.
    """
    place = Place(root)
    place.make()
    folder = os.path.join(shelf.folder, "trials")
    disk.make_folder(folder)
    staged = mkdtemp(prefix=f"{manifest.id}-", dir=folder)
    try:
        store = proving.stage(manifest, shelf, staged, evolve=evolve, summarise=summarise, epoch=epoch)
        unrecorded = texts.with_comments(manifest, shelf, store)
        with locks.alone(place.local, timeout):
            aside = _set_aside(place)
            _replace_log(place, os.path.join(staged, LOG))
            written = _replace_records(place, staged) + _replace_rest(manifest, shelf, place, aside)
            transaction.bind_epoch(place, epoch)
        for path, data in unrecorded.items():
            _write(os.path.join(aside, "unrecorded", path), data)
        return Returned(aside=os.path.relpath(aside, place.root), files=written, unrecorded=tuple(unrecorded))
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _set_aside(place: Place) -> str:
    """Copy log and records as they are and return where."""
    kept = os.path.join(place.root, "backups", "replaced")
    aside = os.path.join(kept, str(len(disk.names(kept)) + 1))
    disk.make_folder(aside)
    for folder in (LOG, *RECORDS):
        source = os.path.join(place.root, folder)
        if os.path.isdir(source):
            shutil.copytree(source, os.path.join(aside, folder), symlinks=True)
    return aside


def _replace_log(place: Place, staged: str) -> None:
    """Put the staged log in place of the other, whose caches go first and whose further segments go last."""
    disk.remove(place.summary)
    place.snapshots.remove_all()
    index_file.remove(place.root)
    for folder in (place.replaced, os.path.join(place.replaced, "base")):
        for name in disk.names(folder):
            if name != "base":
                disk.remove(os.path.join(folder, name))
    new = EventLog(staged)
    for segment in new.segments():
        disk.replace(place.log.path(segment), new.read(segment), place.drafts)
    for name in disk.names(place.log.folder):
        if name not in disk.names(staged):
            disk.remove(os.path.join(place.log.folder, name))
    disk.sync_folder(place.log.folder)


def _replace_records(place: Place, staged: str) -> int:
    """Let the folders of records hold the staged files and no other record; return how many were written."""
    wanted = set(summary_file.scan(staged))
    for path in set(summary_file.scan(place.root)) - wanted:
        disk.remove(os.path.join(place.root, path))
    count = 0
    for path in sorted(wanted):
        data = disk.read(os.path.join(staged, path)) or b""
        if disk.read(os.path.join(place.root, path)) != data:
            disk.make_folder(os.path.dirname(os.path.join(place.root, path)))
            disk.replace(os.path.join(place.root, path), data, place.drafts)
            count += 1
    return count


def _replace_rest(manifest: Manifest, shelf: Shelf, place: Place, aside: str) -> int:
    """Bring deliverables and templates back, and a configuration file only where there is none."""
    count = 0
    for kept in manifest.files:
        path = os.path.join(place.root, kept.path)
        if kept.path.startswith(tuple(f"{folder}/" for folder in RECORDS)):
            continue
        there = disk.read(path)
        data = shelf.objects.read(kept.name)
        if data is None or data == there or (there is not None and not kept.path.startswith("deliverables/")):
            continue
        if there is not None:
            _write(os.path.join(aside, kept.path), there)
        disk.make_folder(os.path.dirname(path))
        disk.replace(path, data, place.drafts)
        count += 1
    return count


def _write(path: str, data: bytes) -> None:
    disk.make_folder(os.path.dirname(path))
    disk.remove(path)
    disk.write_new(path, data)
