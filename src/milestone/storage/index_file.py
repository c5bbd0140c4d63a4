"""The index beside a hybrid store: what the summary is to a file store, in `database/index.db`, by rows.

It may be deleted, cut, changed or put back to an older one at any time, also while processes run: nothing is taken
from it that its checks do not prove, and what it lacks is folded from the log. One file and nothing beside it (no
journal that could outlive it), and no lock is held longer than one statement takes.
"""

import copy
import functools
import json
import operator
import os
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from milestone.storage import disk
from milestone.storage.index_table import IndexEntry, IndexTable, Texts
from milestone.storage.summary_entry import Broken, Entry
from milestone.storage.summary_file import Summary, holds

NAME = os.path.join("database", "index.db")
FORMAT = 2
WAIT = 1.0  # seconds for somebody else's statement; then the index is left as it is, behind the log
BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
MANY = 500  # rows asked for in one statement
TRIES = (sqlite3.Error, OSError, ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)


class Tally:
    """The CRCs of a table's rows: how many, and what they give together."""

    def __init__(self) -> None:
        self._crcs: dict[object, int] = {}
        self._together = 0

    @property
    def sums(self) -> tuple[int, int]:
        return len(self._crcs), self._together

    def put(self, key: object, crc: int) -> None:
        """Count a row in, in place of the one that has the key."""
        self._together ^= self._crcs.get(key, 0) ^ crc
        self._crcs[key] = crc

    def take(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Count rows in, where there was none.

        Raises:
            ValueError: a row is not what was written.
        """
        found = list(rows)
        texts = ["".join([str(text) for text in row[:-1]]).encode("utf-8", "surrogatepass") for row in found]
        crcs = list(map(zlib.crc32, texts))
        if crcs != [row[-1] for row in found]:
            raise ValueError("a row is not what was written")
        self._crcs = dict(zip([row[0] for row in found], crcs, strict=True))
        self._together = functools.reduce(operator.xor, self._crcs.values(), 0)


class Index(Summary):
    """One moment of a hybrid store, as far as lists need it."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.entries: IndexTable = IndexTable()
        self.path = path
        self.kept = ""  # the seal in the file; empty: there is no sound one
        self.entry_tally = Tally()
        self.operation_tally = Tally()
        self.recompute: Callable[[Entry], Texts] = _nowhere

    def again(self) -> "Index":
        """Return the same moment for another reader; rows that were read are shared."""
        other = copy.copy(self)
        other.entries, other.broken = self.entries.again(), dict(self.broken)
        return other

    def start_again(self) -> None:
        """Count from nothing: the file will be written anew."""
        self.kept = ""
        self.entry_tally, self.operation_tally = Tally(), Tally()

    def fetch(self, entries: Sequence[Entry]) -> None:
        """Have the rows of these entries at hand; one that the file no longer has is made from its document."""
        missing = [each for each in entries if isinstance(each, IndexEntry) and each.texts is None]
        if not missing:
            return
        found = self._read(missing)
        for entry in missing:
            entry.texts = found.get(entry.place)
        lost = [each for each in missing if each.texts is None or check_of(*each.texts) != each.crc]
        if lost:
            self._give_up()
        for entry in lost:
            entry.texts = self.recompute(entry)

    def _give_up(self) -> None:
        """Remove a file that should have these rows, and has not: the next writer makes it anew.

        One whose seal is another has moved on, as it should.
        """
        try:
            with opened(self.path) as connection:
                if _meta(connection, "seal") != self.kept:
                    return
        except TRIES as problem:
            if is_busy(problem):
                return
        remove_at(self.path)

    def _read(self, entries: Sequence[IndexEntry]) -> dict[int, Texts]:
        found: dict[int, Texts] = {}
        try:
            with opened(self.path) as connection:
                for asked in _batches(entries, len(self.entries)):
                    found.update((place, (row, tasks)) for place, row, tasks in connection.execute(*asked))
        except TRIES:
            pass  # what is not found is made anew
        return found


def _batches(entries: Sequence[IndexEntry], of: int) -> Iterator[tuple[str, list[int]]]:
    if len(entries) * 2 > of:
        yield "SELECT place, row, tasks FROM row", []
        return
    for start in range(0, len(entries), MANY):
        places = [entry.place for entry in entries[start : start + MANY]]
        yield f"SELECT place, row, tasks FROM row WHERE place IN ({','.join('?' * len(places))})", places


def _nowhere(entry: Entry) -> Texts:
    raise LookupError(f"the index no longer has the row of {entry.uid}")


def path_in(root: str) -> str:
    """Return where the index of a store lies."""
    return os.path.join(root, NAME)


def read(root: str) -> Index | None:
    """Return the index of the store in `root`, with every row, if log and files are as it says; else None."""
    index = load(root)
    if index is None or not holds(root, index):
        return None
    try:
        index.fetch([entry for entry in index.entries.values() if entry.is_live])
    except LookupError:
        return None  # somebody changed it meanwhile, and the log has to be asked
    return index


def load(root: str, known: Index | None = None) -> Index | None:
    """Return the index as last sealed, whatever log and files say now; None when there is no sound one.

    `known`: one that was loaded before; it is returned when the file still has its seal.
    """
    index = Index(path_in(root))
    try:
        with opened(index.path) as connection:
            connection.execute("BEGIN")
            if known is not None and _meta(connection, "seal") == known.kept:
                return known
            _take(index, connection)
    except TRIES:
        return None
    return index


def _take(index: Index, connection: sqlite3.Connection) -> None:
    """Read all that is read always.

    Raises:
        ValueError: it does not agree with itself.
    """
    index.kept = _meta(connection, "seal")
    seal = json.loads(index.kept)
    if seal["format"] != FORMAT:
        raise ValueError("another format")
    rest = _meta(connection, "rest")
    entries = connection.execute("SELECT place, head, asked, crc FROM entry ORDER BY place").fetchall()
    operations = connection.execute("SELECT key, seq, crc FROM operation").fetchall()
    index.entry_tally.take(entries)
    index.operation_tally.take(operations)
    if seal["sums"] != sums_of(index, rest):
        raise ValueError("entries are missing, or not those that were sealed")
    index.seal = seal
    index.operations = {key: seq for key, seq, _ in operations}
    index.entries = IndexTable.read(index.fetch, entries)
    _take_rest(index, json.loads(rest))


def _take_rest(index: Index, rest: Any) -> None:
    index.news = list(rest["news"])
    index.blank.row, index.blank.task = rest["blanks"]
    index.broken = {each[0]: Broken(*each) for each in rest["broken"]}


def _meta(connection: sqlite3.Connection, name: str) -> str:
    text, crc = connection.execute("SELECT text, crc FROM meta WHERE name = ?", (name,)).fetchone()
    if check_of(text) != crc:
        raise ValueError(f"{name} is not what was written")
    return str(text)


def sums_of(index: Index, rest: str) -> list[int]:
    """Return what the seal says of everything else in the file."""
    tallies = (index.entry_tally, index.operation_tally)
    return [check_of(rest), *(number for tally in tallies for number in tally.sums)]


def check_of(*parts: object) -> int:
    """Return the CRC of what a row holds."""
    crc = 0
    for part in parts:
        crc = zlib.crc32(part if isinstance(part, bytes) else str(part).encode("utf-8", "surrogatepass"), crc)
    return crc


@contextmanager
def opened(path: str, mode: str = "ro") -> Iterator[sqlite3.Connection]:
    """Open the file for one piece of work.

    Raises:
        OSError: there is no such file, or it is a link.
        sqlite3.Error: it is no database, or busy.
    """
    if os.path.islink(path) or (mode == "ro" and not os.path.isfile(path)):
        raise OSError(f"{path} is no file")
    quoted = path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    connection = sqlite3.connect(f"file:{quoted}?mode={mode}", uri=True, timeout=WAIT, isolation_level=None)
    try:
        # A kill or a power cut in the middle of a write leaves a file that does not agree with itself: no index.
        connection.execute("PRAGMA journal_mode = MEMORY")
        connection.execute("PRAGMA synchronous = OFF")
        yield connection
    finally:
        connection.close()


def is_busy(problem: Exception) -> bool:
    """Tell whether somebody else is at the file, so that it is well as it is."""
    return getattr(problem, "sqlite_errorcode", 0) & 0xFF in BUSY


def remove(root: str) -> bool:
    """Remove the index and tell whether there was one; the next writer makes it anew."""
    return remove_at(path_in(root))


def remove_at(path: str) -> bool:
    """Remove a database file with whatever lies beside it, and tell whether there was one."""
    removed = [disk.remove(path + end) for end in ("", "-journal", "-wal", "-shm")]
    return removed[0]
