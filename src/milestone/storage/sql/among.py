"""Ask about many names in few questions: a database far away answers each only after a trip there and back."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from milestone.storage.sql.connection import Connection, Found, Value

PART = 500  # names in one statement
T = TypeVar("T")


def rows(
    connection: Connection, statement: str, column: str, names: Sequence[Value], before: Sequence[Value] = ()
) -> Iterator[Found]:
    """Yield the rows of a statement, which ends in a condition, whose column has one of these values."""
    for part in parts(names):
        among, values = condition(column, part)
        yield from connection.rows(f"{statement} AND {among}", [*before, *values])


def parts(names: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield names in parts that fit into one statement."""
    return (names[start : start + PART] for start in range(0, len(names), PART))


def condition(column: str, wanted: Sequence[Value]) -> tuple[str, Sequence[Value]]:
    """Return the text of a condition that a column has one of these values, and the values."""
    return f"{column} IN ({', '.join('?' * len(wanted))})", list(wanted)
