"""What the owner of a database runs once: the schema, its tables, and the role that programs use."""

import os

from milestone.storage.postgresql import address as addresses
from milestone.storage.postgresql.connection import WORDS
from milestone.storage.postgresql.leases import TABLE as LEASES
from milestone.storage.sql import schema
from milestone.storage.sql.head import Head

HERE = os.path.dirname(os.path.abspath(__file__))


def script_for(dsn: str | None) -> str:
    """Return the script for the schema an address names; its role is called after it: `milestone_app`."""
    name = addresses.of(dsn).schema if dsn else addresses.SCHEMA
    return script(name, f"{name}_app")


def script(name: str, role: str) -> str:
    """Return SQL that makes an empty store in a schema and lets a role use it; a second run changes nothing."""
    tables = [_once(text) for file in schema.migrations() for text in schema.statements(file, WORDS)]
    values = ", ".join(_literal(value) for value in Head(format=schema.FORMAT).values())
    return "\n".join(
        [
            "BEGIN;",
            f"CREATE SCHEMA IF NOT EXISTS {_quoted(name)};",
            f"SET LOCAL search_path TO {_quoted(name)};",
            *[f"{text};" for text in tables],
            f"{LEASES};",
            f"INSERT INTO head VALUES (1, {values}) ON CONFLICT DO NOTHING;",
            rights(name, role).rstrip(),
            "COMMIT;\n",
        ]
    )


def rights(name: str, role: str) -> str:
    """Return SQL that makes the role, when there is none, and gives it what programs need."""
    with open(os.path.join(HERE, "role.sql"), encoding="utf-8") as file:
        return file.read().replace("{schema}", _quoted(name)).replace("{role}", _quoted(role))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _once(statement: str) -> str:
    for what in ("TABLE", "UNIQUE INDEX", "INDEX"):
        statement = statement.replace(f"CREATE {what} ", f"CREATE {what} IF NOT EXISTS ", 1)
    return statement


def _literal(value: object) -> str:
    return "NULL" if value is None else str(value) if isinstance(value, int) else f"'{value}'"
