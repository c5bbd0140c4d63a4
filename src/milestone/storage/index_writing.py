"""Write the index: what a transaction changed, in one SQLite transaction; all of it where none was sound."""

import json
import os
import sqlite3

from milestone.storage import index_file, summary_row
from milestone.storage.entry_rows import ROW
from milestone.storage.index_file import FORMAT, Index, check_of
from milestone.storage.index_rows import asked_of
from milestone.storage.index_table import IndexEntry
from milestone.storage.moment import Key, Moment
from milestone.storage.summary_entry import Entry
from milestone.storage.summary_writing import SummaryWriter

SCHEMA = os.path.join(os.path.dirname(__file__), "index.sql")
PUT = {
    "meta": "INSERT OR REPLACE INTO meta VALUES (?, ?, ?)",
    "entry": "INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?)",
    "row": "INSERT OR REPLACE INTO row VALUES (?, ?, ?)",
    "operation": "INSERT OR REPLACE INTO operation VALUES (?, ?, ?)",
}


class IndexWriter(SummaryWriter):
    """Collects what one transaction changed and brings the index to it."""

    def _write(self, moment: Moment) -> None:
        index = moment.summary
        assert isinstance(index, Index)
        try:
            if not index.kept or not self._updated(index):
                _write_anew(index, moment.place.drafts)
            self._touched = {}
        except sqlite3.Error as problem:  # the log has it all the same; the next opener reads it there
            if not index_file.is_busy(problem):
                index.kept = ""

    def _updated(self, index: Index) -> bool:
        """Tell whether the file still was the one that was loaded, and now has what changed."""
        try:
            with index_file.opened(index.path, "rw") as connection:
                connection.execute("BEGIN IMMEDIATE")
                if connection.execute("SELECT text FROM meta WHERE name = 'seal'").fetchone() != (index.kept,):
                    return False
                _fill(connection, index, list(self._touched), self._operations)
        except (OSError, sqlite3.Error) as problem:
            if index_file.is_busy(problem):
                raise
            return False
        return True


def _write_anew(index: Index, drafts: str) -> None:
    """Make the whole file, in place of whatever is there."""
    index.fetch(list(index.entries.values()))
    os.makedirs(os.path.dirname(index.path), exist_ok=True)
    draft = os.path.join(drafts, os.path.basename(index.path))
    index_file.remove_at(draft)
    with open(SCHEMA, encoding="utf-8") as file:
        schema = file.read()
    index.start_again()
    with index_file.opened(draft, "rwc") as connection:
        connection.executescript(schema)
        connection.execute("BEGIN")
        _fill(connection, index, list(index.entries), index.operations)
    index_file.remove_at(index.path)
    os.rename(draft, index.path)


def _fill(connection: sqlite3.Connection, index: Index, keys: list[Key], operations: dict[str, int]) -> None:
    """Put entries, operations and the seal into the file, and commit."""
    for key in keys:
        _put_entry(connection, index, key)
    for name, seq in operations.items():
        crc = check_of(name, seq)
        index.operation_tally.put(name, crc)
        connection.execute(PUT["operation"], (name, seq, crc))
    rest = _rest(index)
    seal = json.dumps({**index.seal, "format": FORMAT, "sums": index_file.sums_of(index, rest)})
    for name, text in (("rest", rest), ("seal", seal)):
        connection.execute(PUT["meta"], (name, text, check_of(text)))
    connection.execute("COMMIT")
    index.kept = seal


def _put_entry(connection: sqlite3.Connection, index: Index, key: Key) -> None:
    entry = index.entries[key]
    place = index.entries.places[key] + 1
    texts = None if isinstance(entry, IndexEntry) and entry.texts is None else (entry.row, entry.tasks)
    if texts is not None:
        connection.execute(PUT["row"], (place, *texts))
    head, asked = _kept(index, entry)
    crc = check_of(place, head, asked)
    index.entry_tally.put(place, crc)
    connection.execute(PUT["entry"], (place, head, asked, crc))


def _kept(index: Index, entry: Entry) -> tuple[str, str]:
    """Return an entry's fields with the CRC of its row, and what questions ask of the row."""
    if isinstance(entry, IndexEntry):
        return entry.head, entry.asked
    head = f"{entry.head}\t{check_of(entry.row, entry.tasks)}"
    if entry.kind != "milestone" or not entry.is_live:
        return head, ""
    return head, asked_of(summary_row.Row(ROW.decode(entry.row), entry.tasks, index.blank))


def _rest(index: Index) -> str:
    broken = [[each.path, each.signature, each.check, each.warning] for each in index.broken.values()]
    return json.dumps({"news": index.news, "blanks": [index.blank.row, index.blank.task], "broken": broken})
