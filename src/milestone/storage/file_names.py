"""The file a record's id names."""

from collections.abc import Collection


def free(folder: str, name: str, taken: Collection[str], own: str | None = None) -> str:
    """Return the path a record should have: by its id, with a number behind it where another file is there.

    `own` is the path it has; that one is never in its way.
    """
    wanted = f"{folder}/{of(name)}.yaml"
    number = 2
    while wanted in taken and wanted != own:
        wanted, number = f"{folder}/{of(name)}-{number}.yaml", number + 1
    return wanted


def of(name: str) -> str:
    """Return an id as a file name; one a person made up may hold anything."""
    kept = "".join(c if c.isalnum() or c in "-_." else "-" for c in name).strip(".-")[:80]
    return kept or "milestone"
