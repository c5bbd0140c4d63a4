"""Make staged events durable: the log line first, whose fsync is the commit, then files, documents, summary."""

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from milestone import errors, registry
from milestone.domain.document import Document
from milestone.storage import disk, file_names, log_line, new_files, replaced, yaml_writer
from milestone.storage.base import Stamp, Warning
from milestone.storage.log_line import FileMark, Line
from milestone.storage.moment import Key, Moment
from milestone.storage.place import Place
from milestone.storage.snapshots import Stored
from milestone.storage.summary_writing import SummaryWriter

LONGEST_NAME = 255
SEAL = "milestone.storage.sealing:seal"  # imports cryptography
SHARED_TEXT = "milestone.storage.shared_dependencies:text"  # imports yaml


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

    @property
    def is_first(self) -> bool:
        """Whether the record gets a file, and had none."""
        return self.was is None and self.path is not None and self.text is not None

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
    if document.kind == "dependencies" and stored.path is not None:
        return Change(stored=stored, path=stored.path, text=registry.load(SHARED_TEXT)(stored))
    if document.kind != "milestone" or document.away or document.deleted:
        return Change(stored=stored, path=None, text=None)
    return Change(stored=stored, path=_path(stored, taken), text=_text(moment, stored))


def _path(stored: Stored, taken: set[str]) -> str:
    if stored.path is not None and _stays(stored):
        return stored.path
    folder, name = _folder(stored.document), str(stored.document.body.get("id"))
    return file_names.free(folder, name, taken, own=stored.path)


def _folder(document: Document) -> str:
    return "completed" if document.archived else "active"


def _stays(stored: Stored) -> bool:
    """Tell whether a record keeps the path of its file."""
    return (
        stored.path is not None
        and os.path.dirname(stored.path) == _folder(stored.document)
        and not _renumbered(stored)
    )


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
        InvalidRequest: what is staged holds a character that no file can hold; nothing was changed.
    """
    try:
        changes = planned(moment, found)
        line = _line(moment, stamp, changes) if moment.staged else None
    except UnicodeEncodeError as problem:
        raise errors.InvalidRequest(
            "A text is not valid Unicode.",
            why=f"{problem.object[problem.start : problem.end]!r} cannot be written to a file",
            next=["Type it again, in UTF-8."],
        ) from None
    if line is not None:
        _log(moment, line, summary)
    warnings = apply(moment, changes.values())
    summary.save(moment)
    return warnings


def planned(moment: Moment, found: Iterable[str]) -> dict[Key, Change]:
    """Return what has to happen to the file of each changed document; `found` are the files there are."""
    taken = set() if all(map(_stays, moment.changed.values())) else {*found, *moment.owners()}
    changes: dict[Key, Change] = {}
    for key, stored in moment.changed.items():
        changes[key] = plan(moment, stored, taken)
        taken.add(changes[key].path or "")
    return changes


def _line(moment: Moment, stamp: Stamp, changes: Mapping[Key, Change]) -> tuple[Line, bytes, str]:
    """Return the line of what is staged, its bytes and its hash."""
    touched = dict.fromkeys((r.event.document, r.event.uid) for r in moment.staged)
    line = log_line.make(stamp, moment.head.hash, moment.staged, [changes[key].mark() for key in touched])
    return (line, *log_line.encode(line))


def _log(moment: Moment, encoded: tuple[Line, bytes, str], summary: SummaryWriter) -> None:
    line, text, name = encoded
    with disk.telling("The log"):
        before, moment.head = moment.head, moment.place.log.append(moment.head, text, name, line.last_seq)
    if before.segment not in (0, moment.head.segment):
        _seal(moment, line.at)
    moment.staged = []
    summary.took(line)


def _seal(moment: Moment, at: str) -> None:
    """Sign the log when a segment is full; unsigned it is as good, and the next seal covers it."""
    with contextlib.suppress(OSError, ValueError):
        registry.load(SEAL)(moment.place.root, moment.mark, at)


def apply(moment: Moment, changes: Iterable[Change]) -> list[Warning]:
    """Make the files as the changes say, unless somebody edited one meanwhile; never fails."""
    first = [change for change in changes if change.is_first]
    later = [change for change in changes if not change.is_first]
    return [*_first(moment, first), *(warning for change in later for warning in _changed(moment, change))]


def _first(moment: Moment, changes: Sequence[Change]) -> Iterator[Warning]:
    """Write files that nobody has yet."""
    files = {moment.place.file(str(change.path)): str(change.text).encode() for change in changes}
    failed = new_files.write(files, moment.place.drafts)
    for change in changes:
        problem = failed.get(moment.place.file(str(change.path)))
        if problem is not None:
            yield _not_written(change, problem)
        else:
            moment.put(agreed(change.stored, str(change.path), str(change.text)))


def _changed(moment: Moment, change: Change) -> list[Warning]:
    try:
        done = _apply(moment, change)
    except OSError as problem:
        return [_not_written(change, problem)]
    return [] if done else [_waits(moment, change)]


def _apply(moment: Moment, change: Change) -> bool:
    """Make the file as the change says, and tell the moment of each step that is done.

    False: somebody changed it since we read it; the next transaction joins both.
    """
    place, stored = moment.place, change.stored
    old = place.file(stored.path) if stored.path is not None else None
    now = disk.read(old) if old is not None else None
    goes = change.path is None or change.text is None
    if old is not None and (not goes if now is None else not stored.is_text(now)):
        return False
    if change.path is None or change.text is None:
        if old is not None and now is not None and not _retire(place, old, stored):
            return False
        moment.put(_without_file(stored))
        return True
    target, data = place.file(change.path), change.text.encode()
    disk.make_folder(os.path.dirname(target))
    if old is not None and old != target:
        new_files.move(old, target)
        stored = msgspec.structs.replace(stored, path=change.path)
        moment.put(stored)
    kept, text = stored, change.text
    if (
        old is not None
        and now != data
        and not disk.replace(target, data, place.drafts, ready=lambda: replaced.keep(place, target, kept, text))
    ):
        return False
    moment.put(agreed(stored, change.path, text))
    return True


def agreed(stored: Stored, path: str, text: str) -> Stored:
    """Return a document whose file has this text."""
    return msgspec.structs.replace(
        stored,
        path=path,
        base=text,
        base_revision=stored.document.revision,
        reads=None,
    )


def _without_file(stored: Stored) -> Stored:
    """Return the record without its file; the text is kept: what comes back is held against it, comments stay."""
    return msgspec.structs.replace(stored, path=None)


def _retire(place: Place, path: str, stored: Stored) -> bool:
    """Take the file of a record away that has none any more; tell whether nobody changed it meanwhile."""
    if not replaced.keep(place, path, stored):
        return False
    disk.remove(path)
    disk.sync_folder(os.path.dirname(path))
    return True


def _waits(moment: Moment, change: Change) -> Warning:
    """Return the warning of a file that keeps what somebody typed until both can be joined."""
    path = change.was or change.path
    if path in moment.summary.broken:
        message = "The change is stored, but its file cannot be read; it gets the change when it is correct again."
        return Warning(code="file_waits", message=message, path=path, hint="milestone doctor")
    message = "The change is stored; its file was edited at that very moment and gets it with the next command."
    return Warning(code="file_waits", message=message, path=path)


def _not_written(change: Change, problem: OSError) -> Warning:
    why = disk.WORDS.get(problem.errno or 0, problem.strerror or str(problem))
    return Warning(
        code="file_not_written",
        message=f"The change is stored, but its file could not be replaced: {why}.",
        path=change.path or change.was,
        hint="The next command writes it.",
    )
