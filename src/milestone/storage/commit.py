"""Make staged events durable: the log line first, whose fsync is the commit, then files, documents, summary."""

import os
from collections.abc import Iterable

import msgspec

from milestone.storage import disk, log_line, yaml_writer
from milestone.storage.base import Stamp, Warning
from milestone.storage.log_line import FileMark
from milestone.storage.moment import Key, Moment
from milestone.storage.place import Place
from milestone.storage.snapshots import Stored
from milestone.storage.summary_writing import SummaryWriter

LONGEST_NAME = 255


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What a transaction does to one document's file."""

    stored: Stored
    path: str | None  # where it lies afterwards; None: nowhere
    text: str | None  # None: it has no file afterwards

    @property
    def was(self) -> str | None:
        return self.stored.path

    @property
    def moves(self) -> bool:
        return self.was is not None and self.was != self.path

    def mark(self) -> FileMark:
        """Return what the log says of it."""
        document = self.stored.document
        return FileMark(
            kind=document.kind,
            uid=document.uid,
            revision=document.revision,
            path=self.path,
            was=self.was if self.moves else None,
            before=self.stored.digest,
            after=None if self.text is None else disk.digest(self.text.encode()),
        )


def plan(moment: Moment, stored: Stored, taken: set[str]) -> Change:
    """Return what has to happen to a document's file; `taken` are paths it must not use."""
    document = stored.document
    if document.kind != "milestone" or document.away or document.deleted:
        return Change(stored=stored, path=None, text=None)
    return Change(stored=stored, path=_path(stored, taken), text=_text(moment, stored))


def _path(stored: Stored, taken: set[str]) -> str:
    document = stored.document
    folder = "completed" if document.archived else "active"
    name = str(document.body.get("id"))
    if stored.path is not None and os.path.dirname(stored.path) == folder and not _renumbered(stored):
        return stored.path
    wanted = f"{folder}/{_file_name(name)}.yaml"
    number = 2
    while wanted in taken and wanted != stored.path:
        wanted, number = f"{folder}/{_file_name(name)}-{number}.yaml", number + 1
    return wanted


def _file_name(name: str) -> str:
    """Return an id as a file name; one a person made up may hold anything."""
    kept = "".join(c if c.isalnum() or c in "-_." else "-" for c in name).strip(".-")[:80]
    return kept or "milestone"


def _renumbered(stored: Stored) -> bool:
    """Tell whether the file is named after a number the record had before."""
    stem = os.path.basename(stored.path or "").rpartition(".")[0]
    return stem in (stored.document.body.get("formerly") or ())


def _text(moment: Moment, stored: Stored) -> str:
    document = stored.document
    if stored.base is None:
        return yaml_writer.write_record(document.body)
    return yaml_writer.write_record(document.body, before_text=stored.base, before_body=moment.base_body(stored))


def commit(moment: Moment, stamp: Stamp, summary: SummaryWriter, found: Iterable[str]) -> list[Warning]:
    """Store what is staged and bring files to what the store says; `found` are the files there are.

    Returns a warning for each file that could not be replaced: the change is durable all the same, and the next
    opener writes the file.

    Raises:
        NotWritable: the log refused the line; nothing was changed.
    """
    taken = {*found, *moment.owners()}
    changes: dict[Key, Change] = {}
    for key, stored in moment.changed.items():
        changes[key] = plan(moment, stored, taken)
        taken.add(changes[key].path or "")
    if moment.staged:
        touched = dict.fromkeys((r.event.document, r.event.uid) for r in moment.staged)
        line = log_line.make(stamp, moment.head.hash, moment.staged, [changes[key].mark() for key in touched])
        text, name = log_line.encode(line)
        with disk.telling("The log"):
            moment.head = moment.place.log.append(moment.head, text, name, line.last_seq)
        moment.staged = []
        summary.took(line)
    warnings = [warning for change in changes.values() for warning in apply(moment, change)]
    summary.save(moment)
    return warnings


def apply(moment: Moment, change: Change) -> list[Warning]:
    """Make the file as the change says, unless somebody edited it meanwhile; never fails."""
    stored = change.stored
    try:
        if change.text is not None and change.path is not None:
            if _write(moment.place, change):
                stored = _agreed(change, change.text)
            else:
                stored = msgspec.structs.replace(stored, path=change.path if not change.moves else stored.path)
        elif change.was is not None:
            _retire(moment.place, change.was, stored)
            stored = msgspec.structs.replace(stored, path=None, base=None, previous=stored.base, reads=None)
    except OSError as problem:
        moment.put(stored)
        return [_not_written(change, problem)]
    moment.put(stored)
    return []


def _agreed(change: Change, text: str) -> Stored:
    stored = change.stored
    return msgspec.structs.replace(
        stored,
        path=change.path,
        base=text,
        base_revision=stored.document.revision,
        previous=stored.base if stored.base != text else stored.previous,
        reads=None,
    )


def _write(place: Place, change: Change) -> bool:
    """Tell whether the file now has the text; not when somebody changed it since we read it."""
    assert change.path is not None and change.text is not None
    old = place.file(change.was) if change.was else None
    data = change.text.encode()
    now = disk.read(old) if old else None
    if old is not None and (now is None or disk.digest(now) != change.stored.digest):
        return now == data
    target = place.file(change.path)
    if now == data and not change.moves:
        return True
    disk.make_folder(os.path.dirname(target))
    if old is not None and not change.moves:
        _keep(place, old, change.stored)
        disk.replace(target, data)
    else:
        _write_first(target, data)
    if old is not None and change.moves:
        _retire(place, change.was or "", change.stored)
    return True


def _write_first(target: str, data: bytes) -> None:
    """Make a file that must not be there yet."""
    draft = disk.temporary(target)
    disk.remove(draft)
    disk.write_new(draft, data)
    try:
        os.link(draft, target)
    except FileExistsError:
        if disk.read(target) != data:
            raise
    finally:
        disk.remove(draft)
    disk.sync_folder(os.path.dirname(target))


def _keep(place: Place, path: str, stored: Stored) -> None:
    """Hold on to the file that is about to be replaced: an editor may still write into it."""
    name = f"{(stored.digest or '')[:16]}.{stored.document.uid.encode().hex()}"
    if len(name) > LONGEST_NAME:
        return
    kept = os.path.join(place.replaced, name)
    disk.remove(kept)
    os.link(path, kept)


def _retire(place: Place, path: str, stored: Stored) -> None:
    """Take a file away whose record lies elsewhere now, unless somebody changed it."""
    old = place.file(path)
    now = disk.read(old)
    if now is None or (stored.digest is not None and disk.digest(now) != stored.digest):
        return
    _keep(place, old, stored)
    disk.remove(old)
    disk.sync_folder(os.path.dirname(old))


def _not_written(change: Change, problem: OSError) -> Warning:
    why = disk.WORDS.get(problem.errno or 0, problem.strerror or str(problem))
    return Warning(
        code="file_not_written",
        message=f"The change is stored, but its file could not be replaced: {why}.",
        path=change.path or change.was,
        hint="The next command writes it.",
    )
