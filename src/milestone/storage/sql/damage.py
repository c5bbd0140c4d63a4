"""What is said when a database does not hold what was written."""

from milestone import errors


def damaged(why: str) -> errors.Damaged:
    """Return the refusal to go on with a damaged database."""
    return errors.Damaged(
        "The database of this store is damaged.",
        why=why,
        next=["milestone log --verify", "milestone doctor"],
        code="database_damaged",
    )
