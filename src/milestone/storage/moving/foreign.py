"""Whether a target is empty or holds the beginning of the source: nothing else is ever written over."""

from milestone import errors
from milestone.storage import log_line
from milestone.storage.base import Mark, Store
from milestone.storage.moving.recorded import recorded


def check(source: Store, target: Store) -> Mark:
    """Return where the target ends.

    Raises:
        Refused: it holds what the source does not; nothing was changed.
    """
    with recorded(target) as reading:
        mark = reading.mark
    with recorded(source) as reading:
        if mark.seq == 0:
            return mark
        if mark.seq > reading.mark.seq:
            raise _refused(f"it ends at event {mark.seq}, this store at {reading.mark.seq}")
        line = next(reading.lines(mark.seq - 1))
        decoded, name = log_line.decode(line)
        if (decoded.last_seq, name) != (mark.seq, mark.hash):
            raise _refused(f"its event {mark.seq} is another one")
    return mark


def _refused(why: str) -> errors.Refused:
    return errors.Refused(
        "The store to move to holds another project, or another course of this one.",
        why=f"{why}; nothing is ever written over",
        next=["Name an empty database, or move the old one away.", "milestone migrate --status"],
        code="foreign_target",
    )


def differs(why: str) -> errors.Damaged:
    """Return the refusal to change over to a store that is not the same."""
    return errors.Damaged(
        "The new store is not what the old one is; the old one stays in use.",
        why=why,
        next=["milestone doctor", "milestone log --verify"],
        code="not_the_same",
    )
