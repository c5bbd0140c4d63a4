"""Long lists in pages: a cursor is the place of the next row."""

from milestone import errors

SIZE = 20


def start(cursor: str | None) -> int:
    """Return the place a cursor names, 0 without one.

    Raises:
        InvalidRequest: it is no cursor of ours.
    """
    if cursor is None:
        return 0
    if not cursor.isdecimal():
        raise errors.InvalidRequest(
            f'"{cursor}" is no cursor.',
            why="A cursor is what `next_cursor` of an answer said.",
            next=["milestone list"],
        )
    return int(cursor)


def following(first: int, shown: int, total: int) -> str | None:
    """Return the cursor of the next page; None at the end."""
    return str(first + shown) if shown and first + shown < total else None


def size(limit: int | None) -> int | None:
    """Return how many rows to show; None, which a limit of 0 means, is all."""
    return SIZE if limit is None else limit or None
