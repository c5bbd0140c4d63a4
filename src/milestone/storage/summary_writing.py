"""Write the summary: what changed is appended; the whole is written anew when half of it is dead."""

import json
import os
import zlib
from typing import Any

import msgspec

from milestone import clock
from milestone.domain.document import Document, Recorded
from milestone.domain.rows import is_linked
from milestone.storage import disk, summary_file
from milestone.storage.log_line import Line
from milestone.storage.moment import Key, Moment
from milestone.storage.snapshots import Stored
from milestone.storage.summary_entry import Broken, Entry, quote
from milestone.storage.summary_file import Summary
from milestone.storage.summary_row import Blank, pack
from milestone.storage.summary_table import Table

LOCAL_KEYS = {  # what is kept of documents without a file that a look at the project needs
    "session": (
        "id",
        "milestones",
        "holds",
        "state",
        "started",
        "last_saved",
        "tasks",
        "notes",
        "pid",
        "host",
        "asks",
        "setup",
    ),
    "lease": ("id", "milestone", "task", "state", "holder", "expires"),
}
KEEP = 200  # replaced lines that are not worth a rewrite


class SummaryWriter:
    """Collects what one transaction changed and adds it to the file."""

    def __init__(self, moment: Moment) -> None:
        self._summary = moment.summary
        self._news: list[Recorded] = []
        self._operations: dict[str, int] = {}
        self._lines: list[bytes] = []
        self._touched: dict[Key, None] = {}  # documents whose entry changed

    def took(self, line: Line) -> None:
        """Remember a transaction that is in the log now."""
        self._news.extend(line.recorded())
        if line.operation:
            self._operations.setdefault(line.operation, line.seq)

    def settled(self, entries: list[Entry]) -> None:
        """Remember that files were looked at again after their time stamps had settled."""
        for entry in entries:
            self._summary.entries.settle(entry.key)
            self._touched[entry.key] = None
            self._lines.append(f"V\t{entry.kind}\t{entry.uid}\n".encode())

    def unreadable(self, path: str, signature: str, check: str, warning: bytes) -> None:
        """Remember a file that cannot be read, so that it is not read again until it changes."""
        broken = Broken(path, signature, check, json.dumps(json.loads(warning)))
        self._summary.broken[path] = broken
        self._lines.append(broken.line())

    def readable(self, path: str) -> None:
        """Forget that a file could not be read."""
        if self._summary.broken.pop(path, None):
            self._lines.append(f"U\t{quote(path)}\n".encode())

    def save(self, moment: Moment) -> None:
        """Bring documents and summary to the moment; when the disk refuses, the next opener reads the log."""
        try:
            for key, changed in moment.changed.items():
                stored = _with_row(moment, changed)
                if stored != moment.kept.get(key):
                    moment.place.snapshots.write(stored)
                self._lines += self._enter(moment, stored)
            self._lines += [_operation(key, seq) for key, seq in self._operations.items()]
            self._lines += [f"N\t{_flat(recorded)}\n".encode() for recorded in self._news[-summary_file.RECENT :]]
            if self._lines or moment.epoch != self._summary.epoch:
                self._advance(moment)
                self._write(moment)
        except OSError:
            pass  # the log is ahead of the summary then, which every opener can deal with
        self._lines, self._news, self._operations = [], [], {}
        moment.saved()

    def _advance(self, moment: Moment) -> None:
        """Let the summary in memory say what is so now."""
        summary = self._summary
        summary.operations.update(self._operations)
        summary.news = [*summary.news, *(_flat(recorded) for recorded in self._news)][-summary_file.RECENT :]
        summary.seal = {
            "segment": moment.head.segment,
            "size": moment.head.size,
            "hash": moment.head.hash,
            "seq": moment.head.seq,
            "epoch": moment.epoch,
            "last_number": moment.last_number,
            "place": os.stat(moment.place.root).st_ino,
        }

    def _write(self, moment: Moment) -> None:
        """Let the file say what the summary in memory says.

        Raises:
            OSError: the disk refused.
        """
        summary = self._summary
        block = b"".join(self._lines)
        summary.lines += len(self._lines)
        if summary.bytes and summary.lines <= KEEP + 5 * summary.live_lines // 4 and self._appended(moment, block):
            return
        data = sealed(summary_file.HEADER + whole(summary), summary)
        disk.replace(moment.place.summary, data, moment.place.drafts, sync=False)
        summary.bytes = len(data)
        summary.lines = summary.live_lines

    def _appended(self, moment: Moment, block: bytes) -> bool:
        """Tell whether the block was added right behind the last seal."""
        data = sealed(block, self._summary)
        try:
            descriptor = os.open(moment.place.summary, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW)
        except OSError:
            return False
        try:
            if os.fstat(descriptor).st_size != self._summary.bytes:
                return False
            disk.write_all(descriptor, data)
        finally:
            os.close(descriptor)
        self._summary.bytes += len(data)
        return True

    def _enter(self, moment: Moment, stored: Stored) -> list[bytes]:
        """Put the document's new entry into the summary; return its line, after what it is the first to show."""
        document = stored.document
        row, tasks = _row(moment, stored)
        signature = check = ""
        if stored.path is not None and stored.base is not None:
            signature, check = _look(moment.place.file(stored.path), stored.base)
            if stored.base_revision != document.revision:
                signature = ""  # the file is behind: whoever writes next looks at it again
        fields = [
            document.kind,
            document.uid,
            str(document.revision),
            _flags(document, row),
            quote(str(document.body.get("id", ""))),
            quote(stored.path or ""),
            signature,
            stored.digest or "",
            check,
        ]
        learnt = self._summary.blank.learn(row, tasks) if document.kind == "milestone" else []
        entry = Entry.of(fields, *_texts(document.kind, row, tasks, self._summary.blank))
        self._summary.entries[entry.key] = entry
        self._touched[entry.key] = None
        return [*(_blank_line(name, blank) for name, blank in learnt), entry.line()]


def _flags(document: Document, row: dict[str, Any]) -> str:
    linked = document.kind == "milestone" and bool(row) and is_linked(row)
    return "a" * document.archived + "w" * document.away + "x" * document.deleted + "l" * linked


def _look(path: str, base: str) -> tuple[str, str]:
    """Return signature and check of a file that should have this text; no signature when it has not."""
    check = f"{zlib.crc32(base.encode()):x}"
    try:
        stat = os.stat(path, follow_symlinks=False)
    except OSError:
        return "", check
    young = clock.wall_ns() - max(stat.st_mtime_ns, stat.st_ctime_ns) < summary_file.SETTLED_NS
    return ("~" if young else "") + summary_file.signature(stat), check


def texts(moment: Moment, stored: Stored) -> tuple[str, str]:
    """Return what an entry holds of a document: the JSON of its row and of the row's tasks."""
    row, tasks = _row(moment, stored)
    return _texts(stored.document.kind, row, tasks, moment.summary.blank)


def _row(moment: Moment, stored: Stored) -> tuple[dict[str, Any], list[Any]]:
    """Return the row without tasks, and its tasks; what is kept of a local document; nothing of all others."""
    document = stored.document
    if document.kind in LOCAL_KEYS:
        return {key: document.body[key] for key in LOCAL_KEYS[document.kind] if key in document.body}, []
    if not _is_listed(document):
        return {}, []
    row = dict(stored.row if stored.row is not None else moment.summarise(document))
    return row, row.pop("tasks", [])


def _with_row(moment: Moment, stored: Stored) -> Stored:
    """Return a document that has its row with it, where it has one."""
    if stored.row is not None or not _is_listed(stored.document):
        return stored
    return msgspec.structs.replace(stored, row=moment.summarise(stored.document))


def _is_listed(document: Document) -> bool:
    return document.kind == "milestone" and not (document.away or document.deleted)


def _texts(kind: str, row: dict[str, Any], tasks: list[Any], blank: Blank) -> tuple[str, str]:
    """Return the JSON of a row and of its tasks, without what the blank says; empty for no row."""
    if kind != "milestone" or not row:
        return _json(row) if row else "", ""
    return _json(pack(row, blank.row)), _json([pack(task, blank.task) for task in tasks])


def _blank_line(name: str, blank: dict[str, object]) -> bytes:
    return f"T\t{name}\t{_json(blank)}\n".encode()


def _json(value: object) -> str:
    """Return JSON in ASCII, whatever the words: text of one byte a character is read several times faster."""
    return json.dumps(value, separators=(",", ":"))


def _flat(recorded: Recorded) -> str:
    event = recorded.event
    said = {
        "seq": recorded.seq,
        "at": recorded.at,
        "actor": {"name": recorded.actor.name, "kind": recorded.actor.kind},
        "session": recorded.session,
        "kind": event.kind,
        "milestone": event.milestone,
        "task": event.task,
        "data": {key: value for key, value in event.data.items() if key != "body"},
    }
    return _json(said)


def whole(summary: Summary) -> bytes:
    """Return a summary without header and seal."""
    assert isinstance(summary.entries, Table)
    text, rows = summary.entries.text()
    columns = text.encode()
    table = b"C\t%d\t%d\n" % (len(columns), len(rows)) + columns + rows
    known = (("row", summary.blank.row), ("task", summary.blank.task))
    lines = [_blank_line(name, blank) for name, blank in known if blank]
    lines += [broken.line() for broken in summary.broken.values()]
    lines += [_operation(key, seq) for key, seq in summary.operations.items()]
    lines += [b"N\t" + text.encode() + b"\n" for text in summary.news]
    return table + b"".join(lines)


def _operation(key: str, seq: int) -> bytes:
    return f"O\t{quote(key)}\t{seq}\n".encode()


def sealed(block: bytes, summary: Summary) -> bytes:
    """Return a block with its seal."""
    seal = _json(summary.seal).encode()
    return block + b"E\t%x\t" % zlib.crc32(seal, zlib.crc32(block)) + seal + b"\n"
