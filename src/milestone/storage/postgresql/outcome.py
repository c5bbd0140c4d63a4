"""Whether a transaction whose commit was not answered is stored.

The server numbers each transaction and remembers how it ended. One that has not ended is ended: its connection is
one of ours and nobody reads its answer any more. Only then the log is asked for the line itself, so that a server
which took over and does not know the transaction is not believed.
"""

import time

import psycopg

from milestone import errors
from milestone.storage.postgresql import connection, problems
from milestone.storage.postgresql.address import Address
from milestone.storage.postgresql.connection import Line, PgConnection
from milestone.storage.sql.head import Head

PAUSE = 0.05
END = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_xid = ?::text::xid8::xid"""
LINE = "SELECT 1 FROM line WHERE last = ? AND hash = ?"


def is_stored(address: Address, transaction: str, head: Head, *, patience: float) -> bool:
    """Return whether the transaction that was to end at this head is stored, now and for ever.

    Raises:
        NotReachable: nobody could tell within `patience` seconds (`outcome_unknown`).
    """
    until = time.monotonic() + patience
    while True:
        try:
            return _asked(address, transaction, head, until)
        except (errors.NotReachable, errors.Busy):
            if time.monotonic() > until:
                raise problems.unknown(head.seq, address) from None
            time.sleep(PAUSE)


def _asked(address: Address, transaction: str, head: Head, until: float) -> bool:
    with connection.connect(address) as line:
        ended = _ended(line, PgConnection(line, address), transaction, until)
        asking = PgConnection(line, address)
        asking.begin("READ COMMITTED", wait=1.0)
        found = asking.rows(LINE, (head.seq, head.hash))
        asking.roll_back()
        return bool(found) and ended != "aborted"


def _ended(line: Line, asking: PgConnection, transaction: str, until: float) -> str | None:
    """Return how the transaction ended (`committed`, `aborted`); None when the server knows nothing of it."""
    while True:
        try:
            found = line.execute("SELECT pg_xact_status(%s::text::xid8)", (transaction,)).fetchone()
        except psycopg.errors.InvalidParameterValue:
            return None  # of a later time than the server's: it was put back, or another took over
        if found is None or found[0] != "in progress":
            return found[0] if found else None
        asking.rows(END, (transaction,))
        if time.monotonic() > until:
            raise problems.unknown(0, asking.address)
        time.sleep(PAUSE)
