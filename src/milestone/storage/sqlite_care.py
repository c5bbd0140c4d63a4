"""Care for the files of SQLite: checked, cleared up and made small, while others read and wait to write."""

import os
import sqlite3

from milestone.storage import disk, index_file, locks
from milestone.storage.base import Evolve, Summarise
from milestone.storage.care import Care, Size, Steps
from milestone.storage.sql import resealing, verifying
from milestone.storage.sql.damage import damaged
from milestone.storage.sql.transaction import fill_anew
from milestone.storage.sqlite import SqliteStore
from milestone.storage.sqlite_connection import SqliteConnection
from milestone.storage.vault import Vault

WORTH = 20  # one page in so many that holds nothing is worth writing the file anew


def of_store(
    root: str, *, evolve: Evolve, summarise: Summarise, timeout: float, vault: Vault | None = None
) -> Care:
    """Return what was done for the database of the sqlite backend; writers wait for it as for one of them.

    Raises:
        Damaged: the file is; nothing was changed.
        Busy: another writer kept the store longer than `timeout` seconds.
        NotWritable: the disk refused; the records are as they were.
    """
    store, steps = SqliteStore(root, evolve=evolve, summarise=summarise, vault=vault), Steps()
    if not os.path.exists(store.path):
        return Care(backend="sqlite")
    try:
        with store.caring(timeout) as connection:
            before = _size(connection)
            _check(connection, steps)
            _drafts(store.root, steps)
            resealed = _reseal(store, connection, steps)
            _questions(store, connection, steps)
            connection.run("ANALYZE")
            steps.add("analyze", "how many rows an index leads to is counted anew")
            connection.run("REINDEX")
            steps.add("reindex", "every index is written anew")
            _vacuum(connection, steps, wanted=resealed)
            _checkpoint(connection, steps)
            return Care(backend="sqlite", steps=tuple(steps.found), before=before, after=_size(connection))
    finally:
        store.close()


def of_index(root: str, *, timeout: float) -> Care:
    """Return what was done for the index of the hybrid backend; one that is damaged goes, and is made again."""
    path, steps = index_file.path_in(root), Steps()
    if not os.path.exists(path):
        return Care(backend="hybrid")
    with locks.commit_turn(os.path.join(root, "local"), timeout):
        before = Size(bytes=os.path.getsize(path), free=0)
        try:
            raw = sqlite3.connect(path, isolation_level=None)
            try:
                found = [str(row[0]) for row in raw.execute("PRAGMA integrity_check")]
                if found != ["ok"]:
                    raise sqlite3.DatabaseError(found[0])
                steps.add("integrity", "the index is whole")
                raw.execute("VACUUM")
                steps.add("vacuum", "the file is written anew, without gaps")
            finally:
                raw.close()
        except sqlite3.Error as problem:
            disk.remove(path)
            steps.add("integrity", f"it was damaged ({problem}) and goes; the next command makes it again")
        size = os.path.getsize(path) if os.path.exists(path) else 0
        return Care(backend="hybrid", steps=tuple(steps.found), before=before, after=Size(bytes=size, free=0))


def _size(connection: SqliteConnection) -> Size:
    pages, free, size = (
        int(connection.rows(f"PRAGMA {name}")[0][0]) for name in ("page_count", "freelist_count", "page_size")
    )
    tail = connection.path + "-wal"
    pending = os.path.getsize(tail) if os.path.exists(tail) else 0
    return Size(bytes=pages * size, free=free * size, pending=pending)


def _check(connection: SqliteConnection, steps: Steps) -> None:
    found = connection.sound()
    if found:
        raise damaged(f"{connection.path}: {'; '.join(found[:3])}")
    steps.add("integrity", "every page and index is whole")


def _drafts(root: str, steps: Steps) -> None:
    """Remove what processes that died left half written; whoever writes holds the turn that we hold."""
    folder = os.path.join(root, "local", "drafts")
    gone = [name for name in disk.names(folder) if disk.remove(os.path.join(folder, name))]
    steps.add("left-overs", f"{len(gone)} half written files removed" if gone else "none", done=bool(gone))


def _questions(store: SqliteStore, connection: SqliteConnection, steps: Steps) -> None:
    """Make anew what is asked without reading records, where it differs from them."""
    if not verifying.differing_narrow(connection, store.rules):
        steps.add("index of questions", "says what the records say", done=False)
        return
    connection.begin_writing()
    fill_anew(store.rules.opened(connection), store.rules)
    connection.commit()
    steps.add("index of questions", "differed from the records and was made anew")


def _reseal(store: SqliteStore, connection: SqliteConnection, steps: Steps) -> bool:
    """Seal what stands in the clear, or open what is sealed, as the settings say by now."""
    lines = resealing.differing(connection, store.rules)
    if not lines:
        return False
    connection.begin_writing()
    resealing.rewrite(connection, store.rules, lines)
    connection.commit()
    seals = store.rules.vault is not None and store.rules.vault.seals
    steps.add(
        "encryption", f"{len(lines)} lines of the log and every record are {'sealed' if seals else 'opened'}"
    )
    return True


def _vacuum(connection: SqliteConnection, steps: Steps, *, wanted: bool) -> None:
    """Write the file anew where that is worth it, or where free pages still hold what was sealed since."""
    size = _size(connection)
    if size.free * WORTH < size.bytes and not wanted:
        steps.add("vacuum", "next to nothing is free inside the file", done=False)
        return
    connection.run("VACUUM")
    steps.add("vacuum", "the file is written anew, without gaps")


def _checkpoint(connection: SqliteConnection, steps: Steps) -> None:
    [(busy, _, _)] = connection.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    said = "somebody reads an older moment, so its log stays" if busy else "all is in the one file"
    steps.add("checkpoint", said, done=not busy)
