"""Make a damaged SQLite store whole: what it still says, and what backups say, in a new database file."""

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from milestone import errors
from milestone.storage import disk, locks, salvage, witness
from milestone.storage.base import Evolve, Summarise
from milestone.storage.salvage import Salvaged, Source
from milestone.storage.sql.moment import Rules
from milestone.storage.sql.statements import SQL
from milestone.storage.sqlite import DATABASE, WITNESS, SqliteStore
from milestone.storage.vault import Vault

BESIDE = ("", "-wal", "-shm")
BY_PLACE = "SELECT first, hash, text FROM line NOT INDEXED WHERE rowid = ?"


def repair(
    root: str,
    *,
    evolve: Evolve,
    summarise: Summarise,
    timeout: float,
    others: Sequence[Source] = (),
    vault: Vault | None = None,
) -> list[str]:
    """Return a sentence for each thing put right; none when the database is sound.

    A damaged one is set aside in `database/damaged/`; a new one is made of the lines it still holds and those of
    `others` (backups), put together by their hashes.

    Raises:
        Busy: somebody kept writing; nothing was changed.
    """
    store = SqliteStore(root, evolve=evolve, summarise=summarise, vault=vault)
    verified = store.verify()
    store.close()
    if verified["ok"]:
        return []
    with locks.alone(os.path.join(root, "local"), timeout):
        known = witness.read(os.path.join(root, WITNESS))
        epoch = _epoch(root)
        salvaged = salvage.put_together([("the database", _salvageable(root, store.rules)), *others])
        where = _set_aside(root)
        witness.forget(os.path.join(root, WITNESS))
    whole = known is not None and salvaged.holds(known.seq, known.hash)
    fresh = SqliteStore(root, evolve=evolve, summarise=summarise, vault=vault)
    fresh.receive(list(salvaged.lines), epoch=epoch if whole and epoch else os.urandom(4).hex())
    fresh.close()
    why = verified["findings"][0]["message"]
    told = [f"The database was damaged: {why}. All of it is kept in {where}/.", *_told(salvaged, whole=whole)]
    return [" ".join(told)]


def _told(salvaged: Salvaged, *, whole: bool) -> list[str]:
    told = [salvage.told(each) for each in salvaged.found]
    if whole:
        return [*told, f"It is whole again, up to event {salvaged.seq}: nothing is lost."]
    return [
        *told,
        f"It goes up to event {salvaged.seq}; whether more came after nobody knows. A new epoch begins.",
    ]


@contextlib.contextmanager
def _copy(root: str) -> Iterator[sqlite3.Connection]:
    """Open a copy: to look at a damaged database must not change it."""
    with TemporaryDirectory(dir=os.path.join(root, "local")) as folder:
        for end in BESIDE:
            source = os.path.join(root, DATABASE + end)
            if os.path.exists(source):
                shutil.copyfile(source, os.path.join(folder, "copy.db" + end))
        connection = sqlite3.connect(os.path.join(folder, "copy.db"))
        connection.text_factory = bytes
        try:
            yield connection
        finally:
            connection.close()


def _salvageable(root: str, rules: Rules) -> Iterator[bytes]:
    """Yield every line that can still be read, one by one where a page is broken."""
    with _copy(root) as connection, contextlib.suppress(sqlite3.Error):
        last = _last(connection)
        for place in range(1, last + 1):
            with contextlib.suppress(sqlite3.Error, errors.Damaged):
                found = [row for row in connection.execute(BY_PLACE, (place,)) if row[2]]
                yield from (bytes(rules.in_clear(SQL["line_at"], row)[2]) for row in found)


def _last(connection: sqlite3.Connection) -> int:
    for question in ("SELECT max(rowid) FROM line", "SELECT seq FROM head", "SELECT max(first) FROM event"):
        with contextlib.suppress(sqlite3.Error, TypeError, ValueError):
            return int(connection.execute(question).fetchone()[0])
    return 0


def _epoch(root: str) -> str:
    with _copy(root) as connection, contextlib.suppress(sqlite3.Error, TypeError):
        found = connection.execute("SELECT epoch FROM head").fetchone()
        return bytes(found[0]).decode("ascii", "replace")
    return ""


def _set_aside(root: str) -> str:
    damaged = Path(root) / "database" / "damaged"
    kept = damaged / str(len(disk.names(str(damaged))) + 1)
    kept.mkdir(parents=True)
    for end in BESIDE:
        path = Path(root) / (DATABASE + end)
        if path.exists():
            path.rename(kept / path.name)
    disk.sync_folder(str(kept))
    return str(kept.relative_to(root))
