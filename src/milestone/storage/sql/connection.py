"""The seam between the shared SQL and one database: a connection that runs statements.

Statements are written once, with `?` where a value goes; a database that wants another sign changes it in its
connection. Values are text, whole numbers, bytes or None, nothing else.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

Value = str | int | bytes | None
Found = tuple[Any, ...]


class Connection(Protocol):
    """One connection. Errors of the database come out as ours: `Busy`, `Damaged`, `NotWritable`."""

    @property
    def words(self) -> Mapping[str, str]:
        """What NUMBER, WORD and BYTES of the schema are called here."""
        ...

    def rows(self, statement: str, values: Sequence[Value] = ()) -> list[Found]:
        """Return every row of an answer; empty when there is none."""
        ...

    def stream(self, statement: str, values: Sequence[Value] = ()) -> Iterator[Found]:
        """Yield the rows of an answer as they are asked for."""
        ...

    def run(self, statement: str, values: Sequence[Value] = ()) -> None:
        """Run a statement that answers nothing."""
        ...

    def many(self, statement: str, values: Iterable[Sequence[Value]]) -> None:
        """Run a statement once for each of `values`."""
        ...

    def now(self) -> str | None:
        """Return the database's time (RFC 3339 UTC) where it has a clock of its own; else None."""
        ...

    def is_begun(self) -> bool:
        """Tell whether the schema is there."""
        ...

    def sound(self) -> list[str]:
        """Return what the database's own check finds wrong with its pages and indices; empty when all is well."""
        ...

    def commit(self) -> None:
        """Make the open transaction durable."""
        ...

    def roll_back(self) -> None:
        """End the open transaction without a trace; nothing happens when there is none."""
        ...
