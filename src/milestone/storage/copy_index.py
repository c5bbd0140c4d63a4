"""What the files beside a database were when both last agreed: one small file, so that a look costs little.

With a database the YAML files are a copy; `local/copy/` keeps their base. This names the files that somebody
edited since and counts the records that changed since; `working_copy` takes them in and writes.
"""

import json
import os
from typing import Any, NamedTuple

from milestone.storage import disk, summary_file
from milestone.storage.base import Warning

NAME = os.path.join("local", "copy", "index.json")
HINT = "milestone sync"
MOST = 200  # events looked through to count records that changed


class Entry(NamedTuple):
    """A file as last written or taken in."""

    uid: str
    revision: int
    signature: str
    check: str


class Index(NamedTuple):
    """Every file of the copy, and where the store was then."""

    epoch: str
    seq: int
    files: dict[str, Entry]


EMPTY = Index("", 0, {})


def read(root: str | os.PathLike[str]) -> Index:
    """Return the index; an empty one where nothing was ever written, or it cannot be read."""
    try:
        with open(os.path.join(root, NAME), "rb") as file:
            said = json.load(file)
        return Index(said["epoch"], said["seq"], {path: Entry(*each) for path, each in said["files"].items()})
    except (OSError, ValueError, KeyError, TypeError):
        return EMPTY


def write(root: str, index: Index, drafts: str) -> None:
    """Keep the index; losing it loses nothing, the next `sync` compares every file."""
    path = os.path.join(root, NAME)
    disk.make_folder(os.path.dirname(path))
    disk.replace(path, json.dumps(index._asdict()).encode(), drafts, sync=False)


def entry(root: str, path: str, uid: str, revision: int) -> Entry | None:
    """Return the entry of a file as it is now; None when it is gone."""
    try:
        signature = summary_file.signature(os.stat(os.path.join(root, path), follow_symlinks=False))
    except OSError:
        return None
    return Entry(uid, revision, signature, summary_file.check_of(os.path.join(root, path)))


def edited(root: str, index: Index, found: dict[str, str]) -> list[str]:
    """Return the paths that came, went or hold something else, sorted; `found` are the files there are."""
    differ = [path for path in index.files if path not in found]
    for path, signature in found.items():
        known = index.files.get(path)
        if known is not None and known.signature == signature:
            continue
        if known is None or known.check != summary_file.check_of(os.path.join(root, path)):
            differ.append(path)
    return sorted(differ)


def known(root: str | os.PathLike[str]) -> dict[str, str]:
    """Return the uid of the record in each file of the copy."""
    return {path: entry.uid for path, entry in read(root).files.items()}


def tell(root: str, reading: Any) -> None:
    """Let a reading of a database name the files that it does not know, and those that do not know it."""
    index, found = read(root), summary_file.scan(root)
    if not index.files and not found:
        return
    paths = [path for path in edited(root, index, found) if path != summary_file.DEPENDENCIES]
    told = [_edited(path, path in found) for path in paths]
    late = _late(reading, index)
    if late and index.files:
        message = f"{late} {'record' if late == 1 else 'records'} changed since the files were written."
        told.append(Warning(code="copy_out_of_date", message=message, hint=HINT))
    reading.unrecorded += len(paths)
    reading.warnings = [*reading.warnings, *told]


def _late(reading: Any, index: Index) -> int:
    if index.epoch == reading.epoch and index.seq >= reading.seq:
        return 0
    after = index.seq if index.epoch == reading.epoch else 0
    recent = reading.events(after=after, limit=MOST)
    return len({recorded.event.uid for recorded in recent if recorded.event.document == "milestone"})


def _edited(path: str, is_there: bool) -> Warning:
    message = (
        "It was edited, and the database does not know yet." if is_there else "It is gone; the record is not."
    )
    return Warning(code="not_taken_in", message=message, path=path, hint=HINT)
