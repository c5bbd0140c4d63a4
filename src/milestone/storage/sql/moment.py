"""One moment of a store in a database: a snapshot of its tables, read as it is asked for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeVar

from milestone.domain.document import Document, Recorded
from milestone.storage import log_line
from milestone.storage.base import Evolve, Mark, Protect, Summarise, Warning
from milestone.storage.log_line import BrokenLine, Line, Unread
from milestone.storage.sql import records
from milestone.storage.sql.asking import SqlRows
from milestone.storage.sql.connection import Connection, Found
from milestone.storage.sql.damage import damaged
from milestone.storage.sql.head import Head
from milestone.storage.sql.sealing import SealedConnection, opened_row
from milestone.storage.sql.statements import SQL
from milestone.storage.vault import Vault

Key = tuple[str, str]  # kind, uid
L = TypeVar("L", Line, Unread)


class Rules:
    """What a database store is given of the domain."""

    def __init__(
        self, evolve: Evolve, summarise: Summarise, protect: Protect | None = None, vault: Vault | None = None
    ) -> None:
        self.evolve = evolve
        self.summarise = summarise
        self.protect = protect  # what is done to an event before anything keeps it
        self.vault = vault  # None: nothing is sealed here, and nothing that is can be opened

    def opened(self, connection: Connection) -> Connection:
        """Return the connection as rules see it: everything in the clear, whatever is kept."""
        return connection if self.vault is None else SealedConnection(connection, self.vault)

    def in_clear(self, statement: str, row: Found) -> Found:
        """Return one row of an answer in the clear.

        Raises:
            Damaged: it is not what was sealed.
        """
        return row if self.vault is None else opened_row(self.vault, statement, row)


class SqlMoment:
    """What the store says at one `seq`."""

    def __init__(
        self, connection: Connection, head: Head, rules: Rules, held: Callable[["SqlMoment"], Mapping[str, str]]
    ) -> None:
        self.connection = connection
        self.head = head
        self.rules = rules
        self.epoch = head.epoch
        self.moved_to = head.moved_to
        self.last_number = head.last_number
        self.unrecorded = 0
        self.warnings: Sequence[Warning] = []
        self.staged: list[Recorded] = []  # folded in, not in the log
        self._held = held

    @property
    def seq(self) -> int:
        return self.head.seq + len(self.staged)

    @property
    def mark(self) -> Mark:
        return Mark(epoch=self.epoch, seq=self.head.seq, hash=self.head.hash)

    def rows(self) -> SqlRows:
        return SqlRows(self.connection)

    def load(self, kind: str, uid: str) -> Document | None:
        found = self.connection.rows(SQL["document"], (kind, uid))
        return records.document_of(found[0]) if found else None

    def find(self, kind: str, states: Sequence[str] = ()) -> Iterator[Document]:
        if not states:
            return map(records.document_of, self.connection.rows(SQL["documents"], (kind,)))
        asked = (found for state in states for found in self.connection.rows(SQL["in_state"], (kind, state)))
        return iter(sorted(map(records.document_of, asked), key=lambda document: document.uid))

    def lines(self, after: int = 0) -> Iterator[bytes]:
        return (bytes(text) for _, _, text in self.connection.stream(SQL["lines"], (after,)))

    def events(
        self, after: int = 0, limit: int | None = None, newest: bool = False, since: str = ""
    ) -> Iterator[Recorded]:
        if not newest:
            return islice((each for each in self._forward(after) if each.at >= since), limit)
        found = list(islice(self._backward(after, since), limit))
        return iter(found[::-1])

    def _forward(self, after: int) -> Iterator[Recorded]:
        for found in self.connection.stream(SQL["lines"], (after,)):
            yield from (recorded for recorded in line_of(found).recorded() if recorded.seq > after)
        yield from [recorded for recorded in self.staged if recorded.seq > after]

    def _backward(self, after: int, since: str) -> Iterator[Recorded]:
        yield from [recorded for recorded in reversed(self.staged) if recorded.seq > after]
        for found in self.connection.stream(SQL["newest_lines"], (after, since)):
            unread = _sound(found, log_line.unread)
            yield from (recorded for recorded in unread.backward() if recorded.seq > after)

    def held_by(self) -> Mapping[str, str]:
        return self._held(self)

    def now(self) -> str | None:
        return self.connection.now()

    def operation(self, key: str) -> Sequence[Recorded]:
        found = self.connection.rows(SQL["operation"], (key,))
        return [recorded for each in found for recorded in line_of(each).recorded()]


def line_of(found: Found) -> Line:
    """Return the transaction in a row of `lines`.

    Raises:
        Damaged: its bytes are not what was written.
    """
    return _sound(found, log_line.decode)


def _sound(found: Found, decode: Callable[[bytes], tuple[L, str]]) -> L:
    first, name, text = found
    try:
        line, said = decode(bytes(text))
    except BrokenLine as problem:
        raise damaged(f"the transaction of event {first} is broken: {problem}") from problem
    if said != name or line.seq != first:
        raise damaged(f"the transaction of event {first} is not the one that was written")
    return line
