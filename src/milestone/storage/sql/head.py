"""Where a store in a database ends: one row, locked by each write transaction."""

import zlib

import msgspec

from milestone.storage.log_line import GENESIS
from milestone.storage.sql.connection import Connection, Value
from milestone.storage.sql.damage import damaged
from milestone.storage.sql.statements import SQL


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The head row."""

    seq: int = 0  # of the last event
    hash: str = GENESIS  # of the last line
    epoch: str = ""
    last_number: int = 0  # highest milestone number ever given
    moved_to: str | None = None  # address of the store that took over
    place: str = ""  # what the database belongs to; a copied folder is another
    format: int = 0  # the last migration

    def values(self) -> tuple[Value, ...]:
        """Return the row, its checksum last."""
        kept = (self.seq, self.hash, self.epoch, self.last_number, self.moved_to, self.place, self.format)
        return (*kept, checksum(kept))


def checksum(values: tuple[Value, ...]) -> int:
    """Return the CRC of a row's values."""
    return zlib.crc32("\x1f".join([repr(value) for value in values]).encode("utf-8", "backslashreplace"))


def read(connection: Connection) -> Head:
    """Return the head, held against the last line.

    Raises:
        Damaged: the row is not what was written, or the log ends elsewhere.
    """
    found = connection.rows(SQL["head"])
    if not found:
        raise damaged("the row that says where the store ends is missing")
    *values, checked = found[0]
    if checked != checksum(tuple(values)):
        raise damaged("the row that says where the store ends changed")
    head = Head(**dict(zip(Head.__struct_fields__, values, strict=True)))
    last = connection.rows(SQL["last_line"])
    if (last[0] if last else (0, GENESIS)) != (head.seq, head.hash):
        raise damaged(f"the log does not end at event {head.seq}")
    return head
