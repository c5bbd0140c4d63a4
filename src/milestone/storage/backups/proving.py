"""Prove a backup: read everything it needs, follow the chain, restore it into a folder of its own and compare."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

from milestone import errors
from milestone.domain.document import Document
from milestone.storage import disk, log_line
from milestone.storage.backups import taking
from milestone.storage.backups.manifest import Manifest
from milestone.storage.backups.shelf import Shelf
from milestone.storage.base import Evolve, Summarise
from milestone.storage.file import FileStore

Key = tuple[str, str]  # kind, uid


def problems(manifest: Manifest, shelf: Shelf, *, evolve: Evolve, summarise: Summarise) -> list[str]:
    """Return a sentence for each thing that would not come back; none when the whole backup would."""
    found = [f"{path} is gone or damaged in the backup" for path in _missing(manifest, shelf)]
    if found:
        return found
    staged = mkdtemp(prefix=f"{manifest.id}-", dir=_temp(shelf))
    try:
        return _compared(manifest, stage(manifest, shelf, staged, evolve=evolve, summarise=summarise), evolve)
    except errors.Damaged as problem:
        return [problem.why or problem.message]
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def stage(
    manifest: Manifest,
    shelf: Shelf,
    folder: str,
    *,
    evolve: Evolve,
    summarise: Summarise,
    epoch: str | None = None,
) -> FileStore:
    """Return a file store in a folder that holds what the backup does; its files are written from the log.

    Raises:
        Damaged: the lines do not follow one another, or a content is gone.
    """
    store = FileStore(Path(folder), evolve=evolve, summarise=summarise)
    store.receive(list(lines(manifest, shelf)), epoch=epoch or manifest.epoch)
    return store


def lines(manifest: Manifest, shelf: Shelf) -> Iterator[bytes]:
    """Yield the log's lines, in order. Raises Damaged where a content is gone."""
    for chunk in manifest.lines:
        data = shelf.objects.read(chunk.name)
        if data is None:
            raise errors.Damaged(
                f"The backup {manifest.id} is damaged.",
                why=f"events {chunk.first} to {chunk.last} are gone from it",
                next=["milestone backup list"],
            )
        yield from data.removesuffix(b"\n").split(b"\n")


def _temp(shelf: Shelf) -> str:
    folder = os.path.join(shelf.folder, "trials")
    disk.make_folder(folder)
    return folder


def _missing(manifest: Manifest, shelf: Shelf) -> Iterator[str]:
    for chunk in manifest.lines:
        if shelf.objects.read(chunk.name) is None:
            yield f"the log from event {chunk.first} to {chunk.last}"
    for kept in manifest.files:
        if shelf.objects.read(kept.name) is None:
            yield kept.path


def _compared(manifest: Manifest, store: FileStore, evolve: Evolve) -> list[str]:
    """Return where the restored store is not what the backup was made from."""
    verified = store.verify()
    found = [str(each["message"]) for each in verified["findings"]]
    with store.reading() as reading:
        if (reading.mark.seq, reading.mark.hash) != (manifest.seq, manifest.hash):
            found.append(f"its log ends at event {reading.mark.seq}, not at {manifest.seq}")
        folded: dict[Key, Document] = {}
        for text in reading.lines():
            for recorded in log_line.decode(text)[0].recorded():
                key = (recorded.event.document, recorded.event.uid)
                folded[key] = evolve(folded.get(key), recorded)
        found += [
            f"{kind} {uid} is not what its events say"
            for (kind, uid), d in folded.items()
            if reading.load(kind, uid) != d
        ]
        if manifest.digest is not None and taking.digest(reading) != manifest.digest:
            found.append("its records are not those that were seen when it was made")
    return found
