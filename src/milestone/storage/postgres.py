"""The postgres backend: records, log and all that is asked of them in one schema of a PostgreSQL database."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

import msgspec

from milestone import errors
from milestone.storage import disk
from milestone.storage.base import Evolve, Protect, Summarise
from milestone.storage.place import check_inside
from milestone.storage.postgresql import address as addresses
from milestone.storage.postgresql import identity, outcome, problems, turns, upgrading
from milestone.storage.postgresql.connection import End, PgConnection
from milestone.storage.postgresql.holding import held_by
from milestone.storage.postgresql.leases import PgLeases
from milestone.storage.postgresql.pool import Pool
from milestone.storage.postgresql.replicas import Replicas
from milestone.storage.postgresql.seen import Seen
from milestone.storage.sql.connection import Connection
from milestone.storage.sql.damage import damaged
from milestone.storage.sql.head import Head
from milestone.storage.sql.moment import SqlMoment
from milestone.storage.sql.store import SqlStore
from milestone.storage.vault import Vault
from milestone.storage.witness import Witness

POOL = 4  # connections of one process to one server, where nothing else is set
READ_WAIT = 10.0  # seconds a reading waits for a connection
PATIENCE = 30.0  # seconds until nobody can say any more whether a commit without an answer is stored


class PostgresStore(SqlStore):
    """Records of one project in one schema; any number of clones and machines may write."""

    def __init__(
        self,
        root: str | os.PathLike[str],
        *,
        dsn: str,
        evolve: Evolve,
        summarise: Summarise,
        protect: Protect | None = None,
        vault: Vault | None = None,
        replicas: Sequence[str] = (),
        pool_size: int | None = None,
    ) -> None:
        super().__init__(evolve=evolve, summarise=summarise, protect=protect, vault=vault)
        self.root = os.path.abspath(os.fspath(root))
        self.address = addresses.of(dsn)
        self.pool = Pool(self.address, pool_size or POOL)
        self.seen = Seen(self.root, self.address)
        copies = [Pool(self._copy_at(each), pool_size or POOL) for each in replicas]
        self.replicas = Replicas(copies, self.seen)
        self._place = ""

    @contextmanager
    def read_turn(self) -> Iterator[Connection]:
        with ExitStack() as stack:
            yield self.replicas.moment(self.place(), stack) or self._primary(stack)

    @contextmanager
    def write_turn(
        self,
        timeout: float,
        *,
        alone: bool = False,  # noqa: ARG002  the row's lock keeps everybody out, whoever holds it
    ) -> Iterator[Connection]:
        check_inside(self.root)
        with disk.telling(self.root):
            disk.make_folder(self.root)
        known = self.seen.read()
        with ExitStack() as stack:
            connection, end = turns.writing(self.pool, stack, wait=timeout)
            self._check(end, known)
            if end is not None:
                connection.transaction = end.transaction
            yield connection

    def leases(self, seconds: float) -> PgLeases:
        """Return where processes that use this store say that they are alive, every `seconds` at the latest."""
        return PgLeases(self.address, seconds)

    def place(self) -> str:
        self._place = self._place or identity.of(self.root)
        return self._place

    def held(self, moment: SqlMoment) -> Mapping[str, str]:
        return held_by(self.root, moment)

    def wrote(self, head: Head) -> None:
        self.seen.keep(head.seq, head.hash)

    def commit(self, connection: Connection, head: Head) -> None:
        """Make it durable; when the server does not answer, find out whether it is.

        Raises:
            NotReachable: it is not stored; or (`outcome_unknown`) nobody could tell.
        """
        assert isinstance(connection, PgConnection)
        try:
            connection.commit()
        except errors.MilestoneError:
            if not connection.line.broken:
                raise  # the server said no
            self.pool.forget()
            if not self.stored(connection, head):
                raise problems.not_reachable("it was lost before the change was stored", self.address) from None

    def stored(self, connection: PgConnection, head: Head) -> bool:
        """Return whether a commit that was not answered is stored."""
        return outcome.is_stored(self.address, connection.transaction, head, patience=PATIENCE)

    def keep_old(self, connection: Connection, format: int) -> None:
        upgrading.keep(connection, self.address.schema, format)

    def close(self) -> None:
        """Close every connection."""
        self.pool.close()
        self.replicas.close()

    def _primary(self, stack: ExitStack) -> PgConnection:
        known = self.seen.read()  # before the moment begins: a later writer tells of what we cannot see
        connection, end = turns.reading(self.pool, stack, wait=READ_WAIT)
        self._check(end, known)
        if end is None:
            return turns.empty(self.pool, stack, wait=READ_WAIT)
        upgrading.check_readable(end.format)
        self.seen.keep(end.seq, end.hash)
        return connection

    def _check(self, end: End | None, known: Witness) -> None:
        """Refuse a store of another project, and one that lost what this clone knows of.

        Raises:
            Refused: another project keeps its records there.
            Damaged: it ends before what was acknowledged.
        """
        if end is not None and end.place not in ("", self.place()):
            raise problems.foreign(self.address)
        seq = end.seq if end is not None else 0
        if seq < known.seq:
            raise damaged(
                f"it ends at event {seq}, and event {known.seq} was stored: an older state took its place"
            )

    def _copy_at(self, dsn: str) -> addresses.Address:
        """Return the address of a replica; its schema is the primary's."""
        return msgspec.structs.replace(addresses.of(dsn), schema=self.address.schema)
