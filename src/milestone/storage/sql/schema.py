"""Numbered migrations: `schema/001-….sql` and on, which only add. The number of the last is a store's format."""

import os
import re
from collections.abc import Mapping

from milestone import errors
from milestone.storage.sql.connection import Connection
from milestone.storage.sql.statements import HERE

FOLDER = os.path.join(HERE, "schema")
COMMENT = re.compile(r"--[^\n]*")
TYPES = re.compile(r"\b(NUMBER|WORD|BYTES)\b")


def migrations() -> list[str]:
    """Return the migrations' file names, first to last."""
    return sorted(name for name in os.listdir(FOLDER) if name.endswith(".sql"))


FORMAT = len(migrations())


def migrate(connection: Connection, after: int) -> None:
    """Run the migrations that a database of format `after` lacks, inside the open transaction."""
    for name in migrations()[after:]:
        for statement in statements(name, connection.words):
            connection.run(statement)


def statements(name: str, words: Mapping[str, str]) -> list[str]:
    """Return the statements of a migration in the words of a database."""
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        plain = COMMENT.sub("", file.read())
    text = TYPES.sub(lambda match: words[match[1]], plain)
    return [part.strip() for part in text.split(";") if part.strip()]


def check_writable(found: int) -> None:
    """Refuse to write into a store of a newer program.

    Raises:
        StoreTooNew: its format is above ours.
    """
    if found > FORMAT:
        raise errors.StoreTooNew(
            f"This database has format {found}, this program knows format {FORMAT}.",
            why="a newer milestone wrote it",
            next=["Install the newest milestone, then try again."],
        )
