"""Tables that fit: columns shrink or leave by priority, ids stay whole."""

from collections.abc import Sequence
from typing import NamedTuple

from milestone.cli.text import wide

GAP = "  "


class Column(NamedTuple):
    """One column: how it is headed, aligned, and what may happen to it when the line is too long."""

    title: str
    right: bool = False
    least: int = 0  # columns it may shrink to; 0: it is never cut
    leaves: int = 0  # it leaves the table before columns with a smaller number; 0: it stays


def lines(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int, *, head: bool = True) -> list[str]:
    """Return the lines of a table, none longer than `width` unless an id alone is."""
    if not rows:
        return []
    kept = _kept(columns, rows, width)
    widths = _widths([columns[i] for i in kept], [[row[i] for i in kept] for row in rows], width, head=head)
    every = [[columns[i].title for i in kept]] if head else []
    every += [[row[i] for i in kept] for row in rows]
    return [_line([columns[i] for i in kept], cells, widths) for cells in every]


def _line(columns: Sequence[Column], cells: Sequence[str], widths: Sequence[int]) -> str:
    parts = [
        wide.fill(wide.cut(cell, size), size, right=column.right)
        for column, cell, size in zip(columns, cells, widths, strict=True)
    ]
    return GAP.join(parts).rstrip()


def _natural(columns: Sequence[Column], rows: Sequence[Sequence[str]], *, head: bool = True) -> list[int]:
    return [
        max([wide.width(column.title) if head else 0, *(wide.width(row[i]) for row in rows)])
        for i, column in enumerate(columns)
    ]


def _kept(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """Return the columns that fit when all that may shrink have; empty ones leave at once."""
    kept = [i for i, column in enumerate(columns) if not column.leaves or any(row[i] for row in rows)]
    natural = _natural(columns, rows)
    while len(kept) > 1:
        least = [min(natural[i], columns[i].least) if columns[i].least else natural[i] for i in kept]
        leaving = [i for i in kept if columns[i].leaves]
        if sum(least) + len(GAP) * (len(kept) - 1) <= width or not leaving:
            return kept
        kept.remove(max(leaving, key=lambda i: columns[i].leaves))
    return kept


def _widths(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int, *, head: bool = True
) -> list[int]:
    widths = _natural(columns, rows, head=head)
    over = sum(widths) + len(GAP) * (len(columns) - 1) - width
    for i in sorted(range(len(columns)), key=lambda i: -widths[i]):
        if over <= 0:
            break
        if columns[i].least:
            given = min(over, max(0, widths[i] - columns[i].least))
            widths[i] -= given
            over -= given
    return widths


def bar(percentage: float, size: int = 20) -> str:
    """Return `[########------------]`; full only at 100."""
    filled = size if percentage >= 100 else min(size - 1, int(percentage * size / 100))
    return f"[{'#' * filled}{'-' * (size - filled)}]"
