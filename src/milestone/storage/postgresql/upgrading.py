"""A schema of an older program: kept beside the new one when it is upgraded, refused to readers until then."""

from milestone import errors
from milestone.storage.postgresql.address import LONGEST_NAME
from milestone.storage.sql import schema
from milestone.storage.sql.connection import Connection

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = ? ORDER BY tablename"


def keep(connection: Connection, name: str, format: int) -> None:
    """Copy every table into a schema beside it, inside the transaction that upgrades."""
    kept = f"{name}_format_{format}".replace('"', '""')[-LONGEST_NAME:]
    connection.run(f'CREATE SCHEMA "{kept}"')
    for (table,) in connection.rows(TABLES, (name,)):
        connection.run(f'CREATE TABLE "{kept}"."{table}" AS TABLE "{table}"')


def check_readable(format: int) -> None:
    """Refuse to read tables that this program expects to be there in a newer form.

    Raises:
        Refused: the owner of the schema has not upgraded it yet.
    """
    if format < schema.FORMAT:
        raise errors.Refused(
            f"The schema of this store has format {format}, this program needs {schema.FORMAT}.",
            why="an older milestone made it",
            next=[
                "Any change made as the owner of the schema upgrades it; a copy of the old one is kept beside it."
            ],
            code="schema_too_old",
        )
