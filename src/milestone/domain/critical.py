"""Events after which a backup is made at once: what would be hard to do or to decide again."""

from collections.abc import Iterable

KINDS = frozenset(
    {
        *("milestone.archived", "milestone.deleted", "milestone.renumbered", "milestone.reopened"),
        *("phase.approved", "phase.rejected", "approval.withdrawn", "vote.closed", "override.used"),
        *("store.restored", "store.migrated", "store.repaired", "key.rotated"),
    }
)


def is_critical(kinds: Iterable[str]) -> bool:
    """Tell whether one of these kinds of events asks for a backup at once."""
    return not KINDS.isdisjoint(kinds)
