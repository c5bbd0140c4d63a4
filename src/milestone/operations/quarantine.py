"""Record files that nobody can read: set aside, and written again from the log, else from a backup."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from milestone import errors, strict_yaml
from milestone.domain.document import Document
from milestone.operations import backup
from milestone.operations.findings import Finding, finding
from milestone.storage import disk, locks, yaml_reader, yaml_writer
from milestone.storage.base import Reading
from milestone.storage.place import Place
from milestone.workspace.base import Workspace


class Mended(msgspec.Struct, frozen=True, kw_only=True):
    """A file that can be read again: its new text, and where that came from."""

    text: str
    source: str


def repair(workspace: Workspace) -> tuple[list[Finding], list[str]]:
    """Return a finding for each file that was set aside, and a sentence for each that is there again.

    A file with a merge's markers is left for `sync`. What nothing is known of stays as it is, and is said.
    """
    found: list[Finding] = []
    told: list[str] = []
    with workspace.reading() as reading:
        broken = [str(w.path) for w in reading.warnings if w.code == "unreadable_file" and w.path]
        mended = {path: _mended(workspace, reading, path) for path in dict.fromkeys(broken)}
    for path, better in mended.items():
        if better is None:
            message = "It cannot be read, and neither the log nor a backup knows a text for it; it stays as it is."
            found.append(finding("warning", "nothing_found", path, message, "Correct it, or move it away."))
            continue
        aside = _exchange(workspace, path, better.text)
        message = f"It could not be read. Its text came from {better.source}; the other one is kept in {aside}."
        found.append(finding("error", "file_repaired", path, message, repaired=True))
        told.append(f"{path}: {message}")
    return found, told


def _mended(workspace: Workspace, reading: Reading, path: str) -> Mended | None:
    data = disk.read(str(workspace.root / path)) or b""
    if b"\n<<<<<<< " in b"\n" + data:  # a merge's
        return None
    document = _known(reading, Path(path).stem)
    if document is not None:
        return Mended(text=_text(workspace, document, path), source="the log")
    for made, text in _kept(workspace, path):
        return Mended(text=text, source=f"the backup {made}")
    return None


def _known(reading: Reading, name: str) -> Document | None:
    uid = next((str(row["uid"]) for row in reading.rows() if row["id"] == name), None)
    return reading.load("milestone", uid) if uid is not None else None


def _text(workspace: Workspace, document: Document, path: str) -> str:
    """Return a record as text, with the comments that the store or a backup last saw."""
    stored = Place(workspace.root).snapshots.read("milestone", document.uid)
    texts = [stored.base] if stored is not None and stored.base is not None else []
    for text in [*texts, *(text for _, text in _kept(workspace, path))]:
        body = _body(text, path)
        if body is not None:
            return yaml_writer.write_record(document.body, before_text=text, before_body=body)
    return yaml_writer.write_record(document.body)


def _kept(workspace: Workspace, path: str) -> Iterator[tuple[str, str]]:
    """Yield the readable texts that backups hold of a file, the newest first."""
    for _, shelf in backup.places(workspace):
        for manifest in reversed(shelf.all()):
            for kept in manifest.files:
                data = shelf.objects.read(kept.name) if kept.path == path else None
                if data is not None and _body(data.decode("utf-8", "replace"), path) is not None:
                    yield manifest.id, data.decode()


def _body(text: str, path: str) -> dict[str, object] | None:
    try:
        return yaml_reader.read_record(strict_yaml.decode(text.encode(), path), path).body
    except errors.UnreadableFile:
        return None


def _exchange(workspace: Workspace, path: str, text: str) -> str:
    """Put a text in place of a file and return where the file is kept."""
    place = Place(workspace.root)
    place.make()
    folder = workspace.root / "local" / "quarantine"
    disk.make_folder(str(folder))
    with locks.commit_turn(place.local, workspace.options.lock_timeout):
        data = disk.read(place.file(path)) or b""
        aside = folder / f"{Path(path).stem}-{disk.digest(data)[:8]}.yaml"
        disk.remove(str(aside))
        disk.write_new(str(aside), data)
        disk.sync_folder(str(folder))
        disk.replace(place.file(path), text.encode(), place.drafts)
    return str(aside.relative_to(workspace.root))
